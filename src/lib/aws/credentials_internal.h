/*
 * What the parts of the credentials share.
 *
 *   credentials.c            what the chain found, and when to renew it
 *   credentials_job.c        the chain: one search through the sources
 *   credentials_set.c        one set of keys: checked, wiped; times
 *   credentials_json.c       the JSON that commands and services answer with
 *   credentials_http.c       one request to a service, with retries
 *   credentials_environment.c  variables, .env
 *   credentials_profile.c    profiles: static keys, roles over other profiles
 *   credentials_process.c    credential_process
 *   credentials_command.c    running its command
 *   credentials_sts.c        AssumeRole, AssumeRoleWithWebIdentity
 *   credentials_sts_endpoint.c  where STS is
 *   credentials_container.c  ECS, EKS Pod Identity
 *   credentials_imds.c       instance metadata
 *
 * A source is one place that keys come from, as a state machine: each call moves it on and returns
 * what has to happen next. Nothing in it waits. If it needs a request sent or a command run, it
 * returns that, and is called again once that is over.
 */
#ifndef AWS_CREDENTIALS_INTERNAL_H
#define AWS_CREDENTIALS_INTERNAL_H

#include <sys/types.h>

#include "aws/config.h"
#include "aws/credentials.h"
#include "http/http.h"

/* What a source returns. After the first three its state is that of a new one. */
enum step {
	STEP_FAILED = -1, /* it is set up, and fails: err says why; the chain ends */
	STEP_ABSENT,      /* it is not set up: the chain goes on */
	STEP_FOUND,       /* job->set has the keys */
	STEP_ASK,         /* job->ask is to be sent */
	STEP_RUN,         /* job->command is to be run */
};

/* One set of keys; {0} is an empty one. */
struct credential_set {
	char *access_key;
	char *secret_key;
	char *session_token; /* NULL: none */
	int64_t expires_ms;  /* 0: never */
	char *source;        /* for people */
};

enum ask_state { ASK_IDLE, ASK_UNDER_WAY, ASK_PAUSED, ASK_ANSWERED };

/* One request to a service, retried on 429, 5xx or no answer. {0}: no request. */
struct credential_ask {
	struct http_call call;
	char *url;
	struct buf body;
	int attempts; /* in all */
	struct buf reply;

	/* credentials_http.c's own */
	enum ask_state state;
	struct http *http;
	int attempt;
	int64_t wake_ms; /* of the next attempt */
};

enum command_state { COMMAND_IDLE, COMMAND_READING, COMMAND_ENDING, COMMAND_ENDED };

/* A command and its output. {0}: no command. */
struct credential_command {
	char **words; /* credential_words(); from the heap */
	struct buf output;
	struct err err; /* kind ERR_NONE: it ended well */

	/* credentials_command.c's own */
	enum command_state state;
	pid_t pid;
	int fd; /* the end of the pipe to read from */
	int64_t until_ms;
};

enum { CREDENTIAL_ROLES_MAX = 10 };

/* How a profile comes to its keys. */
struct credential_way {
	const char *roles[CREDENTIAL_ROLES_MAX]; /* profiles that are roles, the wanted one first */
	int count;
	const char *start;  /* the profile that the first keys come from, or NULL */
	const char *source; /* else its credential_source */
};

struct sts_endpoint {
	char *url;          /* "https://host[:port][/path]", without '/' at its end; from the heap */
	const char *region; /* to sign for */
};

/* One search for keys through the sources, and the state of each source. */
struct credential_job {
	/* input of the sources */
	const struct settings *settings;
	const struct aws_config *config;
	const char *profile;
	bool profile_named; /* --profile: goes before the environment */
	bool again;         /* it answered before: worth more than one try */
	struct buf looked;  /* a source that is not set up adds where it looked */

	struct credential_set set; /* the keys that were found; they sign the AssumeRole of a role */
	struct credential_ask ask;
	struct credential_command command;

	/* credentials_job.c's own */
	struct http *http;
	size_t place, last; /* in the chain */
	enum step doing;    /* STEP_ASK or STEP_RUN, while that is under way */

	/* each source's own; 0 before its first step and after its last */
	bool container_asked;
	struct {
		enum { STS_START, STS_ASKED } state;
		struct sts_endpoint endpoint;
	} sts;
	struct {
		enum { IMDS_START, IMDS_TOKEN, IMDS_ROLE, IMDS_KEYS } state;
		char *endpoint;   /* without a '/' at its end */
		struct buf token; /* the header's value */
		struct buf role;
		bool present;   /* it has answered something */
		bool connected; /* at least that */
	} imds;
	struct {
		enum { PROFILE_START, PROFILE_FIRST_KEYS, PROFILE_ROLES } state;
		struct credential_way way;
	} in_profile;
};

/* credentials_set.c */
void credential_set_release(struct credential_set *set); /* wipes; leaves an empty one */
/*
 * Takes copies. An empty token means none. Returns -1 with err (ERR_USAGE, prefixed by `from`) if
 * they are missing, or have blanks or control bytes inside.
 */
int credential_set_fill(struct credential_set *set, struct slice access_key, struct slice secret_key,
                        struct slice session_token, const char *from, struct err *err);
/* Replaces set->source. */
void credential_set_source(struct credential_set *set, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Unix milliseconds of an ISO 8601 time with any zone ("2019-05-29T00:21:43+02:00"), or -1. */
int64_t credential_time(const char *text);
void credential_buf_wipe(struct buf *buf); /* and releases */

/* credentials_json.c */
struct credential_json {
	const char *token_name; /* "Token" or "SessionToken" */
	bool version;           /* "Version":1 must be there */
	bool must_expire;
};
/* Returns -1 with err (ERR_FAILED, without a prefix). */
int credential_json_parse(const struct credential_json *rules, struct slice text, struct credential_set *set,
                          struct err *err);
/*
 * "CODE: MESSAGE" of a service's JSON error answer, or whichever of them it has. Returns the length
 * of CODE.
 */
size_t credential_json_error(struct slice text, struct buf *to);

/* credentials_http.c */
/* A new question in place of the one before; takes `url`. Headers and body may be added. */
void credential_ask_prepare(struct credential_ask *ask, const char *method, char *url, int attempts);
void credential_ask_start(struct credential_ask *ask, struct http *http);
/* Moves it on without waiting; returns whether it is over. */
bool credential_ask_move(struct credential_ask *ask);
/* The status of its last answer, or -1 with err (ERR_TEMPORARY). */
int credential_ask_status(const struct credential_ask *ask, struct err *err);
void credential_ask_release(struct credential_ask *ask); /* ends it if it is under way; wipes */
/* The content of a file with one line: a token. Cut at its line end. -1 with err (ERR_USAGE). */
int credential_read_token(const char *path, struct buf *to, struct err *err);

/* credentials_command.c */
void credential_command_start(struct credential_command *command);
/* Moves it on without waiting; returns whether it is over. */
bool credential_command_move(struct credential_command *command);
/* Milliseconds until it has to be moved on whether its fd is readable or not. */
int64_t credential_command_due(const struct credential_command *command);
void credential_command_release(struct credential_command *command); /* kills it if it runs; wipes */

/* credentials_job.c */
/* Of the chain: how many sources it has. */
extern const size_t credential_places;
/*
 * Searches the sources from `first` to `last`. The caller has filled in the input of the sources,
 * which must not change until the search is over.
 */
void credential_job_start(struct credential_job *job, struct http *http, size_t first, size_t last);
/*
 * Moves it on without waiting. STEP_FOUND with job->set and job->place, STEP_FAILED with err, or
 * the step that it waits for.
 */
enum step credential_job_move(struct credential_job *job, struct err *err);
/* Milliseconds until it must be moved on by itself; -1: the engine or its fd decides. */
int64_t credential_job_due(const struct credential_job *job);
int credential_job_fd(const struct credential_job *job); /* to be waited for, or -1 */
void credential_job_release(struct credential_job *job); /* ends what is under way; wipes; {0} then */

/* The sources. */
enum step credentials_from_environment(struct credential_job *job, struct err *err);
enum step credentials_from_profile(struct credential_job *job, struct err *err);
enum step credentials_from_web_identity(struct credential_job *job, struct err *err);
enum step credentials_from_container(struct credential_job *job, struct err *err);
enum step credentials_from_imds(struct credential_job *job, struct err *err);
void credentials_imds_release(struct credential_job *job);

/* credentials_process.c: what `command`, run without a shell, prints. */
enum step credentials_from_process(struct credential_job *job, const char *command, struct err *err);
/*
 * The words of a command line as a POSIX shell splits them, not expanded; NULL if a quote is left
 * open.
 */
char **credential_words(const char *command);

/* credentials_sts_endpoint.c */
/* For a role of this profile (NULL: of the environment). Returns -1 with err. */
int sts_endpoint_find(const struct credential_job *job, const char *profile, struct sts_endpoint *endpoint,
                      struct err *err);

/* credentials_sts.c */
struct sts_role {
	const char *profile; /* whose region and endpoint count */
	const char *role_arn;
	const char *session_name; /* NULL: one is made up */
	const char *external_id;  /* NULL: none */
	const char *duration;     /* seconds; NULL: AWS's default, an hour */
	const char *token_file;   /* of the web identity; NULL: AssumeRole */
};
/* job->set signs the AssumeRole; a web identity needs no keys. Replaces job->set but its source. */
enum step credentials_assume_role(struct credential_job *job, const struct sts_role *role, struct err *err);

#endif

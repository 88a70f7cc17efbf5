/*
 * What the parts of the credentials share.
 *
 *   credentials.c            the chain, what it found, and when to renew it
 *   credentials_set.c        one set of keys: checked, wiped; times
 *   credentials_json.c       the JSON that commands and services answer with
 *   credentials_http.c       asking a service, with retries
 *   credentials_environment.c  variables, .env
 *   credentials_profile.c    profiles: static keys, roles over other profiles
 *   credentials_process.c    credential_process
 *   credentials_sts.c        AssumeRole, AssumeRoleWithWebIdentity
 *   credentials_sts_endpoint.c  where STS is
 *   credentials_container.c  ECS, EKS Pod Identity
 *   credentials_imds.c       instance metadata
 *
 * A provider is one place of the chain: it returns 1 with *set, 0 if it is not set up (the chain
 * goes on), -1 with err if it is, and fails (the chain ends).
 */
#ifndef AWS_CREDENTIALS_INTERNAL_H
#define AWS_CREDENTIALS_INTERNAL_H

#include "aws/config.h"
#include "aws/credentials.h"
#include "http/fetch.h"

/* One set of keys; {0} is an empty one. */
struct credential_set {
	char *access_key;
	char *secret_key;
	char *session_token; /* NULL: none */
	int64_t expires_ms;  /* 0: never */
	char *source;        /* for people */
};

/* What a provider may look at. */
struct credential_context {
	const struct settings *settings;
	const struct aws_config *config;
	const char *profile;
	bool profile_named; /* --profile: goes before the environment */
	bool again;         /* it answered before: worth more than one try */
	struct buf *looked; /* a provider that is not set up says here where it looked */
};

/* credentials_set.c */
void credential_set_release(struct credential_set *set); /* wipes; leaves an empty one */
/*
 * Takes copies. An empty token is none. Returns -1 with err (ERR_USAGE, prefixed by `from`) where
 * they cannot be what they should: missing, blanks or control bytes inside.
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
/* "CODE: MESSAGE" of a service's JSON error answer, as far as it is one; else nothing. */
void credential_json_error(struct slice text, struct buf *to);

/* credentials_http.c */
/*
 * fetch_run, tried again up to `attempts` times in all where there was no answer, or a 429 or 5xx.
 * Returns the status of the last answer, or -1 with err (ERR_TEMPORARY).
 */
int credential_fetch(const struct fetch *fetch, int attempts, struct buf *reply, struct err *err);
/* The content of a file with one line: a token. Cut at its line end. -1 with err (ERR_USAGE). */
int credential_read_token(const char *path, struct buf *to, struct err *err);

/* The providers. */
int credentials_from_environment(struct credential_context *context, struct credential_set *set, struct err *err);
int credentials_from_profile(struct credential_context *context, struct credential_set *set, struct err *err);
int credentials_from_web_identity(struct credential_context *context, struct credential_set *set, struct err *err);
int credentials_from_container(struct credential_context *context, struct credential_set *set, struct err *err);
int credentials_from_imds(struct credential_context *context, struct credential_set *set, struct err *err);

/* credentials_process.c: runs `command` without a shell; returns 0, or -1 with err. */
int credentials_from_process(const char *command, struct credential_set *set, struct err *err);
/*
 * The words of a command line as a POSIX shell splits them, not expanded; NULL if a quote is left
 * open.
 */
char **credential_words(const char *command);

/* credentials_sts_endpoint.c */
struct sts_endpoint {
	char *url;          /* "https://host[:port][/path]", without '/' at its end; the caller's to free */
	const char *region; /* to sign for */
};
/* For a role of this profile (NULL: of the environment). Returns -1 with err. */
int sts_endpoint_find(const struct credential_context *context, const char *profile, struct sts_endpoint *endpoint,
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
/* `with` signs the AssumeRole; NULL for a web identity. Returns 0, or -1 with err. */
int credentials_assume_role(struct credential_context *context, const struct sts_role *role,
                            const struct credential_set *with, struct credential_set *set, struct err *err);

#endif

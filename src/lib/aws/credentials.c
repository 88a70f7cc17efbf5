/*
 * The result of the chain of sources, and its renewal.
 *
 * While keys are in memory no core file is written: in a core on a disk they would outlive the
 * process. The user's debugger and profiler can still attach, since the user can read the key files
 * anyway.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "aws/credentials_internal.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#define LEAD_MS INT64_C(300000)  /* renewed this long before they expire, or at half of a short life */
#define PAUSE_MS INT64_C(60000)  /* between tries to renew keys that still hold */
#define FAILED_MS INT64_C(10000) /* for this time after a failure, everybody gets that failure as the answer */

struct credentials {
	const struct settings *settings;
	struct aws_config *config;
	const char *profile;
	bool profile_named; /* by --profile */
	char *region;       /* copies: the config may be read again */
	char *endpoint;
	char *max_attempts;
	char *ca_bundle;

	struct credential_set set;
	struct aws_credentials view; /* of the set, for the caller */
	size_t place;                /* in the chain, that the set is from */
	int64_t renew_ms;            /* wall clock; 0: never */
	int64_t quiet_until;         /* monotonic: no renewal before */

	struct http *http;
	struct credential_job job; /* the search under way */
	bool searching;
	bool searching_refused; /* the server called the set expired: it is not used meanwhile */

	struct err failure; /* the last, and until when (monotonic) it is the answer */
	int64_t failure_until;
	int64_t failure_refused; /* the generation that it was about; 0: there were no keys */
	struct log_site warned;
};

static char *
dup_or_null(const char *text)
{
	return text ? mem_dup(text) : NULL;
}

static bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool
same_keys(const struct credential_set *a, const struct credential_set *b)
{
	return same_text(a->access_key, b->access_key) && same_text(a->secret_key, b->secret_key) &&
	       same_text(a->session_token, b->session_token);
}

/* No core file from here on. */
static void
keep_off_disk(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur != 0) {
		limit.rlim_cur = 0;
		setrlimit(RLIMIT_CORE, &limit);
	}
}

/* Pauses renewals; if the keys expire before the pause is over, only until then. */
static void
pause_renewal(struct credentials *credentials)
{
	int64_t left = credentials->set.expires_ms - clock_unix_ms();

	credentials->quiet_until = clock_mono_ms() + (left > 0 && left < PAUSE_MS ? left : PAUSE_MS);
}

static void
plan_renewal(struct credentials *credentials, bool same)
{
	const struct credential_set *set = &credentials->set;
	int64_t left = set->expires_ms - clock_unix_ms();
	char when[32];

	credentials->renew_ms = 0;
	if (!set->expires_ms) {
		log_debug("credentials from %s", set->source);
		return;
	}
	clock_format_iso(set->expires_ms / 1000, when);
	log_debug("credentials from %s, until %s", set->source, when);
	/* Our clock may be off; the server's counts, and the server will refuse expired keys. */
	if (left <= 0)
		log_warning_limited(&credentials->warned,
		                    "credentials from %s say that they expired at %s; they are used "
		                    "all the same",
		                    set->source, when);
	credentials->renew_ms = set->expires_ms - (left < 2 * LEAD_MS ? left / 2 : LEAD_MS);
	if (same || left <= 0)
		pause_renewal(credentials);
}

/* Makes *fresh the keys that are used from now on. */
static void
adopt_set(struct credentials *credentials, struct credential_set *fresh)
{
	bool same = same_keys(&credentials->set, fresh);

	keep_off_disk();
	credential_set_release(&credentials->set);
	credentials->set = *fresh;
	*fresh = (struct credential_set){0};
	plan_renewal(credentials, same);
	credentials->view.access_key = credentials->set.access_key;
	credentials->view.secret_key = credentials->set.secret_key;
	credentials->view.session_token = credentials->set.session_token;
	credentials->view.expires_ms = credentials->set.expires_ms;
	credentials->view.source = credentials->set.source;
	credentials->view.generation += same ? 0 : 1;
	credentials->failure.kind = ERR_NONE;
}

/* Remembers a failure, so that a thousand transfers do not ask a thousand times. */
static void
remember_failure(struct credentials *credentials, int64_t refused, const struct err *err)
{
	credentials->failure = *err;
	credentials->failure_refused = refused;
	credentials->failure_until = clock_mono_ms() + FAILED_MS;
}

/*
 * The profile files may have changed, as sign-in helpers rewrite them; if they are broken, the old
 * values stay.
 */
static void
reload_config(struct credentials *credentials)
{
	struct err err = ERR_INIT;
	struct aws_config *config = aws_config_load(credentials->settings, &err);

	if (!config) {
		log_warning_limited(&credentials->warned, "%s", ERR_TEXT(&err));
		return;
	}
	aws_config_free(credentials->config);
	credentials->config = config;
}

/* A renewal has failed. Ours is the old set, as long as it holds. */
static void
take_failed_renewal(struct credentials *credentials, struct err *err)
{
	const struct credential_set *set = &credentials->set;
	char when[32];

	/*
	 * What was valid at the start and is not any more is not a usage error: no object is given up
	 * for it.
	 */
	if (err->kind == ERR_USAGE)
		err->kind = ERR_ACCESS;
	if (credentials->searching_refused || clock_unix_ms() >= set->expires_ms) {
		err_prefix(err, "the credentials from %s have expired and cannot be renewed", set->source);
		remember_failure(credentials, credentials->view.generation, err);
		return;
	}
	clock_format_iso(set->expires_ms / 1000, when);
	if (log_site_shows(&credentials->warned))
		log_with_fields(LOG_WARNING, ERR_FIELDS(err),
		                "the credentials from %s are valid until %s and cannot be renewed yet: %s", set->source, when,
		                ERR_TEXT(err));
	pause_renewal(credentials);
}

/* The search is over; its result is in the job. */
static void
take_found(struct credentials *credentials)
{
	int64_t generation = credentials->view.generation;
	struct err err;

	credentials->place = credentials->job.place;
	adopt_set(credentials, &credentials->job.set);
	if (!credentials->searching_refused || credentials->view.generation != generation)
		return;
	err_set(&err, ERR_TEMPORARY, "the credentials from %s have expired, and there are no newer ones",
	        credentials->set.source);
	remember_failure(credentials, generation, &err);
}

/* The chain, or for a renewal the one source in it that had them. */
static void
start_search(struct credentials *credentials, bool refused)
{
	bool again = credentials->view.generation != 0;

	if (again)
		reload_config(credentials);
	credentials->job = (struct credential_job){
		.settings = credentials->settings,
		.config = credentials->config,
		.profile = credentials->profile,
		.profile_named = credentials->profile_named,
		.again = again,
	};
	credential_job_start(&credentials->job, credentials->http, again ? credentials->place : 0,
	                     again ? credentials->place : credential_places - 1);
	credentials->searching = true;
	credentials->searching_refused = refused;
}

struct credentials *
credentials_new(const struct settings *settings, struct err *err)
{
	struct aws_config *config = aws_config_load(settings, err);
	struct credentials *credentials;
	const char *profile, *origin;

	if (!config)
		return NULL;
	if (aws_config_profile(config, settings, &profile, &origin, err) < 0) {
		aws_config_free(config);
		return NULL;
	}
	credentials = mem_zero(1, sizeof *credentials);
	credentials->settings = settings;
	credentials->config = config;
	credentials->profile = profile;
	credentials->profile_named = origin && strncmp(origin, "--", 2) == 0;
	credentials->region = dup_or_null(aws_config_get(config, profile, "region"));
	credentials->endpoint = dup_or_null(aws_config_endpoint(config, settings, profile, "s3"));
	credentials->ca_bundle = dup_or_null(aws_config_ca_bundle(config, settings, profile));
	credentials->max_attempts = dup_or_null(aws_config_get(config, profile, "max_attempts"));
	return credentials;
}

void
credentials_free(struct credentials *credentials)
{
	if (!credentials)
		return;
	credential_job_release(&credentials->job);
	credential_set_release(&credentials->set);
	aws_config_free(credentials->config);
	free(credentials->region);
	free(credentials->endpoint);
	free(credentials->max_attempts);
	free(credentials->ca_bundle);
	free(credentials);
}

void
credentials_attach(struct credentials *credentials, struct http *http)
{
	credentials->http = http;
}

void
credentials_move(struct credentials *credentials)
{
	struct err err = ERR_INIT;
	enum step step;

	if (!credentials->searching)
		return;
	step = credential_job_move(&credentials->job, &err);
	if (step == STEP_ASK || step == STEP_RUN)
		return;
	if (step == STEP_FOUND)
		take_found(credentials);
	else if (credentials->view.generation)
		take_failed_renewal(credentials, &err);
	else
		remember_failure(credentials, 0, &err);
	credential_job_release(&credentials->job);
	credentials->searching = false;
}

int64_t
credentials_due(const struct credentials *credentials)
{
	return credentials->searching ? credential_job_due(&credentials->job) : -1;
}

int
credentials_fd(const struct credentials *credentials)
{
	return credentials->searching ? credential_job_fd(&credentials->job) : -1;
}

/* The answer as things are; CREDENTIALS_PENDING: something has to be asked first. */
static enum credentials_answer
look_at_set(struct credentials *credentials, bool is_refused, struct err *err)
{
	int64_t generation = credentials->view.generation;
	int64_t now_mono = clock_mono_ms();
	int64_t now = clock_unix_ms();
	bool is_due = credentials->renew_ms && now >= credentials->renew_ms;
	bool is_over = credentials->set.expires_ms && now >= credentials->set.expires_ms;

	if (credentials->searching)
		return generation && !is_refused && !is_over && !credentials->searching_refused ? CREDENTIALS_READY
		                                                                                : CREDENTIALS_PENDING;
	if (generation && !is_refused && !is_due)
		return CREDENTIALS_READY;
	if (credentials->failure.kind != ERR_NONE && now_mono < credentials->failure_until &&
	    credentials->failure_refused == generation && (is_refused || is_over || !generation)) {
		*err = credentials->failure;
		return CREDENTIALS_FAILED;
	}
	return generation && !is_refused && now_mono < credentials->quiet_until ? CREDENTIALS_READY : CREDENTIALS_PENDING;
}

enum credentials_answer
credentials_get(struct credentials *credentials, int64_t refused, const struct aws_credentials **found, struct err *err)
{
	enum credentials_answer answer;
	bool is_refused;

	for (;;) {
		is_refused = refused != 0 && refused == credentials->view.generation;
		answer = look_at_set(credentials, is_refused, err);
		if (answer != CREDENTIALS_PENDING || credentials->searching)
			break;
		/* Keys of the environment or a file are there at once. */
		start_search(credentials, is_refused);
		credentials_move(credentials);
	}
	if (credentials->searching && is_refused)
		credentials->searching_refused = true;
	*found = answer == CREDENTIALS_READY ? &credentials->view : NULL;
	return answer;
}

const char *
credentials_region(const struct credentials *credentials)
{
	return credentials->region;
}

const char *
credentials_endpoint(const struct credentials *credentials)
{
	return credentials->endpoint;
}

const char *
credentials_ca_bundle(const struct credentials *credentials)
{
	return credentials->ca_bundle;
}

const char *
credentials_max_attempts(const struct credentials *credentials)
{
	return credentials->max_attempts;
}

void
credentials_describe(const struct credentials *credentials, const struct aws_credentials *found, const char *endpoint,
                     const char *region, struct buf *to)
{
	char when[32] = "never";

	if (found->expires_ms)
		clock_format_iso(found->expires_ms / 1000, when);
	/*
	 * The start of the access key, enough to tell two keys apart; of a short one (of a local
	 * server) half.
	 */
	size_t len = strlen(found->access_key);
	int shown = len >= 12 ? 4 : (int)(len / 4);

	buf_printf(to, "access_key: %.*s****%s\n", shown, found->access_key, found->access_key + len - (size_t)shown);
	buf_printf(to, "source: %s\n", found->source);
	buf_printf(to, "temporary: %s\n", found->session_token ? "yes" : "no");
	buf_printf(to, "expires: %s\n", when);
	buf_printf(to, "profile: %s\n", credentials->profile);
	buf_printf(to, "region: %s\n", region ? region : credentials->region ? credentials->region : "(not set)");
	buf_printf(to, "endpoint: %s\n", endpoint ? endpoint : credentials->endpoint ? credentials->endpoint : "AWS");
}

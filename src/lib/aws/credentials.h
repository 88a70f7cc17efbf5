/*
 * AWS credentials: found by AWS's chain, kept, and renewed before they expire.
 *
 * Opening only reads the profile files (AWS_PROFILE, the setting `profile`, AWS_CONFIG_FILE, ...).
 * credentials_get starts whatever needs the network or a command; credentials_move continues it,
 * while the caller's loop does other things.
 */
#ifndef AWS_CREDENTIALS_H
#define AWS_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "http/http.h"
#include "settings/settings.h"

struct aws_credentials {
	char *access_key;
	char *secret_key;
	char *session_token; /* NULL: none */
	int64_t expires_ms;  /* unix milliseconds; 0: never */
	int64_t generation;  /* another number for each new set; never 0 */
	const char *source;  /* where they come from, for people: "environment", "profile work in ~/.aws/config
	                       (AssumeRole)" */
};

struct credentials;

/*
 * `no_sign_request` is the caller's concern: it does not ask then, but may still want the region.
 * Returns NULL with err (ERR_USAGE: a profile that was named and is not there, a file that cannot
 * be read as AWS does).
 */
struct credentials *credentials_new(const struct settings *settings, struct err *err);
/*
 * Ends what is under way and wipes the secrets; NULL is fine. Call it before the engine that it
 * uses is freed.
 */
void credentials_free(struct credentials *credentials);

/* The engine that services are asked by; once, before the first credentials_get. */
void credentials_attach(struct credentials *credentials, struct http *http);

enum credentials_answer {
	CREDENTIALS_FAILED,  /* err says why */
	CREDENTIALS_READY,   /* *found is what to sign with */
	CREDENTIALS_PENDING, /* they are being asked for: ask again after credentials_move */
};

/*
 * Returns the credentials to sign with now. Never waits. A renewal begins if they are about to
 * expire, or if `refused` is the generation that the server has just called expired (0: none was).
 * Only one renewal is under way at a time; credentials that are still valid are returned meanwhile.
 *
 * *found lives until the next call or credentials_move. A renewal that fails while the old
 * credentials are still valid is a warning. Fails with ERR_USAGE if no credentials were found (the
 * text says where it looked, and what to do) or a setting is wrong, ERR_ACCESS if they were refused
 * or have expired for good, and ERR_TEMPORARY if a service did not answer. For some seconds after a
 * failure, every call returns that failure without a new attempt.
 */
enum credentials_answer credentials_get(struct credentials *credentials, int64_t refused,
                                        const struct aws_credentials **found, struct err *err);

/* Continues a renewal, if there is one, as far as possible without waiting. After http_perform. */
void credentials_move(struct credentials *credentials);
/* Milliseconds until credentials_move has something to do on its own; -1: nothing. */
int64_t credentials_due(const struct credentials *credentials);
/* The fd that http_poll must wait for, too, or -1. */
int credentials_fd(const struct credentials *credentials);

/*
 * From the profile in use, as it stands there; NULL if it says nothing. The endpoint is the one for
 * S3 (also of its `services` section).
 */
const char *credentials_region(const struct credentials *credentials);
const char *credentials_endpoint(const struct credentials *credentials);
const char *credentials_max_attempts(const struct credentials *credentials);
const char *credentials_ca_bundle(const struct credentials *credentials); /* or AWS_CA_BUNDLE */

/*
 * Describes `found`: which credentials, from where, until when, and for which endpoint and region,
 * as "name: value" lines without secrets. Endpoint and region are those that the store chose (NULL:
 * the profile's).
 */
void credentials_describe(const struct credentials *credentials, const struct aws_credentials *found,
                          const char *endpoint, const char *region, struct buf *to);

#endif

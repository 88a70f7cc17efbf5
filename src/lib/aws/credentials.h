/*
 * AWS credentials: found by AWS's chain, kept, and renewed before they expire.
 *
 * Opening reads the profile files only (AWS_PROFILE, the setting `profile`, AWS_CONFIG_FILE, ...);
 * whatever needs the network or a command happens in credentials_get.
 */
#ifndef AWS_CREDENTIALS_H
#define AWS_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
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
void credentials_free(struct credentials *credentials); /* wipes the secrets; NULL is fine */

/*
 * Those to sign with now; renewed first where they are about to expire, or where `refused` is the
 * generation that the server has just called expired (0: none was). They live until the next call.
 * May block for a few seconds when it renews. A renewal that fails while the old ones still hold is
 * a warning. Returns NULL with err: ERR_USAGE if none were found (says where was looked, and what
 * to do) or something is set wrong, ERR_ACCESS if they were refused or have expired for good,
 * ERR_TEMPORARY if a service did not answer; a failure is the answer for some seconds before
 * anything is asked again.
 */
const struct aws_credentials *credentials_get(struct credentials *credentials, int64_t refused, struct err *err);

/*
 * From the profile in use, as it stands there; NULL if it says nothing. The endpoint is the one for
 * S3 (also of its `services` section).
 */
const char *credentials_region(const struct credentials *credentials);
const char *credentials_endpoint(const struct credentials *credentials);
const char *credentials_max_attempts(const struct credentials *credentials);
const char *credentials_ca_bundle(const struct credentials *credentials); /* or AWS_CA_BUNDLE */

/*
 * Which credentials, from where, until when, and what they would be used on, as "name: value" lines
 * without any secret. Endpoint and region are those that the store settled on (NULL: the
 * profile's). Asks for the credentials; returns -1 with err if there are none.
 */
int credentials_describe(struct credentials *credentials, const char *endpoint, const char *region, struct buf *to,
                         struct err *err);

#endif

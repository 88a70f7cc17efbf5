/*
 * Which requests are worth another try, and when: AWS's "standard" mode with its 2026 constants.
 * Pure functions; nothing here waits or knows of sockets.
 */
#ifndef AWS_RETRY_H
#define AWS_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define RETRY_ATTEMPTS 5 /* AWS's own default is 3; a batch job would rather wait */

enum retry {
	RETRY_NEVER,
	RETRY_TRANSIENT, /* a fault of this one request: try again soon */
	RETRY_THROTTLED, /* the server is too busy: everybody slows down */
};

/*
 * Classifies a code that AWS's clients retry whatever the service and the status; RETRY_NEVER for
 * any other, and for none (len 0).
 */
enum retry retry_of_code(struct slice code);

/*
 * Classifies an answer by its status and the code of its <Error> (len 0: none). Also right for a
 * 200 with an <Error>. Failures without an answer (connections) are RETRY_TRANSIENT.
 */
enum retry retry_classify(int status, struct slice code);

/*
 * How long to wait, in milliseconds, after attempt n (1, 2, ...) failed; `random` is 0 <= random <
 * 1.
 */
int64_t retry_delay(int attempt, enum retry retry, double random);

/*
 * The same, adjusted to the server's wishes: its x-amz-retry-after (milliseconds; obeyed within
 * delay..delay+5s, as AWS's own clients do), else its Retry-After (seconds, up to a minute). NULL
 * if a header is missing; an invalid number is ignored.
 */
int64_t retry_obey(int64_t delay_ms, const char *amz_retry_after, const char *retry_after);

/*
 * The quota of a process: a server in trouble is not buried under retries. Tokens come back when
 * the request that they were taken for succeeds.
 */
struct retry_quota {
	int tokens;
};
/* clang-format off */
#define RETRY_QUOTA_INIT                                                                                     \
	{                                                                                                    \
		500                                                                                          \
	}
/* clang-format on */

/* Takes the tokens of a retry; -1 if the quota has too few: then the request fails at once. */
int retry_take(struct retry_quota *quota, enum retry retry);
/* A request succeeded; `taken` is what its last retry took, 0 if it needed none. */
void retry_refund(struct retry_quota *quota, int taken);

#endif

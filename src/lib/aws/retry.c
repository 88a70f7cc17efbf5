/* Retries as pure functions: see retry.h. */
#include "aws/retry.h"

#include "base/backoff.h"
#include "base/units.h"

#define QUOTA_MAX 500
#define COST_TRANSIENT 14
#define COST_THROTTLED 5
#define BASE_TRANSIENT_MS 50
#define BASE_THROTTLED_MS 1000
#define DELAY_MAX_MS 20000
#define AMZ_SPREAD_MS 5000
#define RETRY_AFTER_MAX_MS 60000

static const char *const throttling[] = {
	"SlowDown",
	"Throttling",
	"ThrottlingException",
	"ThrottledException",
	"RequestThrottled",
	"RequestThrottledException",
	"TooManyRequests",
	"TooManyRequestsException",
	"RequestLimitExceeded",
	"BandwidthLimitExceeded",
	"LimitExceededException",
	"ProvisionedThroughputExceededException",
	"TransactionInProgressException",
	"PriorRequestNotComplete",
	"EC2ThrottledException",
	"ServiceUnavailable",
	NULL,
};

/* IncompleteBody and BadDigest: we sent valid data, so it was damaged on its way. */
static const char *const transient[] = {
	"InternalError",
	"InternalServerError",
	"RequestTimeout",
	"RequestTimeoutException",
	"OperationAborted",
	"IncompleteBody",
	"BadDigest",
	"XAmzContentSHA256Mismatch",
	"XAmzContentChecksumMismatch",
	"ConnectionClosedByRequester",
	"ResponseInterrupted",
	NULL,
};

enum retry
retry_of_code(struct slice code)
{
	if (slice_is_one_of(code, throttling))
		return RETRY_THROTTLED;
	if (slice_is_one_of(code, transient))
		return RETRY_TRANSIENT;
	return RETRY_NEVER;
}

enum retry
retry_classify(int status, struct slice code)
{
	enum retry retry = retry_of_code(code);

	if (retry != RETRY_NEVER)
		return retry;
	switch (status) {
	case 429:
		return RETRY_THROTTLED;
	case 503: /* without a code that says otherwise it is SlowDown, whose body not every server sends */
		return code.len == 0 ? RETRY_THROTTLED : RETRY_TRANSIENT;
	case 408:
	case 500:
	case 502:
	case 504:
		return RETRY_TRANSIENT;
	default:
		return RETRY_NEVER;
	}
}

int64_t
retry_delay(int attempt, enum retry retry, double random)
{
	return backoff_delay(attempt, retry == RETRY_THROTTLED ? BASE_THROTTLED_MS : BASE_TRANSIENT_MS, DELAY_MAX_MS,
	                     random);
}

int64_t
retry_obey(int64_t delay_ms, const char *amz_retry_after, const char *retry_after)
{
	int64_t most = delay_ms + AMZ_SPREAD_MS;
	int64_t asked;

	if (amz_retry_after == NULL || !units_parse_int(amz_retry_after, 0, INT64_MAX, &asked)) {
		if (retry_after == NULL || !units_parse_int(retry_after, 0, INT64_MAX / 1000, &asked))
			return delay_ms;
		asked *= 1000;
		most = RETRY_AFTER_MAX_MS;
	}
	if (asked > most)
		asked = most;
	return asked > delay_ms ? asked : delay_ms;
}

int
retry_take(struct retry_quota *quota, enum retry retry)
{
	int cost = retry == RETRY_THROTTLED ? COST_THROTTLED : COST_TRANSIENT;

	if (quota->tokens < cost)
		return -1;
	quota->tokens -= cost;
	return cost;
}

void
retry_refund(struct retry_quota *quota, int taken)
{
	quota->tokens += taken > 0 ? taken : 1;
	if (quota->tokens > QUOTA_MAX)
		quota->tokens = QUOTA_MAX;
}

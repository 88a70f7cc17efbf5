/* Retries: what is worth one, how long to wait, and how many there may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/retry.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
classes(void **state)
{
	static const struct {
		int status;
		const char *code;
		enum retry retry;
	} cases[] = {
		{500, "InternalError", RETRY_TRANSIENT},
		{500, "", RETRY_TRANSIENT},
		{502, "", RETRY_TRANSIENT},
		{504, "", RETRY_TRANSIENT},
		{503, "SlowDown", RETRY_THROTTLED},
		{503, "", RETRY_THROTTLED},
		{503, "ServiceUnavailable", RETRY_THROTTLED},
		{503, "SomethingElse", RETRY_TRANSIENT},
		{429, "", RETRY_THROTTLED},
		{429, "TooManyRequests", RETRY_THROTTLED},
		{400, "RequestTimeout", RETRY_TRANSIENT},
		{400, "ThrottlingException", RETRY_THROTTLED},
		{400, "RequestLimitExceeded", RETRY_THROTTLED},
		{408, "", RETRY_TRANSIENT},
		{200, "InternalError", RETRY_TRANSIENT},
		{200, "SlowDown", RETRY_THROTTLED},
		{200, "AccessDenied", RETRY_NEVER},
		{400, "BadDigest", RETRY_TRANSIENT},
		{400, "InvalidArgument", RETRY_NEVER},
		{403, "AccessDenied", RETRY_NEVER},
		{404, "NoSuchKey", RETRY_NEVER},
		{404, "", RETRY_NEVER},
		{412, "PreconditionFailed", RETRY_NEVER},
		{416, "InvalidRange", RETRY_NEVER},
		{501, "NotImplemented", RETRY_NEVER},
		{403, "slowdown", RETRY_NEVER},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(retry_classify(cases[i].status, slice_of_str(cases[i].code)), cases[i].retry);
}

static void
delays(void **state)
{
	static const int64_t transient[] = {50, 100, 200, 400, 800, 1600, 3200, 6400, 12800, 20000, 20000};
	static const int64_t throttled[] = {1000, 2000, 4000, 8000, 16000, 20000, 20000};

	(void)state;
	for (size_t i = 0; i < COUNT(transient); i++) {
		int attempt = (int)i + 1;

		assert_int_equal(retry_delay(attempt, RETRY_TRANSIENT, 1.0), transient[i]);
		assert_int_equal(retry_delay(attempt, RETRY_TRANSIENT, 0.5), transient[i] / 2);
		assert_int_equal(retry_delay(attempt, RETRY_TRANSIENT, 0.0), 0);
	}
	for (size_t i = 0; i < COUNT(throttled); i++)
		assert_int_equal(retry_delay((int)i + 1, RETRY_THROTTLED, 1.0), throttled[i]);
	assert_int_equal(retry_delay(1000000, RETRY_TRANSIENT, 1.0), 20000);
}

static void
hints(void **state)
{
	static const struct {
		int64_t delay;
		const char *amz, *plain;
		int64_t wanted;
	} cases[] = {
		{100, NULL, NULL, 100},
		{100, "1500", NULL, 1500},  /* milliseconds */
		{100, "50", NULL, 100},     /* never sooner than planned */
		{100, "60000", NULL, 5100}, /* nor more than 5 s later */
		{100, "-1", NULL, 100},     /* no sound number */
		{100, "soon", NULL, 100},
		{100, "", NULL, 100},
		{100, "99999999999999999999", NULL, 100},
		{100, NULL, "2", 2000}, /* seconds */
		{100, NULL, "0", 100},
		{100, NULL, "3600", 60000}, /* an hour is more than we wait */
		{100, NULL, "-5", 100},
		{100, NULL, "Wed, 21 Oct 2015 07:28:00 GMT", 100},
		{100, "1500", "30", 1500}, /* AWS's own goes first */
		{100, "x", "2", 2000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(retry_obey(cases[i].delay, cases[i].amz, cases[i].plain), cases[i].wanted);
}

static void
quota(void **state)
{
	struct retry_quota left = RETRY_QUOTA_INIT;

	(void)state;
	/* 500 tokens, 14 for each retry: 35 of them, and then none. */
	for (int i = 0; i < 35; i++)
		assert_int_equal(retry_take(&left, RETRY_TRANSIENT), 14);
	assert_int_equal(left.tokens, 10);
	assert_int_equal(retry_take(&left, RETRY_TRANSIENT), -1);
	assert_int_equal(left.tokens, 10);
	/* Those for a busy server are cheaper. */
	assert_int_equal(retry_take(&left, RETRY_THROTTLED), 5);
	assert_int_equal(retry_take(&left, RETRY_THROTTLED), 5);
	assert_int_equal(retry_take(&left, RETRY_THROTTLED), -1);
	/* A retry that helped gives back what it took, a request that needed none gives one. */
	retry_refund(&left, 14);
	assert_int_equal(left.tokens, 14);
	retry_refund(&left, 0);
	assert_int_equal(left.tokens, 15);
	for (int i = 0; i < 100; i++)
		retry_refund(&left, 14);
	assert_int_equal(left.tokens, 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes),
		cmocka_unit_test(delays),
		cmocka_unit_test(hints),
		cmocka_unit_test(quota),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* How long things take: the histogram's steps and percentiles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/latency.h"

static void
single(void **state)
{
	(void)state;
	for (int64_t us = 0; us < INT64_C(17000000000); us = us * 9 / 8 + 1) {
		struct latency latency = {0};

		latency_add(&latency, us);
		assert_true(latency_percentile(&latency, 50) >= us);
		assert_true(latency_percentile(&latency, 50) <= us + us / 8);
		assert_int_equal(latency_percentile(&latency, 50), latency_percentile(&latency, 99));
	}
}

static void
many(void **state)
{
	struct latency latency = {0};

	(void)state;
	for (int us = 1; us <= 1000; us++)
		latency_add(&latency, us);
	assert_true(latency_percentile(&latency, 50) >= 500 && latency_percentile(&latency, 50) <= 562);
	assert_true(latency_percentile(&latency, 99) >= 990 && latency_percentile(&latency, 99) <= 1113);
	assert_true(latency_percentile(&latency, 100) >= 1000 && latency_percentile(&latency, 100) <= 1125);
	assert_int_equal(latency_percentile(&latency, 0), 0);
	/* One in a hundred that takes a second is not in the 99, one more is. */
	latency = (struct latency){0};
	for (int i = 0; i < 99; i++)
		latency_add(&latency, 5);
	latency_add(&latency, 1000000);
	assert_int_equal(latency_percentile(&latency, 99), 5);
	latency_add(&latency, 1000000);
	assert_true(latency_percentile(&latency, 99) >= 1000000);
}

static void
strange(void **state)
{
	struct latency latency = {0};

	(void)state;
	assert_int_equal(latency_percentile(&latency, 50), 0);
	latency_add(&latency, -5);
	assert_int_equal(latency_percentile(&latency, 50), 0);
	latency_add(&latency, INT64_MAX);
	assert_true(latency_percentile(&latency, 99) > INT64_C(16000000000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single),
		cmocka_unit_test(many),
		cmocka_unit_test(strange),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Digits, eight in one go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/units.h"

static void
eight_digits(void **state)
{
	char text[32];
	uint64_t value = 0;

	(void)state;
	for (uint64_t number = 0; number < 100000000; number = number * 7 / 6 + 1) {
		snprintf(text, sizeof(text), "%08llu", (unsigned long long)number);
		assert_true(units_eight_digits(text, &value));
		assert_int_equal(value, number);
	}
	for (int byte = 0; byte < 256; byte++) {
		for (size_t i = 0; i < 8; i++) {
			snprintf(text, sizeof(text), "90817263");
			text[i] = (char)byte;
			assert_int_equal(units_eight_digits(text, &value), byte >= '0' && byte <= '9');
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(eight_digits)};

	return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}

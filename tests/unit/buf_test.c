/* Growable bytes: what is appended, as numbers too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

static void
check_int(int64_t number)
{
	struct buf buf = BUF_INIT;
	char wanted[32];

	snprintf(wanted, sizeof(wanted), "%lld", (long long)number);
	buf_append_int(&buf, number);
	assert_string_equal(buf_cstr(&buf), wanted);
	buf_release(&buf);
}

static void
ints(void **state)
{
	int64_t power = 1;

	(void)state;
	for (int64_t i = -12345; i <= 123456; i++)
		check_int(i);
	for (int digits = 1; digits < 19; digits++) {
		power *= 10;
		check_int(power - 1);
		check_int(power);
		check_int(power + 1);
		check_int(-power);
		check_int(power / 9);
	}
	check_int(INT64_MAX);
	check_int(INT64_MIN);
}

static void
growth(void **state)
{
	struct buf buf = BUF_INIT;
	char wanted[1000];

	(void)state;
	buf_append(&buf, NULL, 0);
	buf_append_slice(&buf, slice_of(NULL, 0));
	buf_append_str(&buf, "");
	assert_int_equal(buf.cap, 0);
	for (size_t i = 0; i < sizeof(wanted); i++) {
		wanted[i] = (char)('a' + i % 26);
		if (i % 3 == 0)
			buf_append_byte(&buf, wanted[i]);
		else
			buf_append(&buf, wanted + i, 1);
		assert_int_equal(buf.len, i + 1);
		assert_true(buf.cap >= buf.len);
	}
	assert_memory_equal(buf.data, wanted, sizeof(wanted));
	buf_consume(&buf, 999);
	assert_memory_equal(buf_cstr(&buf), wanted + 999, 1);
	assert_int_equal(buf.len, 1);
	buf_reset(&buf);
	buf_reserve(&buf, 5000);
	assert_true(buf.cap >= 5000);
	buf_append_str(&buf, "end");
	assert_string_equal(buf_cstr(&buf), "end");
	buf_release(&buf);
	assert_null(buf.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(ints), cmocka_unit_test(growth)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

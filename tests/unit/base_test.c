/* Hexadecimal digits, random numbers, arrays that grow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/random.h"

static void
each_byte(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		const unsigned char bytes[2] = {(unsigned char)byte, (unsigned char)(255 - byte)};
		char digits[5], expected[5];
		unsigned char back[2];
		const char *at = byte != 0 ? strchr("0123456789abcdefABCDEF", byte) : NULL;
		long place = at != NULL ? at - strchr("0123456789abcdefABCDEF", '0') : -1;

		hex_encode(digits, bytes, 2);
		snprintf(expected, sizeof(expected), "%02x%02x", bytes[0], bytes[1]);
		assert_string_equal(digits, expected);
		assert_true(hex_decode(back, digits, 2));
		assert_memory_equal(back, bytes, 2);
		assert_int_equal(hex_value((char)byte), place >= 16 ? place - 6 : place);
	}
}

static void
no_digits(void **state)
{
	unsigned char byte;

	(void)state;
	assert_false(hex_decode(&byte, "g0", 1));
	assert_false(hex_decode(&byte, "0g", 1));
	assert_false(hex_decode(&byte, "", 1));
	assert_false(hex_decode(&byte, "0", 1));
	assert_true(hex_decode(&byte, "Af", 1));
	assert_int_equal(byte, 0xaf);
}

/* The numbers that its authors publish for the seed 1234567. */
static void
splitmix64(void **state)
{
	static const uint64_t known[] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
	                                 UINT64_C(9817491932198370423), UINT64_C(4593380528125082431),
	                                 UINT64_C(16408922859458223821)};
	struct random random = {1234567};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_true(random_next(&random) == known[i]);
	for (int i = 0; i < 1000; i++) {
		double unit = random_unit(&random);

		assert_true(unit >= 0 && unit < 1);
		assert_true(random_below(&random, 7) < 7);
	}
	assert_true(random_seeded().state != random_seeded().state);
}

static void
growth(void **state)
{
	int *numbers = NULL;
	size_t capacity = 0;

	(void)state;
	for (size_t count = 0; count < 1000; count++) {
		numbers = mem_grow(numbers, count, &capacity, sizeof(numbers[0]));
		assert_true(capacity > count);
		numbers[count] = (int)count;
	}
	assert_int_equal(capacity, 1024);
	assert_int_equal(numbers[999], 999);
	free(numbers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_byte),
		cmocka_unit_test(no_digits),
		cmocka_unit_test(splitmix64),
		cmocka_unit_test(growth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

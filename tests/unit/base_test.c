/* Hexadecimal digits, random numbers, back-off, arrays that grow, rings. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/backoff.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/ring.h"

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

/* Items come out in the order in which they went in, however often the ring grows or turns. */
static void
rings(void **state)
{
	struct ring ring = {.size = sizeof(int)};
	int in = 0, out = 0;

	(void)state;
	ring_reserve(&ring, 3);
	for (int round = 1; round < 200; round++) {
		for (int i = 0; i < round; i++)
			*(int *)ring_push(&ring) = in++;
		assert_int_equal(ring.count, in - out);
		for (size_t i = 0; i < ring.count; i++)
			assert_int_equal(*(int *)ring_at(&ring, i), out + (int)i);
		for (int i = 0; i < round - round % 2; i++)
			assert_int_equal(*(int *)ring_pop(&ring), out++);
	}
	while (ring.count > 0)
		assert_int_equal(*(int *)ring_pop(&ring), out++);
	assert_int_equal(out, in);
	ring_release(&ring);
	assert_int_equal(ring.capacity, 0);
	assert_int_equal(ring.size, sizeof(int));
}

/* A place keeps what it held; a ring that has room does not grow. */
static void
ring_places(void **state)
{
	struct ring ring = {.size = sizeof(int)};

	(void)state;
	ring_reserve(&ring, 3);
	ring_reserve(&ring, 2);
	assert_int_equal(ring.capacity, 3);
	for (int i = 0; i < 10; i++) {
		int *place = ring_push(&ring);

		assert_int_equal(*place, i < 3 ? 0 : i - 2);
		*place = i + 1;
		assert_ptr_equal(ring_pop(&ring), place);
	}
	assert_int_equal(ring.capacity, 3);
	ring_release(&ring);
}

static void
backoff(void **state)
{
	static const int64_t waits[] = {100, 200, 400, 700, 700, 700};
	int64_t wait = 0;

	(void)state;
	for (int i = 0; i < 6; i++) {
		wait = backoff_next(wait, 100, 700);
		assert_int_equal(wait, waits[i]);
		assert_int_equal(backoff_delay(i + 1, 100, 700, 0), 0);
		assert_int_equal(backoff_delay(i + 1, 100, 700, 0.5), waits[i] / 2);
		assert_true(backoff_delay(i + 1, 100, 700, 0.9999) < waits[i]);
	}
	assert_int_equal(backoff_next(0, 100, 70), 70);
	assert_int_equal(backoff_delay(INT_MAX, 100, INT64_MAX, 0.5), INT64_MAX / 2 + 1);
	assert_int_equal(backoff_delay(0, 100, 700, 0.5), 0);
}

/* --- errors --- */

static void
test_err_text(void **state)
{
	struct err err = ERR_INIT;
	char text[ERR_TEXT_MAX];

	(void)state;
	assert_string_equal(err_text(&err, text), "");
	assert_int_equal(err_set(&err, ERR_FAILED, "cannot open %s", "x"), -1);
	assert_string_equal(err_text(&err, text), "cannot open x");
	err_prefix(&err, "profile %s", "work");
	assert_string_equal(err_text(&err, text), "profile work: cannot open x");

	err_set_answer(&err, ERR_OBJECT, "GET", 404, "NoSuchKey");
	assert_string_equal(err_record_text(&err, text), "GET: 404 NoSuchKey");
	assert_string_equal(err_text(&err, text), "GET: 404 NoSuchKey");
	err_set_object(&err, "s3://%s/%s", "b", "k");
	err_set_detail(&err, "gone");
	assert_string_equal(err_text(&err, text), "s3://b/k: GET: 404 NoSuchKey (gone)");
	assert_string_equal(err_record_text(&err, text), "GET: 404 NoSuchKey");
	strcpy(err.request_id, "4F");
	assert_string_equal(err_text(&err, text), "s3://b/k: GET: 404 NoSuchKey (gone; request id 4F)");
	err.detail[0] = '\0';
	assert_string_equal(err_text(&err, text), "s3://b/k: GET: 404 NoSuchKey (request id 4F)");

	/* nothing of an earlier error is left */
	err_set_operation(&err, ERR_TEMPORARY, "PUT", "the disk is full");
	assert_string_equal(err_text(&err, text), "PUT: the disk is full");
	assert_int_equal(err.http_status, 0);
	errno = ENOENT;
	err_set_errno(&err, ERR_FAILED, "cannot open");
	assert_string_equal(err_text(&err, text), "cannot open: No such file or directory");
}

/* Whatever is too long ends in "...", and nothing is written behind an end. */
static void
test_err_cut(void **state)
{
	static char longest[3 * ERR_TEXT_MAX];
	struct err err = ERR_INIT;
	char text[ERR_TEXT_MAX];

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	err_set(&err, ERR_FAILED, "%s", longest);
	assert_int_equal(strlen(err.reason), ERR_REASON_MAX - 1);
	assert_string_equal(err.reason + ERR_REASON_MAX - 4, "...");
	err_prefix(&err, "%s", longest);
	assert_string_equal(err.reason + ERR_REASON_MAX - 4, "...");
	err_set_object(&err, "%s", longest);
	assert_string_equal(err.object + ERR_OBJECT_MAX - 4, "...");
	err_set_detail(&err, "%s", longest);
	assert_string_equal(err.detail + ERR_DETAIL_MAX - 4, "...");
	err.operation = longest;
	assert_int_equal(strlen(err_text(&err, text)), ERR_TEXT_MAX - 1);
	assert_string_equal(text + ERR_TEXT_MAX - 4, "...");
	assert_int_equal(strlen(err_record_text(&err, text)), ERR_TEXT_MAX - 1);
	err_set_answer(&err, ERR_FAILED, "GET", 400, longest);
	assert_int_equal(strlen(err.code), ERR_WORD_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_byte), cmocka_unit_test(no_digits),     cmocka_unit_test(splitmix64),
		cmocka_unit_test(growth),    cmocka_unit_test(rings),         cmocka_unit_test(ring_places),
		cmocka_unit_test(backoff),   cmocka_unit_test(test_err_text), cmocka_unit_test(test_err_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

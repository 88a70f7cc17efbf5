/* How a listing is cut into ranges, by the numbers in a page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "s3/span.h"

#define PREFIX SLICE("raw/")

static void
test_number_and_place(void **state)
{
	static const struct {
		const char *key;
		int64_t number; /* 0: it has none */
		int64_t place;
	} cases[] = {
		{"raw/1721183934.jsonl", 1721183934, 1721183934},
		{"raw/1721183934", 1721183934, 1721183934},
		{"raw/1721183934/x", 1721183934, 1721183934},
		{"raw/9999999999.jsonl", 9999999999, 9999999999},
		{"raw/1000000000", 1000000000, 1000000000},
		{"raw/17211839345.jsonl", 0, 1721183934}, /* eleven digits */
		{"raw/172118393.jsonl", 0, 1721183929},
		{"raw/172118393x", 0, 1721183939},
		{"raw/17.jsonl", 0, 1699999999},
		{"raw/17x.jsonl", 0, 1799999999},
		{"raw/9", 0, 8999999999},
		{"raw/1.jsonl", 0, 0}, /* all of ten digits come behind it */
		{"raw/0721183934.jsonl", 0, 0},
		{"raw/", 0, 0},
		{"raw/-x", 0, 0},
		{"raw/x", 0, 9999999999},
		{"raw/:", 0, 9999999999},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice key = slice_of_str(cases[i].key);
		int64_t number = 0, place = s3_span_place(key, PREFIX);
		char name[32];

		if (s3_span_number(key, PREFIX, &number) != (cases[i].number != 0) || number != cases[i].number ||
		    place != cases[i].place)
			fail_msg("%s: %lld, %lld", cases[i].key, (long long)number, (long long)place);
		/* what the place means: this name is not behind the key, the next one is */
		snprintf(name, sizeof(name), "raw/%010lld", (long long)place);
		assert_true(place == 0 || slice_compare(slice_of_str(name), key) <= 0);
		snprintf(name, sizeof(name), "raw/%010lld", place == 0 ? 1000000000LL : (long long)place + 1);
		assert_true(place == 9999999999 || slice_compare(slice_of_str(name), key) > 0);
	}
}

/* A page of `count` names; the number of each is made by `number`. */
static void
fill(struct s3_page *page, int count, int64_t (*number)(int i))
{
	s3_page_reset(page);
	for (int i = 0; i < count; i++) {
		struct s3_page_object *object = s3_page_add(page);

		object->key = (uint32_t)page->text.len;
		buf_printf(&page->text, "raw/%lld.jsonl", (long long)number(i));
		object->key_len = (uint32_t)page->text.len - object->key;
	}
}

static int64_t
each_second(int i)
{
	return 1721183934 + i;
}

static int64_t
each_minute(int i)
{
	return 1721183934 + i * INT64_C(60);
}

static int64_t
jittered(int i)
{
	return 1721183934 + i * INT64_C(10) + i * 7919 % 9;
}

static int64_t
with_gap(int i)
{
	return 1500000000 + i * INT64_C(10) + (i > 700 ? 200000000 : 0) + i % 3;
}

static int64_t
alike(int i)
{
	(void)i;
	return 1721183934;
}

static int64_t
wider(int i)
{
	return i < 999 ? 1721183934 + i : 17211839345;
}

static int64_t
short_within(int i)
{
	return i == 496 ? 17 : 1721183934 + i;
}

static void
test_span_of_page(void **state)
{
	static const struct {
		int64_t (*number)(int i);
		int count;
		int64_t least, most;
	} cases[] = {
		{each_second, 1000, 999, 999}, /* so that one name is behind the range, and it is known to be whole */
		{each_minute, 1000, 59940, 59940},
		{each_minute, 10, 540, 540},
		{each_minute, 3, 120, 120},
		{each_minute, 1, 0, 0},
		{each_minute, 0, 0, 0},
		{jittered, 1000, 8800, 9200}, /* nine tenths of a page */
		{with_gap, 1000, 8800, 9200},
		{alike, 1000, 1, 1},
		{alike, 2, 1, 1},
		{wider, 1000, 999, 999},
		{short_within, 1000, 0, 0},
	};
	struct s3_page page = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t span;

		fill(&page, cases[i].count, cases[i].number);
		span = s3_span_of_page(&page, PREFIX);
		if (span < cases[i].least || span > cases[i].most)
			fail_msg("case %zu: %lld", i, (long long)span);
	}
	s3_page_release(&page);
}

static void
test_learn_and_cut(void **state)
{
	(void)state;
	assert_int_equal(s3_span_learn(0, 0), 0);
	assert_int_equal(s3_span_learn(0, 7), 7);
	assert_int_equal(s3_span_learn(7, 0), 7);
	assert_int_equal(s3_span_learn(100, 120), 110);
	assert_int_equal(s3_span_learn(100, 1000), 1000);
	assert_int_equal(s3_span_learn(1000, 100), 100);

	assert_int_equal(s3_span_end(1700000000, 900, 1700010000), 1700000900);
	assert_int_equal(s3_span_end(1700000000, 0, 1700010000), 1700000001);
	assert_true(s3_span_end(1700000000, 10000, 1700010000) == S3_SPAN_OPEN);
	assert_true(s3_span_end(1700010000, 1, 1700010000) == S3_SPAN_OPEN);
	assert_true(s3_span_end(9999999999, 1, 1700010000) == S3_SPAN_OPEN);

	assert_int_equal(s3_span_pieces(0, 900), 1);
	assert_int_equal(s3_span_pieces(1799, 900), 1);
	assert_int_equal(s3_span_pieces(1800, 900), 2);
	assert_int_equal(s3_span_pieces(1800, 0), 1);
	assert_int_equal(s3_span_pieces(INT64_C(8000000000), 1), 8000000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number_and_place),
		cmocka_unit_test(test_span_of_page),
		cmocka_unit_test(test_learn_and_cut),
	};

	return cmocka_run_group_tests_name("s3_span", tests, NULL, NULL);
}

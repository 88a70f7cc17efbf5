/* jsmn's short cut: the same tokens as without it, wherever the quotes lie in the blocks that it looks at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "json/json.h"
#include "json/json_internal.h"
#include "json_cases.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { OFFSETS = 3 * 64 + 2 };

static void
pad(struct buf *text, size_t n)
{
	while (n-- > 0)
		buf_append_byte(text, "abc,:{}[]"[n % 9]);
}

static bool
by_the_short_cut(struct slice text)
{
	struct json json = {0};
	const char *why;
	bool high, taken;

	assert_true(json_parse(&json, SLICE("1"), &why)); /* the usual room for tokens */
	json.text = text;
	taken = json_tokenise_outline(&json, &high);
	assert_true(!taken || json.plain == (memchr(text.ptr, '\\', text.len) == NULL));
	json_release(&json);
	return taken;
}

/* The tokens by the short cut and by jsmn alone; returns whether it was taken. */
static bool
same_tokens(struct slice text)
{
	char *copy = malloc(text.len > 0 ? text.len : 1); /* of exactly its size: the sanitizer sees a read over its end */
	struct json quick = {0}, plain = {0};
	const char *why = NULL;
	bool taken;
	unsigned pos;

	memcpy(copy, text.ptr, text.len);
	assert_true(json_parse(&quick, slice_of(copy, text.len), &why));
	taken = by_the_short_cut(quick.text);
	plain.text = quick.text;
	assert_true(json_tokenise(&plain, &pos) > 0);
	assert_null(json_check(&plain, true));
	assert_int_equal(quick.count, plain.count);
	for (int i = 0; i < plain.count; i++) {
		assert_int_equal(quick.tokens[i].type, plain.tokens[i].type);
		assert_int_equal(quick.tokens[i].start, plain.tokens[i].start);
		assert_int_equal(quick.tokens[i].end, plain.tokens[i].end);
		assert_int_equal(quick.tokens[i].size, plain.tokens[i].size);
		assert_int_equal(quick.tokens[i].parent, plain.tokens[i].parent);
	}
	json_release(&quick);
	json_release(&plain);
	free(copy);
	return taken;
}

static void
test_same_tokens(void **state)
{
	struct buf text = BUF_INIT;
	size_t taken = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(accepted); i++)
		taken += same_tokens(accepted[i]);
	assert_true(taken > COUNT(accepted) / 2);
	for (size_t n = 0; n < OFFSETS; n++) {
		for (size_t i = 0; i < COUNT(accepted); i++) {
			bool simple = accepted[i].len < 128;

			buf_reset(&text);
			buf_append_str(&text, "{\"");
			pad(&text, n);
			buf_append_str(&text, "\" : [");
			buf_append_slice(&text, accepted[i]);
			buf_append_str(&text, ",\"x\"\r]}\r");
			if (same_tokens(slice_of_buf(&text)) != simple && simple)
				fail_msg("not by the short cut: %s", buf_cstr(&text));
		}
	}
	buf_release(&text);
}

static void
expect(struct buf *text, bool wanted)
{
	char *copy = malloc(text->len);
	struct json json = {0};
	const char *why;

	memcpy(copy, text->data, text->len);
	if (json_parse(&json, slice_of(copy, text->len), &why) != wanted)
		fail_msg("%s: %s", wanted ? "refused" : "accepted", buf_cstr(text));
	json_release(&json);
	free(copy);
}

/* What is wrong within a string, or beside one, is seen wherever it is. */
static void
test_faults_at_every_place(void **state)
{
	static const struct {
		struct slice what;
		bool good;
	} parts[] = {
		{SLICE("\xc3\xa9"), true},
		{SLICE("\x7f"), true},
		{SLICE("\\\""), true},
		{SLICE("\\\\"), true},
		{SLICE("\\u00e9"), true},
		{SLICE("\\\\\\\\\\\""), true},
		{SLICE("\\n\\\"\\ud83d\\ude00\\\\"), true},
		{SLICE("\\u00e"), false},
		{SLICE("\\\\\\"), false},
		{SLICE("\\\\\""), false},
		{SLICE("\\\x1f"), false},
		{SLICE("\\u00\"e"), false},
		{SLICE("\xf0\x9f\x98\x80"), true},
		{SLICE("\x1f"), false},
		{SLICE("\t"), false},
		{SLICE("\n"), false},
		{SLICE("\0"), false},
		{SLICE("\xc3"), false},
		{SLICE("\xff"), false},
		{SLICE("\\"), false},
		{SLICE("\""), false},
		{SLICE("\"\""), false},
		{SLICE("\"1\""), false},
		{SLICE("\\x"), false},
	};
	struct buf text = BUF_INIT;

	(void)state;
	for (size_t n = 0; n < OFFSETS; n++) {
		for (size_t i = 0; i < COUNT(parts); i++) {
			for (size_t behind = 0; behind < 2; behind++) {
				buf_reset(&text);
				buf_append_str(&text, "{\"a\":\"");
				pad(&text, n);
				buf_append_slice(&text, parts[i].what);
				pad(&text, behind * 70);
				buf_append_str(&text, "\"}");
				expect(&text, parts[i].good);
			}
		}
	}
	buf_release(&text);
}

/* The short cut has little room; what does not fit is read all the same. */
static void
test_more_than_fits(void **state)
{
	struct buf text = BUF_INIT;

	(void)state;
	for (size_t n = 1; n < 600; n++) {
		buf_reset(&text);
		buf_append_str(&text, "[\"long, but simple\",");
		for (size_t i = 0; i < n; i++)
			buf_append_byte(&text, ' ');
		for (size_t i = 0; i < n; i++)
			buf_append_str(&text, "7,");
		buf_append_str(&text, "\"x\"]");
		assert_true(same_tokens(slice_of_buf(&text)) == (n <= 61));
		buf_append_byte(&text, ']');
		expect(&text, false);
	}
	/* a description of some kilobytes does fit */
	buf_reset(&text);
	buf_append_str(&text, "{\"text\":\"");
	pad(&text, 100000);
	buf_append_str(&text, "\"}");
	assert_true(same_tokens(slice_of_buf(&text)));
	buf_release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_tokens),
		cmocka_unit_test(test_faults_at_every_place),
		cmocka_unit_test(test_more_than_fits),
	};

	return cmocka_run_group_tests_name("json outline", tests, NULL, NULL);
}

/* JSON: what is accepted and refused, what is read out of it, and that nothing takes quadratic time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "json/json.h"
#include "json_cases.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
parses(struct slice text)
{
	struct json json = {0};
	const char *why = NULL;
	/* A copy of exactly its size, for the sanitizer to see a read over its end. */
	char *copy = malloc(text.len > 0 ? text.len : 1);
	bool ok;

	memcpy(copy, text.ptr, text.len);
	ok = json_parse(&json, slice_of(copy, text.len), &why);
	assert_true(ok ? json.count > 0 : why != NULL && json.count == 0);
	json_release(&json);
	free(copy);
	return ok;
}

static void
expect_all(const struct slice *cases, size_t n, bool wanted)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (parses(cases[i]) != wanted)
			fail_msg("%s: %.*s", wanted ? "refused" : "accepted", SLICE_ARGS(cases[i]));
}

static void
test_accepts_what_is_json(void **state)
{
	(void)state;
	assert_true(COUNT(accepted) >= 95);
	expect_all(accepted, COUNT(accepted), true);
}

static void
test_refuses_what_is_not(void **state)
{
	(void)state;
	assert_true(COUNT(refused) >= 188);
	expect_all(refused, COUNT(refused), false);
}

/* The same texts where they are not the whole: the second must stay wrong, the first right. */
static void
test_same_inside_an_array_and_an_object(void **state)
{
	static const char *const before[] = {"[", "{\"a\":", "[[[[", "{\"a\":[1,{\"b\":"};
	static const char *const after[] = {"]", "}", "]]]]", "}]}"};
	struct buf text = BUF_INIT;
	size_t i, j;

	(void)state;
	for (j = 0; j < COUNT(before); j++) {
		for (i = 0; i < COUNT(accepted); i++) {
			buf_reset(&text);
			buf_append_str(&text, before[j]);
			buf_append_slice(&text, accepted[i]);
			buf_append_str(&text, after[j]);
			if (!parses(slice_of_buf(&text)))
				fail_msg("refused: %s", buf_cstr(&text));
		}
	}
	buf_release(&text);
}

/* Cut off anywhere, a text in brackets is not JSON; with anything behind it neither. */
static void
test_every_prefix_is_refused(void **state)
{
	const struct slice whole = SLICE("{\"a\":[1,-2.5e+3,\"x\\u00e9\\n\xc3\xa9\",{\"b\":null}],\"c\":true,\"d\":{}}");
	char longer[128];
	size_t len;

	(void)state;
	assert_true(parses(whole));
	for (len = 0; len < whole.len; len++)
		assert_false(parses(slice_of(whole.ptr, len)));
	memcpy(longer, whole.ptr, whole.len);
	for (len = 0; len < 256; len++) {
		longer[whole.len] = (char)len;
		assert_int_equal(parses(slice_of(longer, whole.len + 1)),
		                 len == ' ' || len == '\t' || len == '\r' || len == '\n');
	}
}

static void
expect_why(const char *text, const char *wanted)
{
	struct json json = {0};
	const char *why = "none";

	assert_false(json_parse(&json, slice_of_str(text), &why));
	assert_string_equal(why, wanted);
	json_release(&json);
}

static void
test_says_why(void **state)
{
	(void)state;
	expect_why("", "unexpected end");
	expect_why("{\"a\":[1,2", "unexpected end");
	expect_why("\"abc", "unexpected end");
	expect_why("\"\xff\"", "not valid UTF-8");
	expect_why("\"\\x\"", "a bad escape in a string");
	expect_why("\"a\tb\"", "a control character in a string");
	expect_why("[01]", "a bad number");
	expect_why("[1,]", "an unexpected closing bracket");
	expect_why("[1,,2]", "an unexpected ','");
	expect_why("{\"a\" 1}", "an unexpected value");
	expect_why("{1:2}", "a name that is not a string");
	expect_why("nope", "an unexpected character");
	/* the first fault, not the one that jsmn trips over */
	expect_why("{\"a\":01,\"b\":\"\\x\"}", "a bad number");
}

static struct slice
repeat(struct buf *text, const char *open, size_t n, const char *inner, const char *close)
{
	size_t i;

	buf_reset(text);
	for (i = 0; i < n; i++)
		buf_append_str(text, open);
	buf_append_str(text, inner);
	for (i = 0; close != NULL && i < n; i++)
		buf_append_str(text, close);
	return slice_of_buf(text);
}

/*
 * Each of these takes milliseconds; were one of them quadratic, it would take minutes. Depths around
 * the one from which closing brackets are treated otherwise are all tried.
 */
static void
test_deep_and_wide(void **state)
{
	struct buf text = BUF_INIT;
	size_t n;

	(void)state;
	for (n = 1; n < 300; n++) {
		assert_true(parses(repeat(&text, "[", n, "", "]")));
		assert_true(parses(repeat(&text, "{\"a\":", n, "1", "}")));
		assert_true(parses(repeat(&text, "[1,{\"]\":", n, "[]", ",\"\\\"}\":-1.5e3},\"[\",[]]")));
		assert_false(parses(repeat(&text, "[", n, "]", "]")));
		assert_false(parses(repeat(&text, "[", n + 1, "1,", "]")));
		assert_false(parses(repeat(&text, "[", n, "1\"", "]")));
		assert_false(parses(repeat(&text, "{\"a\":", n, "1:", "}")));
		assert_false(parses(repeat(&text, "{\"a\":", n, "", "}")));
		assert_false(parses(repeat(&text, "[", n, "1", "}")));
		assert_false(parses(repeat(&text, "[", n, "1", NULL)));
		/* a name outside of everything, and what closes after it was left */
		assert_false(parses(repeat(&text, "\"a\":[", n, "", "]")));
		buf_append_str(&text, ",]");
		assert_false(parses(slice_of_buf(&text)));
		repeat(&text, "[", n, "", "],");
		assert_false(parses(slice_of_buf(&text)));
	}
	assert_true(parses(repeat(&text, "[", 2000000, "1", "]")));
	assert_true(parses(repeat(&text, "{\"a\":", 1000000, "1", "}")));
	assert_false(parses(repeat(&text, "[", 2000000, "", NULL)));
	assert_false(parses(repeat(&text, "{\"a\":[", 1000000, "", NULL)));
	assert_false(parses(repeat(&text, "[", 2000000, "1\"", "]")));
	assert_false(parses(repeat(&text, "[", 1000000, ":", "]")));
	assert_true(parses(repeat(&text, "[{},", 1000000, "1", "]")));
	assert_false(parses(repeat(&text, "{},", 1000000, "1", NULL)));
	repeat(&text, "[{},", 1, "{}", NULL);
	for (n = 0; n < 1000000; n++)
		buf_append_str(&text, ",{}");
	buf_append_str(&text, "]");
	assert_true(parses(slice_of_buf(&text)));
	buf_release(&text);
}

/* A line of 10 MB, as one string, then as many; and the tokens' memory is not kept for ever. */
static void
test_long_line(void **state)
{
	struct buf text = BUF_INIT;
	struct json json = {0};
	const char *why;
	size_t n;

	(void)state;
	buf_append_str(&text, "{\"title\":\"");
	for (n = 0; n < 1000000; n++)
		buf_append_str(&text, "0123456789");
	buf_append_str(&text, "\"}");
	assert_true(json_parse(&json, slice_of_buf(&text), &why));
	assert_int_equal(json.tokens[2].end - json.tokens[2].start, 10000000);
	buf_reset(&text);
	buf_append_str(&text, "[\"\"");
	for (n = 0; n < 1000000; n++)
		buf_append_str(&text, ",\"\\u00e9x\"");
	buf_append_str(&text, "]");
	assert_true(json_parse(&json, slice_of_buf(&text), &why));
	assert_int_equal(json.count, 1000002);
	assert_true(json_parse(&json, SLICE("1"), &why));
	assert_true(json.capacity <= 65536);
	json_release(&json);
	buf_release(&text);
}

static void
test_refuses_2_gib_unread(void **state)
{
	struct json json = {0};
	const char *why;

	(void)state;
	assert_false(json_parse(&json, slice_of("1", INT32_MAX), &why));
	assert_string_equal(why, "too long");
	json_release(&json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepts_what_is_json),
		cmocka_unit_test(test_refuses_what_is_not),
		cmocka_unit_test(test_same_inside_an_array_and_an_object),
		cmocka_unit_test(test_every_prefix_is_refused),
		cmocka_unit_test(test_says_why),
		cmocka_unit_test(test_deep_and_wide),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_refuses_2_gib_unread),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}

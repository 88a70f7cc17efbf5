/* What is read out of a parsed text, and strings written into one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "json/json.h"

static struct json json;
static struct buf scratch;

static void
parse(const char *text)
{
	const char *why = "";

	if (!json_parse(&json, slice_of_str(text), &why))
		fail_msg("%s: %s", text, why);
}

static int
release(void **state)
{
	(void)state;
	json_release(&json);
	buf_release(&scratch);
	return 0;
}

static void
expect_slice(struct slice got, struct slice wanted)
{
	if (!slice_equal(got, wanted))
		fail_msg("got '%.*s', wanted '%.*s'", SLICE_ARGS(got), SLICE_ARGS(wanted));
}

static void
expect_member(const char *text, struct slice name, const char *wanted)
{
	int value;

	parse(text);
	value = json_member(&json, name);
	if (wanted == NULL)
		assert_int_equal(value, -1);
	else
		expect_slice(json_raw(&json, value), slice_of_str(wanted));
}

static void
test_member_names(void **state)
{
	(void)state;
	expect_member("{}", SLICE("a"), NULL);
	expect_member("{\"a\":1}", SLICE("a"), "1");
	expect_member("{\"a\":1}", SLICE("b"), NULL);
	expect_member("{\"ab\":1}", SLICE("a"), NULL);
	expect_member("{\"a\":1}", SLICE("ab"), NULL);
	expect_member("{\"b\":\"a\"}", SLICE("a"), NULL);
	expect_member("{ \"b\" : [1,{\"a\":2}] , \"a\" : \"x\" }", SLICE("a"), "\"x\"");
	expect_member("{\"b\":{\"a\":1}}", SLICE("a"), NULL);
	expect_member("{\"a\":{\"a\":1}}", SLICE("a"), "{\"a\":1}");
	expect_member("{\"a\":[[],{}],\"b\":3}", SLICE("b"), "3");
	expect_member("{\"\":1}", SLICE(""), "1");
	expect_member("{\"a\":1}", SLICE(""), NULL);
}

static void
test_member_names_are_decoded(void **state)
{
	(void)state;
	expect_member("{\"tit\\u006ce\":1}", SLICE("title"), "1");
	expect_member("{\"\\u0074\\u0069\\u0074\\u006C\\u0065\":1}", SLICE("title"), "1");
	expect_member("{\"titl\\u0065x\":1}", SLICE("title"), NULL);
	expect_member("{\"titl\\u0065\":1}", SLICE("titles"), NULL);
	expect_member("{\"Caf\\u00e9\":1}", SLICE("Caf\xc3\xa9"), "1");
	expect_member("{\"Caf\xc3\xa9\":1}", SLICE("Caf\xc3\xa9"), "1");
	expect_member("{\"\\ud83d\\ude00\":1}", SLICE("\xf0\x9f\x98\x80"), "1");
	expect_member("{\"\\ud83d\":1}", SLICE("\xed\xa0\xbd"), NULL);
	expect_member("{\"a\\u0000\":1}", SLICE("a"), NULL);
	expect_member("{\"a\\u0000\":1}", SLICE("a\0"), "1");
	expect_member("{\"\\b\\f\\n\\r\\t\\\"\\\\\\/\":1}", SLICE("\b\f\n\r\t\"\\/"), "1");
	/* a name that holds a backslash is not the escape that looks like it */
	expect_member("{\"a\\n\":1}", SLICE("a\\n"), NULL);
	expect_member("{\"a\\\\n\":1}", SLICE("a\\n"), "1");
}

static void
test_last_of_several_counts(void **state)
{
	(void)state;
	expect_member("{\"a\":1,\"a\":2}", SLICE("a"), "2");
	expect_member("{\"a\":1,\"b\":0,\"\\u0061\":{\"a\":4}}", SLICE("a"), "{\"a\":4}");
	expect_member("{\"\\u0061\":2,\"a\":1}", SLICE("a"), "1");
}

static void
test_several_members_at_once(void **state)
{
	const struct slice names[] = {SLICE("title"), SLICE("company"), SLICE("none"), SLICE("title")};
	int values[4];

	(void)state;
	parse("{\"company\":\"c\",\"deep\":[{\"title\":1}],\"title\":\"t\"}");
	json_members(&json, names, 4, values);
	expect_slice(json_raw(&json, values[0]), SLICE("\"t\""));
	expect_slice(json_raw(&json, values[1]), SLICE("\"c\""));
	assert_int_equal(values[2], -1);
	assert_int_equal(values[3], values[0]);
}

static void
expect_decoded(const char *text, struct slice wanted)
{
	struct slice got;
	const char *why = "";

	parse(text);
	buf_reset(&scratch);
	buf_append_str(&scratch, "kept");
	if (!json_string(&json, 0, &scratch, &got, &why))
		fail_msg("%s: %s", text, why);
	expect_slice(got, wanted);
	assert_memory_equal(scratch.data, "kept", 4);
	/* what needs no decoding is not copied */
	assert_int_equal(scratch.len, 4 + (strchr(text, '\\') != NULL ? got.len : 0));
}

static void
expect_undecodable(const char *text, const char *wanted)
{
	struct slice got;
	const char *why = "";

	parse(text);
	assert_false(json_string(&json, 0, &scratch, &got, &why));
	assert_string_equal(why, wanted);
}

static void
test_strings(void **state)
{
	(void)state;
	expect_decoded("\"\"", SLICE(""));
	expect_decoded(" \"plain\" ", SLICE("plain"));
	expect_decoded("\"Caf\\u00e9\"", SLICE("Caf\xc3\xa9"));
	expect_decoded("\"\\b\\f\\n\\r\\t\\\"\\\\\\/\"", SLICE("\b\f\n\r\t\"\\/"));
	expect_decoded("\"a\\nb\\nc\"", SLICE("a\nb\nc"));
	expect_decoded("\"\\u0001\\u007f\\u0080\\u07ff\\u0800\\ud7ff\\ue000\\uFFFF\"",
	               SLICE("\x01\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"));
	expect_decoded("\"\\ud800\\udc00\\uDBFF\\uDFFF\"", SLICE("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"));
	expect_decoded("\"\\\\u0041\"", SLICE("\\u0041"));
}

static void
test_strings_that_have_no_text(void **state)
{
	(void)state;
	expect_undecodable("3", "not a string");
	expect_undecodable("null", "not a string");
	expect_undecodable("[\"a\"]", "not a string");
	expect_undecodable("\"a\\u0000b\"", "U+0000");
	expect_undecodable("\"\\ud800\"", "a lone surrogate");
	expect_undecodable("\"\\udc00\"", "a lone surrogate");
	expect_undecodable("\"\\ud800x\\udc00\"", "a lone surrogate");
	expect_undecodable("\"\\ud800\\n\"", "a lone surrogate");
	expect_undecodable("\"\\ud800\\ud800\\udc00\"", "a lone surrogate");
	expect_undecodable("\"\\udc00\\ud800\"", "a lone surrogate");
}

static void
expect_int(const char *text, bool good, int64_t wanted)
{
	int64_t got = 0;

	parse(text);
	if (json_int(&json, 0, &got) != good)
		fail_msg("%s", text);
	assert_true(!good || got == wanted);
}

static void
test_integers(void **state)
{
	(void)state;
	expect_int("0", true, 0);
	expect_int("-0", true, 0);
	expect_int("1721183934", true, 1721183934);
	expect_int("-17", true, -17);
	expect_int("9223372036854775807", true, INT64_MAX);
	expect_int("-9223372036854775808", true, INT64_MIN);
	expect_int("9223372036854775808", false, 0);
	expect_int("-9223372036854775809", false, 0);
	expect_int("92233720368547758070", false, 0);
	expect_int("99999999999999999999999", false, 0);
	expect_int("1.0", false, 0);
	expect_int("1e3", false, 0);
	expect_int("true", false, 0);
	expect_int("\"1\"", false, 0);
	expect_int("[1]", false, 0);
	expect_int("{}", false, 0);
	expect_int("\"\"", false, 0);
}

static void
test_booleans(void **state)
{
	bool got = false;

	(void)state;
	parse("true");
	assert_true(json_bool(&json, 0, &got) && got);
	parse("false");
	assert_true(json_bool(&json, 0, &got) && !got);
	parse("null");
	assert_false(json_bool(&json, 0, &got));
	parse("\"true\"");
	assert_false(json_bool(&json, 0, &got));
	parse("1");
	assert_false(json_bool(&json, 0, &got));
}

static void
expect_quoted(struct slice text, const char *wanted)
{
	struct buf to = BUF_INIT;
	struct slice got;
	const char *why = "";

	json_quote(&to, text);
	assert_string_equal(buf_cstr(&to), wanted);
	parse(wanted);
	if (slice_is_utf8(text) && (text.len == 0 || memchr(text.ptr, '\0', text.len) == NULL)) {
		buf_reset(&scratch);
		assert_true(json_string(&json, 0, &scratch, &got, &why));
		expect_slice(got, text);
	}
	buf_release(&to);
}

static void
test_quoting(void **state)
{
	(void)state;
	expect_quoted(slice_of(NULL, 0), "\"\"");
	expect_quoted(SLICE("plain"), "\"plain\"");
	expect_quoted(SLICE("{\"a\":\"b\\c\"}"), "\"{\\\"a\\\":\\\"b\\\\c\\\"}\"");
	expect_quoted(SLICE("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
	expect_quoted(SLICE("\x01\x1f\x7f/"), "\"\\u0001\\u001f\x7f/\"");
	expect_quoted(SLICE("a\0b"), "\"a\\u0000b\"");
	expect_quoted(SLICE("Caf\xc3\xa9 \xf0\x9f\x98\x80"), "\"Caf\xc3\xa9 \xf0\x9f\x98\x80\"");
	/* what is not UTF-8 */
	expect_quoted(SLICE("\xff"), "\"\xef\xbf\xbd\"");
	expect_quoted(SLICE("a\xe9\n\xc3\xa9\xc3"), "\"a\xef\xbf\xbd\\n\xc3\xa9\xef\xbf\xbd\"");
	expect_quoted(SLICE("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

/* One character that is not like the others, at each place of texts of each length: they are looked at in blocks. */
static void
test_quoting_anywhere(void **state)
{
	static const struct {
		char byte;
		const char *quoted;
	} cases[] = {{'"', "\\\""}, {'\\', "\\\\"},   {'\0', "\\u0000"},        {'\x1f', "\\u001f"},      {'\n', "\\n"},
	             {' ', " "},    {'\x7f', "\x7f"}, {'\x80', "\xef\xbf\xbd"}, {'\xff', "\xef\xbf\xbd"}, {'~', "~"}};
	char text[40], same[sizeof(text)], wanted[64];

	(void)state;
	memset(same, 'a', sizeof(same));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t len = 1; len <= sizeof(text); len++) {
			for (size_t at = 0; at < len; at++) {
				memset(text, 'a', len);
				text[at] = cases[i].byte;
				snprintf(wanted, sizeof(wanted), "\"%.*s%s%.*s\"", (int)at, same, cases[i].quoted, (int)(len - at - 1),
				         same);
				expect_quoted(slice_of(text, len), wanted);
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_member_names),
		cmocka_unit_test(test_member_names_are_decoded),
		cmocka_unit_test(test_last_of_several_counts),
		cmocka_unit_test(test_several_members_at_once),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_strings_that_have_no_text),
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_booleans),
		cmocka_unit_test(test_quoting),
		cmocka_unit_test(test_quoting_anywhere),
	};

	return cmocka_run_group_tests_name("json_value", tests, NULL, release);
}

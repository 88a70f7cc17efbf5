/* The parts of the credentials that are pure: the words of a command, times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aws/credentials_internal.h"

static void
check_words(const char *command, const char *expected)
{
	char **words = credential_words(command);
	struct buf text = BUF_INIT;

	for (char **word = words; word && *word; word++)
		buf_printf(&text, "<%s>", *word);
	assert_string_equal(words ? buf_cstr(&text) : "open", expected);
	buf_release(&text);
	free(words);
}

static void
test_words(void **state)
{
	(void)state;
	check_words("", "");
	check_words("  ", "");
	check_words("a", "<a>");
	check_words(" a  b\tc\n", "<a><b><c>");
	check_words("a b c d e f g h", "<a><b><c><d><e><f><g><h>");
	check_words("'a b' \"c d\"", "<a b><c d>");
	check_words("a'b'\"c\"", "<abc>");
	check_words("''", "<>");
	check_words("'' \"\"", "<><>");
	check_words("a\\ b", "<a b>");
	check_words("'a\\b'", "<a\\b>");
	check_words("\"a\\b\\\"\\\\\"", "<a\\b\"\\>");
	check_words("'\"' \"'\"", "<\"><'>");
	check_words("a 'b", "open");
	check_words("a \"b\\\"", "open");
	check_words("a\\", "open");
	check_words("$HOME `x` a;b #c", "<$HOME><`x`><a;b><#c>");
}

static void
test_times(void **state)
{
	(void)state;
	assert_int_equal(credential_time("2019-05-29T00:21:43Z"), INT64_C(1559089303000));
	assert_int_equal(credential_time("2019-05-29T00:21:43.123Z"), INT64_C(1559089303000));
	assert_int_equal(credential_time("2019-05-29T00:21:43+00:00"), INT64_C(1559089303000));
	assert_int_equal(credential_time("2019-05-29T02:21:43+02:00"), INT64_C(1559089303000));
	assert_int_equal(credential_time("2019-05-28T19:51:43-0430"), INT64_C(1559089303000));
	assert_int_equal(credential_time("2019-05-29T01:21:43.5+01"), INT64_C(1559089303000));
	assert_int_equal(credential_time("2019-05-29T00:21:43"), -1);
	assert_int_equal(credential_time("2019-05-29T00:21:43+2"), INT64_C(1559082103000));
	assert_int_equal(credential_time("2019-05-29T00:21:43+99:00"), -1);
	assert_int_equal(credential_time("2019-05-29T00:21:43Zx"), -1);
	assert_int_equal(credential_time("2019-05-29"), -1);
	assert_int_equal(credential_time(""), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

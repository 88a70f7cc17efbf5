/* Messages as lines: valid whatever is in them, and never longer than what one write keeps whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/log_line.h"

static size_t
text_line(char *line, const char *text, size_t len)
{
	return log_line_text(line, &(struct log_message){"s3cat", NULL, LOG_WARNING, text, len, NULL});
}

static void
assert_json(const struct log_message *message, const char *wanted)
{
	char line[LOG_LINE_MAX + 1];
	size_t len = log_line_json(line, message);

	assert_true(len >= 1 && len <= LOG_LINE_MAX);
	assert_true(slice_is_utf8(slice_of(line, len)));
	assert_int_equal(line[len - 1], '\n');
	assert_null(memchr(line, '\n', len - 1));
	line[len] = '\0';
	if (wanted)
		assert_non_null(strstr(line, wanted));
}

static void
test_text(void **state)
{
	char line[LOG_LINE_MAX + 1];
	size_t len = text_line(line, "a\x1b[1m\xc2\x85\xff\xc3\xa9", 10);

	(void)state;
	line[len] = '\0';
	assert_string_equal(line, "s3cat: warning: a\\x1b[1m\\xc2\\x85\\xff\xc3\xa9\n");
}

static void
test_json(void **state)
{
	struct log_message message = {"s3cat", "r\"1", LOG_ERROR, "a\"\\\n\x1b\xc2\x85\xff\xc3\xa9", 10, NULL};

	(void)state;
	assert_json(&message, "\"run\":\"r\\\"1\",\"program\":\"s3cat\",\"pid\":");
	assert_json(&message, ",\"level\":\"error\",\"message\":\"a\\\"\\\\\\u000a\\u001b\\u0085\xef\xbf\xbd\xc3\xa9\"}\n");
	message.run = NULL;
	assert_json(&message, "Z\",\"program\":");
}

static void
test_long(void **state)
{
	static const char *const fillings[] = {"x", "\x01", "\xff", "\xc3\xa9", "\"", "\xf0\x9f\x8d\x89"};
	char text[2 * LOG_LINE_MAX], line[LOG_LINE_MAX + 1];
	struct log_message message = {"s3cat", text, LOG_DEBUG, text, sizeof(text) - 1, NULL};

	(void)state;
	for (size_t i = 0; i < sizeof(fillings) / sizeof(fillings[0]); i++) {
		size_t n = strlen(fillings[i]);

		for (size_t at = 0; at < sizeof(text); at++)
			text[at] = fillings[i][at % n];
		text[sizeof(text) - 1] = '\0';
		assert_json(&message, NULL);
		assert_true(text_line(line, text, sizeof(text) - 1) >= LOG_LINE_MAX - 8 &&
		            text_line(line, text, sizeof(text) - 1) <= LOG_LINE_MAX);
	}
}

/* A thousand at once, as when a server is down: a few of them are shown, and how many were not. */
static void
test_limited(void **state)
{
	struct log_site site = {0};
	FILE *file = tmpfile();
	int kept = dup(STDERR_FILENO), shown = 0;
	char line[LOG_LINE_MAX + 1];

	(void)state;
	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	for (int i = 0; i < 1000; i++)
		log_warning_limited(&site, "retry %d", i);
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(file);
	while (fgets(line, sizeof(line), file))
		shown++;
	fclose(file);
	/* the first ten, and two a second */
	assert_true(shown >= 10 && shown <= 200);
	assert_int_equal(site.shown + site.hidden <= 1000, 1);
	assert_true(site.hidden > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

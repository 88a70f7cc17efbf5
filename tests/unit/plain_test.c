/* Lines counted many at once, held against a look at each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "s3cat/plain.h"
#include "streams/lines.h"
#include "streams/records.h"

enum { LEN_MAX = 40000, ROUNDS = 3000 };

/* Exactly as large as the text, so that a sanitizer sees a look behind it. */
static int64_t
count(const char *text, size_t len)
{
	char *copy = malloc(len);
	int64_t result;

	memcpy(copy, text, len);
	result = plain_count(copy, len);
	free(copy);
	return result;
}

/* One by one. False where a line is blank or imitates a control record. */
static int
all_plain(const char *text, size_t len, int64_t *lines)
{
	*lines = 0;
	while (len > 0) {
		size_t line = (size_t)((const char *)memchr(text, '\n', len) - text);

		if (line_is_blank(slice_of(text, line)) || line_is_control(slice_of(text, line)))
			return 0;
		++*lines;
		text += line + 1;
		len -= line + 1;
	}
	return 1;
}

static void
test_each_place(void **state)
{
	static const struct {
		const char *line;
		int plain;
	} rows[] = {{"", 0},  {" ", 0},  {"\t\r", 0},          {"{\"@\":1}", 0},
	            {"a", 1}, {"ab", 1}, {"{\"a\":\"@\"}", 1}, {"\x80\xff", 1}};
	char text[400];

	(void)state;
	/* Such a line at every place of a text whose other lines are plain. */
	for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
		size_t len = strlen(rows[row].line);

		for (size_t at = 0; at < 200; at++) {
			for (size_t behind = 0; behind < 80; behind++) {
				size_t end = at + len + 1 + behind;

				memset(text, 'x', sizeof(text));
				memcpy(text + at, rows[row].line, len);
				if (at > 0)
					text[at - 1] = '\n';
				if (at > 1 && text[0] == '\n')
					text[0] = 'x';
				text[at + len] = '\n';
				text[end - 1] = '\n';
				/* a lone '\n' in front or behind would be a blank line of its own */
				if (at == 1 || behind == 1)
					continue;
				assert_int_equal(count(text, end), rows[row].plain ? 1 + (at > 0) + (behind > 0) : -1);
			}
		}
	}
}

static void
test_random(void **state)
{
	static const char alphabet[] = "\n{\"@: \tab\x80";
	static char text[LEN_MAX];
	int plain = 0;

	(void)state;
	srandom(11);
	for (int round = 0; round < ROUNDS; round++) {
		size_t len = 1 + (size_t)random() % (round % 2 ? 60 : LEN_MAX);
		int lines_long = 1 + (int)(random() % 300);
		int64_t expected, got;

		for (size_t i = 0; i < len; i++) {
			int first = i == 0 || text[i - 1] == '\n';

			/* mostly plain: else every long text would be odd */
			text[i] = round % 3 ? (char)(first                   ? 'a'
			                             : random() % lines_long ? 'b'
			                                                     : '\n')
			                    : alphabet[random() % (int)(sizeof(alphabet) - 1)];
		}
		text[len - 1] = '\n';
		if (len > 1 && text[len - 2] == '\n')
			text[len - 2] = 'a';
		got = count(text, len);
		if (!all_plain(text, len, &expected))
			assert_int_equal(got, -1);
		else if (got != -1 || round % 3)
			assert_int_equal(got, expected);
		plain += got != -1;
	}
	assert_true(plain > ROUNDS / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_place), cmocka_unit_test(test_random)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

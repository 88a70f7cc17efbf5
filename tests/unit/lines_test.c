/* Lines: the same whatever the blocks, the limit to the byte, memory that does not grow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

#include "streams/lines.h"

/* Everything a reader gives, as text: lines in <>, a long one as !, the unterminated rest behind a '='. */
static void
show(struct buf *to, enum line kind, struct slice line)
{
	if (kind == LINE_LONG) {
		assert_int_equal(line.len, 0);
		buf_append_byte(to, '!');
	} else {
		buf_append_byte(to, '<');
		buf_append_slice(to, line);
		buf_append_byte(to, '>');
	}
}

static void
drain(struct lines *lines, struct buf *to)
{
	struct slice line;
	enum line kind;

	while ((kind = lines_next(lines, &line)) != LINE_MORE)
		show(to, kind, line);
	assert_int_equal(line.len, 0);
}

static void
show_rest(struct lines *lines, struct buf *to)
{
	struct slice line;
	enum line kind = lines_rest(lines, &line);

	if (kind != LINE_MORE) {
		buf_append_byte(to, '=');
		show(to, kind, line);
	}
	assert_int_equal(lines_rest(lines, &line), LINE_MORE);
}

static void
feed_in_steps(struct slice input, size_t step, size_t max, const char *wanted, uint64_t number)
{
	struct lines lines;
	struct buf got = BUF_INIT;
	size_t at, len;

	lines_init(&lines, max);
	for (at = 0; at < input.len; at += len) {
		len = input.len - at < step ? input.len - at : step;
		lines_feed(&lines, input.ptr + at, len);
		drain(&lines, &got);
	}
	show_rest(&lines, &got);
	assert_string_equal(buf_cstr(&got), wanted);
	assert_int_equal(lines.number, number);
	lines_release(&lines);
	buf_release(&got);
}

static void
read_in_blocks(struct slice input, size_t block, size_t max, const char *wanted)
{
	struct lines lines;
	struct buf got = BUF_INIT;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], input.ptr, input.len), input.len);
	close(fds[1]);
	lines_init(&lines, max);
	lines.block = block;
	while (lines_read(&lines, fds[0]) > 0)
		drain(&lines, &got);
	show_rest(&lines, &got);
	assert_string_equal(buf_cstr(&got), wanted);
	close(fds[0]);
	lines_release(&lines);
	buf_release(&got);
}

static void
expect_lines(struct slice input, size_t max, const char *wanted, uint64_t number)
{
	size_t step;

	for (step = 1; step <= input.len + 1; step++) {
		feed_in_steps(input, step, max, wanted, number);
		read_in_blocks(input, step, max, wanted);
	}
}

static void
test_lines(void **state)
{
	(void)state;
	expect_lines(SLICE(""), 10, "", 0);
	expect_lines(SLICE("\n"), 10, "<>", 1);
	expect_lines(SLICE("\n\n\n"), 10, "<><><>", 3);
	expect_lines(SLICE("a"), 10, "=<a>", 1);
	expect_lines(SLICE("a\n"), 10, "<a>", 1);
	expect_lines(SLICE("ab\r\n\ncd\nef"), 10, "<ab\r><><cd>=<ef>", 4);
	expect_lines(SLICE("ab\n\n"), 10, "<ab><>", 2);
}

static void
test_nul_bytes_are_bytes(void **state)
{
	struct lines lines;
	struct slice line;

	(void)state;
	lines_init(&lines, 10);
	lines_feed(&lines, "a\0b\n\0", 5);
	assert_int_equal(lines_next(&lines, &line), LINE_WHOLE);
	assert_true(slice_equal(line, SLICE("a\0b")));
	assert_int_equal(lines_next(&lines, &line), LINE_MORE);
	assert_int_equal(lines_rest(&lines, &line), LINE_WHOLE);
	assert_true(slice_equal(line, SLICE("\0")));
	lines_release(&lines);
}

static void
test_limit_to_the_byte(void **state)
{
	(void)state;
	expect_lines(SLICE("1234\n"), 4, "<1234>", 1);
	expect_lines(SLICE("12345\n"), 4, "!", 1);
	expect_lines(SLICE("1234"), 4, "=<1234>", 1);
	expect_lines(SLICE("12345"), 4, "=!", 1);
	expect_lines(SLICE("123456789012345\nab\n1234\n12345\n\n"), 4, "!<ab><1234>!<>", 5);
	expect_lines(SLICE("a\n12345\n123456\nb"), 4, "<a>!!=<b>", 4);
	expect_lines(SLICE("\n1\n"), 0, "<>!", 2);
}

static void
test_numbers(void **state)
{
	struct lines lines;
	struct slice line;

	(void)state;
	lines_init(&lines, 3);
	lines_feed(&lines, "a\n1234\nb\nc", 10);
	assert_int_equal(lines.number, 0);
	assert_int_equal(lines_next(&lines, &line), LINE_WHOLE);
	assert_int_equal(lines.number, 1);
	assert_int_equal(lines_next(&lines, &line), LINE_LONG);
	assert_int_equal(lines.number, 2);
	assert_int_equal(lines_next(&lines, &line), LINE_WHOLE);
	assert_int_equal(lines.number, 3);
	assert_int_equal(lines_next(&lines, &line), LINE_MORE);
	assert_int_equal(lines.number, 3);
	assert_int_equal(lines_rest(&lines, &line), LINE_WHOLE);
	assert_int_equal(lines.number, 4);
	lines_release(&lines);
}

/* Slices stay as they are while more lines are taken: a batch of them may be held until the next read. */
static void
test_lines_stay_until_the_next_read(void **state)
{
	struct slice held[1000], line;
	struct lines lines;
	struct buf text = BUF_INIT;
	char wanted[32];
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		buf_printf(&text, "line %d\n", i);
	lines_init(&lines, 100);
	lines_feed(&lines, text.data, text.len);
	for (i = 0; i < 1000; i++)
		assert_int_equal(lines_next(&lines, &held[i]), LINE_WHOLE);
	assert_int_equal(lines_next(&lines, &line), LINE_MORE);
	for (i = 0; i < 1000; i++) {
		snprintf(wanted, sizeof(wanted), "line %d", i);
		assert_true(slice_equal_str(held[i], wanted));
	}
	lines_release(&lines);
	buf_release(&text);
}

/* 200 MB of one line through a limit of 1 MiB: it is dropped as it comes. */
static void
test_memory_is_bounded(void **state)
{
	static char block[200000];
	struct lines lines;
	struct slice line;
	int i;

	(void)state;
	memset(block, 'x', sizeof(block));
	lines_init(&lines, 1 << 20);
	for (i = 0; i < 1000; i++) {
		lines_feed(&lines, block, sizeof(block));
		assert_int_equal(lines_next(&lines, &line), LINE_MORE);
	}
	lines_feed(&lines, "\nnext\n", 6);
	assert_int_equal(lines_next(&lines, &line), LINE_LONG);
	assert_int_equal(lines_next(&lines, &line), LINE_WHOLE);
	assert_true(slice_equal(line, SLICE("next")));
	assert_true(lines.buf.cap <= 4 << 20);
	lines_release(&lines);
}

/* A reader that is fed faster than it is asked, and a long line that comes in single bytes: both linear. */
static void
test_nothing_is_quadratic(void **state)
{
	struct lines lines;
	struct slice line;
	struct buf text = BUF_INIT;
	int i;

	(void)state;
	for (i = 0; i < 1000000; i++)
		buf_append_str(&text, "a line\n");
	lines_init(&lines, 1 << 24);
	lines_feed(&lines, text.data, text.len);
	for (i = 0; i < 2000000; i++) {
		lines_feed(&lines, "b\n", 2);
		assert_int_equal(lines_next(&lines, &line), LINE_WHOLE);
	}
	assert_true(slice_equal(line, SLICE("b")));
	for (i = 0; i < 1000000; i++)
		assert_int_equal(lines_next(&lines, &line), LINE_WHOLE);
	for (i = 0; i < 5000000; i++) {
		lines_feed(&lines, "x", 1);
		assert_int_equal(lines_next(&lines, &line), LINE_MORE);
	}
	assert_int_equal(lines_rest(&lines, &line), LINE_WHOLE);
	assert_int_equal(line.len, 5000000);
	lines_release(&lines);
	buf_release(&text);
}

static void
test_read_errors_are_returned(void **state)
{
	struct lines lines;

	(void)state;
	lines_init(&lines, 100);
	assert_int_equal(lines_read(&lines, -1), -1);
	lines_release(&lines);
}

static void
test_blank(void **state)
{
	(void)state;
	assert_true(line_is_blank(slice_of(NULL, 0)));
	assert_true(line_is_blank(SLICE(" \t\r")));
	assert_false(line_is_blank(SLICE("\v")));
	assert_false(line_is_blank(SLICE("\0")));
	assert_false(line_is_blank(SLICE("  x")));
	assert_false(line_is_blank(SLICE("\xc2\xa0")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_nul_bytes_are_bytes),
		cmocka_unit_test(test_limit_to_the_byte),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_lines_stay_until_the_next_read),
		cmocka_unit_test(test_memory_is_bounded),
		cmocka_unit_test(test_nothing_is_quadratic),
		cmocka_unit_test(test_read_errors_are_returned),
		cmocka_unit_test(test_blank),
	};

	return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}

/* s3cat's view of an object's lines: the same result however the bytes are cut into blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "s3cat/body.h"

enum { MAX_LINE = 16, SHOWN_MAX = 4096 };

struct result {
	char shown[SHOWN_MAX];
	size_t len;
	int status;
	int64_t lines, forged, left_out;
	char why[1024]; /* as in struct err */
};

/* Feeds the text in two or three blocks, cut at a and b. */
static void
run(struct result *result, const char *text, size_t len, size_t a, size_t b, bool framed)
{
	struct err err = ERR_INIT;
	struct body body;
	struct out out;
	FILE *file = tmpfile();

	memset(result, 0, sizeof(*result));
	out_init(&out, fileno(file));
	body_init(&body, &out, MAX_LINE, framed);
	body_start(&body, SLICE("b"), SLICE("k"));
	result->status = body_feed(&body, slice_of(text, a), &err);
	if (result->status == 0)
		result->status = body_feed(&body, slice_of(text + a, b - a), &err);
	if (result->status == 0)
		result->status = body_feed(&body, slice_of(text + b, len - b), &err);
	if (result->status == 0)
		result->status = body_end(&body, &err);
	result->lines = body.lines;
	result->forged = body.forged;
	result->left_out = body.left_out;
	snprintf(result->why, sizeof(result->why), "%s", ERR_TEXT(&err));
	assert_int_equal(out_close(&out, &err), 0);
	rewind(file);
	result->len = fread(result->shown, 1, SHOWN_MAX, file);
	fclose(file);
	body_release(&body);
}

struct row {
	const char *text;
	size_t len;
	const char *plain, *framed;
	int64_t lines, forged, left_out; /* left_out: plain */
	const char *why;                 /* framed: it fails so */
};

#define ROW(text) text, sizeof(text) - 1

static const struct row rows[] = {
	{ROW(""), "", "", 0, 0, 0, NULL},
	{ROW("\n"), "\n", "\n", 0, 0, 0, NULL},
	{ROW("a"), "a\n", "a\n", 1, 0, 0, NULL},
	{ROW("a\nb\n"), "a\nb\n", "a\nb\n", 2, 0, 0, NULL},
	{ROW("\xef\xbb\xbf"
         "a\n\xef\xbb\xbf"),
     "a\n\xef\xbb\xbf\n", "a\n\xef\xbb\xbf\n", 2, 0, 0, NULL},
	{ROW("\xef\xbb"), "\xef\xbb\n", "\xef\xbb\n", 1, 0, 0, NULL},
	{ROW("\xef\xbbx\n"), "\xef\xbbx\n", "\xef\xbbx\n", 1, 0, 0, NULL},
	{ROW("\xef\nx"), "\xef\nx\n", "\xef\nx\n", 2, 0, 0, NULL},
	{ROW(" \t\r\n\r\n\n x"), " \t\r\n\r\n\n x\n", " \t\r\n\r\n\n x\n", 1, 0, 0, NULL},
	{ROW("x\n \t"), "x\n \t\n", "x\n \t\n", 1, 0, 0, NULL},
	{ROW("{\"@\"\n {\"@\":\n"), "{\"@\"\n {\"@\":\n", "{\"@\"\n {\"@\":\n", 2, 0, 0, NULL},
	{ROW("a\n{\"@\":1}\nb"), "a\nb\n",
     "a\n{\"@\":\"reject\",\"key\":\"k\",\"line\":2,\"reason\":\"imitates a control "
     "record\",\"raw\":\"{\\\"@\\\":1}\"}\nb\n",
     3, 1, 1, NULL},
	{ROW("\n{\"@\":"), "\n",
     "\n{\"@\":\"reject\",\"key\":\"k\",\"line\":2,\"reason\":\"imitates a control record\",\"raw\":\"{\\\"@\\\":\"}\n",
     1, 1, 1, NULL},
	{ROW("\xef\xbb\xbf{\"@\":\xff\n"), "",
     "{\"@\":\"reject\",\"key\":\"k\",\"line\":1,\"reason\":\"imitates a control "
     "record\",\"raw_base64\":\"eyJAIjr/\"}\n",
     1, 1, 1, NULL},
	{ROW("0123456789abcdef\nx"), "0123456789abcdef\nx\n", "0123456789abcdef\nx\n", 2, 0, 0, NULL},
	{ROW("a\n0123456789abcdefg\nb\n"), "a\nb\n", "a\n", 3, 0, 1, "line 2: longer than max_line, 16 bytes"},
	{ROW("0123456789abcdefghijklmnopqrstuvwxyz"), "", "", 1, 0, 1, "line 1: longer than max_line, 16 bytes"},
	{ROW("{\"@\":89abcdefghijklmnopqrstuvwxyz\n\nc"), "\nc\n", "", 2, 0, 1, "line 1: longer than max_line, 16 bytes"},
};

static void
check(const struct row *row, size_t a, size_t b)
{
	struct result result;

	run(&result, row->text, row->len, a, b, false);
	assert_int_equal(result.status, 0);
	assert_int_equal(result.len, strlen(row->plain));
	assert_memory_equal(result.shown, row->plain, result.len);
	assert_int_equal(result.lines, row->lines);
	assert_int_equal(result.left_out, row->left_out);
	assert_int_equal(result.forged, row->forged);

	run(&result, row->text, row->len, a, b, true);
	assert_int_equal(result.status, row->why == NULL ? 0 : -1);
	assert_string_equal(result.why, row->why == NULL ? "" : row->why);
	assert_int_equal(result.len, strlen(row->framed));
	assert_memory_equal(result.shown, row->framed, result.len);
	assert_int_equal(result.left_out, 0);
	if (row->why == NULL)
		assert_int_equal(result.lines, row->lines);
}

static void
test_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t a = 0; a <= rows[i].len; a++)
			for (size_t b = a; b <= rows[i].len; b++)
				check(&rows[i], a, b);
}

static void
test_objects_do_not_mix(void **state)
{
	struct err err = ERR_INIT;
	struct body body;
	struct out out;

	(void)state;
	out_init(&out, STDOUT_FILENO);
	body_init(&body, &out, MAX_LINE, true);
	body_start(&body, SLICE("b"), SLICE("k"));
	assert_int_equal(body_feed(&body, SLICE("begin of a line"), &err), 0);
	/* The object fails there; nothing of it may get into the next. */
	body_start(&body, SLICE("b"), SLICE("l"));
	assert_int_equal(body_feed(&body, SLICE("\xef\xbb\xbf"), &err), 0);
	assert_int_equal(body_end(&body, &err), 0);
	assert_int_equal(body.lines, 0);
	assert_int_equal(out.bytes, 0);
	assert_int_equal(out_close(&out, &err), 0);
	body_release(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_objects_do_not_mix),
	};

	log_init("body_test");
	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The list of failed objects: sorting, taking off, records from strange hands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cursor/change.h"
#include "cursor/failures.h"

static const struct slice gone = {NULL, 0};

static void
settles(void **state)
{
	struct failures failures = FAILURES_INIT;
	struct buf lines = BUF_INIT;

	(void)state;
	failures_add(&failures, SLICE("b"), SLICE("{\"key\":\"b\",\"n\":1}"));
	failures_add(&failures, SLICE("ab"), SLICE("{\"key\":\"ab\"}"));
	failures_add(&failures, SLICE("a"), SLICE("{\"key\":\"a\"}"));
	failures_add(&failures, SLICE("b"), SLICE("{\"key\":\"b\",\"n\":2}"));
	failures_add(&failures, SLICE("a"), gone);
	failures_add(&failures, SLICE("never"), gone);
	failures_add(&failures, SLICE("c"), gone);
	failures_add(&failures, SLICE("c"), SLICE("{\"key\":\"c\"}"));
	assert_int_equal(failures_settle(&failures), 1);
	failures_write(&failures, &lines);
	assert_string_equal(buf_cstr(&lines), "{\"key\":\"ab\"}\n{\"key\":\"b\",\"n\":2}\n{\"key\":\"c\"}\n");
	failures_release(&failures);
	buf_release(&lines);
	assert_int_equal(failures_settle(&failures), 0);
}

static void
replaces_strange_records(void **state)
{
	static const char *const strange[] = {
		"", "x", "[]", "{}", "{\"key\":\"b\"}", "{\"key\":\"a\",\n\"x\":1}", "{\"key\":3}", "{\"key\":\"\"}"};
	struct json json = {.tokens = NULL};
	struct buf scratch = BUF_INIT;
	struct slice key;

	(void)state;
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
		struct failures failures = FAILURES_INIT;
		struct buf lines = BUF_INIT;

		failures_add(&failures, SLICE("a"), slice_of_str(strange[i]));
		failures_write(&failures, &lines);
		assert_int_equal(lines.data[lines.len - 1], '\n');
		assert_true(failure_key(&json, slice_of(lines.data, lines.len - 1), &scratch, &key));
		assert_true(slice_equal(key, SLICE("a")));
		failures_release(&failures);
		buf_release(&lines);
	}
	json_release(&json);
	buf_release(&scratch);
}

static void
collects(void **state)
{
	struct change change = CHANGE_INIT;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		change_add(&change, SLICE("key"), SLICE("{}"));
		change_remove(&change, SLICE("other"));
	}
	assert_int_equal(change.count, 2000);
	assert_true(slice_equal(change_key(&change, 1998), SLICE("key")));
	assert_true(slice_equal(change_record(&change, 1998), SLICE("{}")));
	assert_true(slice_equal(change_key(&change, 1999), SLICE("other")));
	assert_int_equal(change_record(&change, 1999).len, 0);
	change.cursor = 7;
	change.force = true;
	change_reset(&change);
	assert_int_equal(change.cursor, -1);
	assert_int_equal(change.count, 0);
	assert_false(change.force);
	change_release(&change);
}

static void
writes_records(void **state)
{
	struct buf text = BUF_INIT;

	(void)state;
	failed_write(&text, SLICE("k\"\n"), SLICE("why\x1b"), SLICE("s3cat"), 1721183934);
	assert_string_equal(buf_cstr(&text), "{\"key\":\"k\\\"\\n\",\"reason\":\"why\\u001b\",\"stage\":\"s3cat\","
	                                     "\"time\":\"2024-07-17T02:38:54Z\"}");
	buf_release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settles),
		cmocka_unit_test(replaces_strange_records),
		cmocka_unit_test(collects),
		cmocka_unit_test(writes_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

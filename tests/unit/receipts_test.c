/* Receipts, positions in a listing, and s3:// names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "streams/records.h"
#include "object_record.h"

#define POSITION "{\"after\":1721183900,\"seq\":1,\"upto\":1721183934}"

static struct records records;
static struct buf line;

static int
release(void **state)
{
	(void)state;
	records_release(&records);
	buf_release(&line);
	return 0;
}

static void
same(struct slice got, const char *wanted)
{
	if (!slice_equal_str(got, wanted))
		fail_msg("got '%.*s', wanted '%s'", SLICE_ARGS(got), wanted);
}

static struct receipt
write_and_read(const struct receipt *receipt, const char *wanted)
{
	struct receipt got;
	const char *why = "";

	buf_reset(&line);
	receipt_write(&line, receipt);
	assert_string_equal(buf_cstr(&line), wanted);
	if (!receipt_parse(&records, slice_of(line.data, line.len - 1), &got, &why))
		fail_msg("%s", why);
	return got;
}

static void
test_stored(void **state)
{
	struct receipt receipt = {
		.source = SLICE("raw/1.jsonl"),
		.key = SLICE("mod/1.jsonl"),
		.etag = SLICE("e"),
		.bytes = 1170011,
		.lines = 5553,
		.rejected = 3,
		.reject_key = SLICE("rejected/1.jsonl"),
		.list = SLICE(POSITION),
	};
	struct receipt got;

	(void)state;
	got = write_and_read(&receipt,
	                     "{\"source\":\"raw/1.jsonl\",\"key\":\"mod/1.jsonl\",\"etag\":\"e\",\"bytes\":1170011,"
	                     "\"lines\":5553,\"rejected\":3,\"reject_key\":\"rejected/1.jsonl\",\"list\":" POSITION "}\n");
	assert_false(got.failed);
	same(got.source, "raw/1.jsonl");
	same(got.key, "mod/1.jsonl");
	same(got.etag, "e");
	assert_int_equal(got.bytes, 1170011);
	assert_int_equal(got.lines, 5553);
	assert_int_equal(got.rejected, 3);
	same(got.reject_key, "rejected/1.jsonl");
	same(got.list, POSITION);
	receipt = (struct receipt){.source = SLICE("r"), .key = SLICE("m")};
	got = write_and_read(&receipt, "{\"source\":\"r\",\"key\":\"m\",\"bytes\":0,\"lines\":0,\"rejected\":0}\n");
	assert_int_equal(got.reject_key.len + got.list.len + got.etag.len, 0);
}

static void
test_failed(void **state)
{
	const struct receipt receipt = {
		.source = SLICE("raw/2.jsonl"),
		.failed = true,
		.error = SLICE("GET: 404 NoSuchKey"),
		.stage = SLICE("s3cat"),
		.fault = FAULT_EVERYBODY,
		.list = SLICE(POSITION),
	};
	struct receipt got;

	(void)state;
	got = write_and_read(&receipt, "{\"source\":\"raw/2.jsonl\",\"error\":\"GET: 404 NoSuchKey\",\"stage\":\"s3cat\","
	                               "\"temporary\":true,\"fault\":\"everybody\",\"list\":" POSITION "}\n");
	assert_true(got.failed);
	assert_int_equal(got.fault, FAULT_EVERYBODY);
	same(got.source, "raw/2.jsonl");
	same(got.error, "GET: 404 NoSuchKey");
	same(got.stage, "s3cat");
	same(got.list, POSITION);
}

static void
test_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"{}",
		"x",
		"[]",
		"{\"source\":\"s\"}",
		"{\"source\":\"s\",\"key\":\"k\"}",
		"{\"source\":\"\",\"key\":\"k\",\"bytes\":0,\"lines\":0,\"rejected\":0}",
		"{\"source\":\"s\",\"key\":\"k\",\"bytes\":-1,\"lines\":0,\"rejected\":0}",
		"{\"source\":\"s\",\"key\":\"k\",\"bytes\":0,\"lines\":-1,\"rejected\":0}",
		"{\"source\":\"s\",\"key\":\"k\",\"bytes\":0,\"lines\":0,\"rejected\":-1}",
		"{\"source\":\"s\",\"key\":\"k\",\"bytes\":0,\"lines\":0,\"rejected\":0,\"list\":1}",
		"{\"source\":\"s\",\"error\":1,\"stage\":\"s\",\"temporary\":true}",
		"{\"source\":\"s\",\"error\":null,\"stage\":\"s\",\"temporary\":true}",
		"{\"source\":\"s\",\"error\":\"e\",\"stage\":\"s\"}",
		"{\"source\":\"s\",\"error\":\"e\",\"temporary\":true}",
		"{\"error\":\"e\",\"stage\":\"s\",\"temporary\":true}",
	};
	struct receipt got;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (receipt_parse(&records, slice_of_str(bad[i]), &got, &why))
			fail_msg("%s", bad[i]);
}

static void
test_list_position(void **state)
{
	const struct list_position position = {.seq = 1};
	struct list_position got;
	const char *why = "";

	(void)state;
	assert_true(list_position_parse(&records, SLICE(POSITION), &got, &why));
	assert_int_equal(got.after, 1721183900);
	assert_int_equal(got.seq, 1);
	assert_int_equal(got.upto, 1721183934);
	buf_reset(&line);
	write_position(&line, &got);
	assert_string_equal(buf_cstr(&line), POSITION);
	/* behind other text, too */
	write_position(&line, &position);
	assert_string_equal(buf_cstr(&line), POSITION "{\"after\":0,\"seq\":1,\"upto\":0}");
	assert_true(list_position_parse(&records, SLICE("{\"upto\":5,\"x\":[],\"after\":5,\"seq\":9223372036854775807}"),
	                                &got, &why));
	assert_int_equal(got.seq, INT64_MAX);
}

static void
test_list_position_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"{}",
		"[1,2,3]",
		"{\"after\":1,\"seq\":1}",
		"{\"after\":1,\"upto\":1}",
		"{\"seq\":1,\"upto\":1}",
		"{\"after\":-1,\"seq\":1,\"upto\":1}",
		"{\"after\":1,\"seq\":0,\"upto\":1}",
		"{\"after\":2,\"seq\":1,\"upto\":1}",
		"{\"after\":1,\"seq\":1,\"upto\":1.5}",
		"{\"after\":\"1\",\"seq\":1,\"upto\":1}",
		"{\"after\":1,\"seq\":1,\"upto\":null}",
		"{\"after\":1,\"seq\":1,\"upto\":1}}",
		"{\"after\":1,\"seq\":1,\"upto\":9223372036854775808}",
	};
	struct list_position got;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (list_position_parse(&records, slice_of_str(bad[i]), &got, &why))
			fail_msg("%s", bad[i]);
}

/* The cursor looks into the position while it still holds the receipt. */
static void
test_receipt_outlives_its_position(void **state)
{
	const struct slice text = SLICE("{\"source\":\"\\u0072aw\\/1\",\"error\":\"\\\"e\\\"\",\"stage\":\"\\u0073\","
	                                "\"temporary\":false,\"list\":{\"\\u0061fter\":1,\"seq\":2,\"upto\":3}}");
	struct receipt receipt;
	struct list_position position;
	const char *why = "";

	(void)state;
	assert_true(receipt_parse(&records, text, &receipt, &why));
	assert_true(list_position_parse(&records, receipt.list, &position, &why));
	assert_int_equal(position.after, 1);
	same(receipt.source, "raw/1");
	same(receipt.error, "\"e\"");
	same(receipt.stage, "s");
}

static void
expect_uri(const char *text, bool good, const char *bucket, const char *key)
{
	struct slice got_bucket, got_key;

	assert_int_equal(s3_uri_parse(slice_of_str(text), &got_bucket, &got_key), good);
	if (good) {
		same(got_bucket, bucket);
		same(got_key, key);
	}
}

static void
test_uris(void **state)
{
	(void)state;
	expect_uri("key", true, "", "key");
	expect_uri("a/b//c", true, "", "a/b//c");
	expect_uri("/a", true, "", "/a");
	expect_uri("s3:/b/k", true, "", "s3:/b/k");
	expect_uri("S3://b/k", true, "", "S3://b/k");
	expect_uri("s3://b/k", true, "b", "k");
	expect_uri("s3://b//k/", true, "b", "/k/");
	expect_uri("", false, "", "");
	expect_uri("s3://", false, "", "");
	expect_uri("s3://b", false, "", "");
	expect_uri("s3://b/", false, "", "");
	expect_uri("s3:///k", false, "", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stored),
		cmocka_unit_test(test_failed),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_list_position),
		cmocka_unit_test(test_list_position_refused),
		cmocka_unit_test(test_receipt_outlives_its_position),
		cmocka_unit_test(test_uris),
	};

	return cmocka_run_group_tests_name("receipts", tests, NULL, release);
}

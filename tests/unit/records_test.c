/* Records: the very bytes of each, what comes back, and what is refused. */
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

/* The one line in the buffer, without its '\n'. */
static struct slice
written(const char *wanted)
{
	assert_string_equal(buf_cstr(&line), wanted);
	assert_ptr_equal(memchr(line.data, '\n', line.len), line.data + line.len - 1);
	return slice_of(line.data, line.len - 1);
}

static void
same(struct slice got, const char *wanted)
{
	if (!slice_equal_str(got, wanted))
		fail_msg("got '%.*s', wanted '%s'", SLICE_ARGS(got), wanted);
}

static void
test_object_record(void **state)
{
	const struct object_record record = {
		SLICE("rl-data"),
		SLICE("job-postings-raw/1721183934.jsonl"),
		1043211,
		SLICE("9b2c"),
		SLICE("2024-07-17T02:38:54Z"),
		true,
		SLICE(POSITION),
	};
	struct object_record got;
	const char *why = "";

	(void)state;
	buf_reset(&line);
	write_object_record(&line, &record);
	assert_true(object_record_parse(
		&records,
		written("{\"bucket\":\"rl-data\",\"key\":\"job-postings-raw/1721183934.jsonl\","
	            "\"size\":1043211,\"etag\":\"9b2c\","
	            "\"last_modified\":\"2024-07-17T02:38:54Z\",\"rewritten\":true,\"list\":" POSITION "}\n"),
		&got, &why));
	same(got.bucket, "rl-data");
	same(got.key, "job-postings-raw/1721183934.jsonl");
	assert_int_equal(got.size, 1043211);
	same(got.etag, "9b2c");
	same(got.last_modified, "2024-07-17T02:38:54Z");
	same(got.list, POSITION);
}

/* Many records in turn are those that are written one by one. */
static void
test_object_writer(void **state)
{
	static const struct object_facts facts[] = {
		{SLICE("raw/1721183934.jsonl"), 1043211, SLICE("9b2c"), 1721183934, false},
		{SLICE("raw/\"\\\n\x01\xc3\xa9"), 0, SLICE("a\"b"), 1721183935, true},
		{SLICE(""), -1, SLICE(""), 1721183935 + 86400, false},
		{SLICE("raw/x"), INT64_MAX, SLICE("e"), 0, false},
		{SLICE("raw/x"), 1, SLICE("e"), -1, true},
		{SLICE("raw/x"), 1, SLICE("e"), 253402300800, false},
		{SLICE("raw/y"), 1, SLICE("e"), 86399, false},
	};
	struct list_position position = {.after = 1721183900};
	struct buf got = BUF_INIT, wanted = BUF_INIT, list = BUF_INIT;

	(void)state;
	for (int variant = 0; variant < 4; variant++) {
		struct slice bucket = variant % 2 == 0 ? SLICE("rl\"data") : slice_of(NULL, 0);
		bool positioned = variant < 2;
		struct object_writer writer;

		object_writer_init(&writer, bucket, positioned ? &position.after : NULL);
		buf_reset(&got);
		buf_reset(&wanted);
		for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
			struct object_record record = {.bucket = bucket,
			                               .key = facts[i].key,
			                               .size = facts[i].size,
			                               .etag = facts[i].etag,
			                               .rewritten = facts[i].rewritten};
			char time[32];

			position.seq = (int64_t)i + 1;
			position.upto = position.after + (int64_t)i * 1000000007;
			position.last = i == 6 ? LIST_POSITION_LAST : i == 0 ? LIST_POSITION_NOT_LAST : LIST_POSITION_UNMARKED;
			object_writer_begin(&writer, &got, &facts[i]);
			object_writer_end(&writer, &got, position.seq, position.upto, position.last == LIST_POSITION_LAST);
			clock_format_iso(facts[i].modified, time);
			if (facts[i].modified >= 0)
				record.last_modified = slice_of_str(time);
			buf_reset(&list);
			if (positioned)
				write_position(&list, &position);
			record.list = slice_of_buf(&list);
			write_object_record(&wanted, &record);
		}
		assert_string_equal(buf_cstr(&got), buf_cstr(&wanted));
		object_writer_release(&writer);
	}
	buf_release(&got);
	buf_release(&wanted);
	buf_release(&list);
}

static void
test_object_record_of_a_key_alone(void **state)
{
	const struct object_record record = {.key = SLICE("a \"b\"\n\xc3\xa9"), .size = -1};
	struct object_record got;
	const char *why = "";

	(void)state;
	buf_reset(&line);
	write_object_record(&line, &record);
	assert_true(object_record_parse(&records, written("{\"key\":\"a \\\"b\\\"\\n\xc3\xa9\"}\n"), &got, &why));
	same(got.key, "a \"b\"\n\xc3\xa9");
	assert_int_equal(got.bucket.len + got.etag.len + got.last_modified.len + got.list.len, 0);
	assert_int_equal(got.size, -1);
}

/* Several decoded strings in one record: none may move while the next is decoded. */
static void
test_many_escapes(void **state)
{
	struct object_record got;
	const char *why = "";
	int i;

	(void)state;
	records_release(&records);
	records = (struct records){0};
	buf_reset(&line);
	buf_append_str(&line, "{\"bucket\":\"\\u0062\",\"key\":\"\\u006b");
	for (i = 0; i < 5000; i++)
		buf_append_str(&line, "\\/");
	buf_append_str(&line, "\",\"etag\":\"\\\"e\\\"\",\"last_modified\":\"\\u0032\",\"x\":null}");
	assert_true(object_record_parse(&records, slice_of_buf(&line), &got, &why));
	same(got.bucket, "b");
	assert_int_equal(got.key.len, 5001);
	assert_int_equal(got.key.ptr[0], 'k');
	same(got.etag, "\"e\"");
	same(got.last_modified, "2");
}

static void
test_bare_keys(void **state)
{
	struct object_record got;
	const char *why = "";

	(void)state;
	assert_true(object_record_parse(&records, SLICE("raw/1.jsonl"), &got, &why));
	same(got.key, "raw/1.jsonl");
	assert_int_equal(got.bucket.len, 0);
	assert_int_equal(got.size, -1);
	assert_true(object_record_parse(&records, SLICE("s3://b/raw/{1} .jsonl"), &got, &why));
	same(got.bucket, "b");
	same(got.key, "raw/{1} .jsonl");
	assert_false(object_record_parse(&records, SLICE(""), &got, &why));
	assert_false(object_record_parse(&records, SLICE("s3://b/"), &got, &why));
	assert_false(object_record_parse(&records, SLICE("raw/\xff"), &got, &why));
	assert_string_equal(why, "the key is not valid UTF-8");
	assert_false(object_record_parse(&records, SLICE("a\0b"), &got, &why));
}

static void
test_null_is_not_given(void **state)
{
	struct object_record got;
	const char *why = "";

	(void)state;
	assert_true(object_record_parse(
		&records, SLICE("{\"key\":\"k\",\"size\":null,\"etag\":null,\"list\":null,\"more\":[1]}"), &got, &why));
	assert_int_equal(got.size, -1);
	assert_int_equal(got.list.len, 0);
	assert_false(object_record_parse(&records, SLICE("{\"key\":null}"), &got, &why));
}

static void
test_object_records_refused(void **state)
{
	static const char *const bad[][2] = {
		{"{}", "key: not a string that can be a key"},
		{"{\"key\":3}", "key: not a string that can be a key"},
		{"{\"key\":\"\"}", "key: not a string that can be a key"},
		{"{\"key\":\"a\\u0000\"}", "key: not a string that can be a key"},
		{"{\"key\":\"\\ud800\"}", "key: not a string that can be a key"},
		{"{\"key\":\"k\",\"rewritten\":1}", "rewritten: neither true nor false"},
		{"{\"key\":\"k\",\"size\":-1}", "size: not a size"},
		{"{\"key\":\"k\",\"size\":1.5}", "size: not a size"},
		{"{\"key\":\"k\",\"size\":\"1\"}", "size: not a size"},
		{"{\"key\":\"k\",\"size\":9223372036854775808}", "size: not a size"},
		{"{\"key\":\"k\",\"bucket\":1}", "bucket: not a string"},
		{"{\"key\":\"k\",\"list\":3}", "list: not an object"},
		{"{\"key\":\"k\",\"list\":[]}", "list: not an object"},
		{"{\"key\":\"k\"", "unexpected end"},
		{"{\"key\":\"k\"}x", "an unexpected value"},
		{"{\"key\":\"k\",}", "an unexpected closing bracket"},
	};
	struct object_record got;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (object_record_parse(&records, slice_of_str(bad[i][0]), &got, &why))
			fail_msg("%s", bad[i][0]);
		assert_string_equal(why, bad[i][1]);
	}
}

static void
test_begin(void **state)
{
	const struct object_record object = {SLICE("rl-data"), SLICE("r/1.jsonl"), 0, SLICE("9b"), SLICE("2024"), false,
	                                     SLICE(POSITION)};
	struct control got;
	const char *why = "";

	(void)state;
	buf_reset(&line);
	control_write_begin(&line, &object);
	assert_true(line_is_control(slice_of_buf(&line)));
	assert_true(control_parse(&records,
	                          written("{\"@\":\"begin\",\"bucket\":\"rl-data\",\"key\":\"r/1.jsonl\",\"size\":0,"
	                                  "\"etag\":\"9b\",\"list\":" POSITION "}\n"),
	                          &got, &why));
	assert_int_equal(got.kind, CONTROL_BEGIN);
	same(got.bucket, "rl-data");
	same(got.key, "r/1.jsonl");
	assert_int_equal(got.size, 0);
	same(got.etag, "9b");
	same(got.list, POSITION);
}

static void
test_end(void **state)
{
	struct control got;
	const char *why = "";

	(void)state;
	buf_reset(&line);
	control_write_end(&line, SLICE("r/1.jsonl"), 5556);
	assert_true(control_parse(&records, written("{\"@\":\"end\",\"key\":\"r/1.jsonl\",\"lines\":5556}\n"), &got, &why));
	assert_int_equal(got.kind, CONTROL_END);
	same(got.key, "r/1.jsonl");
	assert_int_equal(got.lines, 5556);
}

static void
test_reject(void **state)
{
	struct control got;
	const char *why = "";

	(void)state;
	buf_reset(&line);
	control_write_reject(&line, SLICE("r/1.jsonl"), 17, SLICE("title: not a string"), SLICE("{\"title\":3}"));
	assert_true(control_parse(&records,
	                          written("{\"@\":\"reject\",\"key\":\"r/1.jsonl\",\"line\":17,"
	                                  "\"reason\":\"title: not a string\",\"raw\":\"{\\\"title\\\":3}\"}\n"),
	                          &got, &why));
	assert_int_equal(got.kind, CONTROL_REJECT);
	same(got.key, "r/1.jsonl");
	assert_int_equal(got.line, 17);
	same(got.reason, "title: not a string");
	/* bytes that are not UTF-8 come whole, too */
	buf_reset(&line);
	control_write_reject(&line, SLICE("k"), 1, SLICE("r"), SLICE("\xff\xfe\0"));
	assert_true(control_parse(&records,
	                          written("{\"@\":\"reject\",\"key\":\"k\",\"line\":1,\"reason\":\"r\","
	                                  "\"raw_base64\":\"//4A\"}\n"),
	                          &got, &why));
	/* NUL bytes and line ends are UTF-8 and stay on the line */
	buf_reset(&line);
	control_write_reject(&line, SLICE("k"), 1, SLICE("r"), SLICE("a\0b\r"));
	assert_true(control_parse(&records,
	                          written("{\"@\":\"reject\",\"key\":\"k\",\"line\":1,\"reason\":\"r\","
	                                  "\"raw\":\"a\\u0000b\\r\"}\n"),
	                          &got, &why));
}

static void
test_error(void **state)
{
	struct control got;
	const char *why = "";

	(void)state;
	buf_reset(&line);
	control_write_error(&line, SLICE("r/2"), SLICE("s3cat"), SLICE("GET: 404 NoSuchKey"), FAULT_OBJECT,
	                    SLICE(POSITION));
	assert_true(control_parse(&records,
	                          written("{\"@\":\"error\",\"key\":\"r/2\",\"stage\":\"s3cat\","
	                                  "\"reason\":\"GET: 404 NoSuchKey\",\"temporary\":false,\"fault\":\"object\","
	                                  "\"list\":" POSITION "}\n"),
	                          &got, &why));
	assert_int_equal(got.kind, CONTROL_ERROR);
	same(got.key, "r/2");
	same(got.stage, "s3cat");
	same(got.reason, "GET: 404 NoSuchKey");
	assert_int_equal(got.fault, FAULT_OBJECT);
	same(got.list, POSITION);
	buf_reset(&line);
	control_write_error(&line, SLICE("k"), SLICE("s"), SLICE(""), FAULT_NOBODY, SLICE(""));
	assert_true(control_parse(&records,
	                          written("{\"@\":\"error\",\"key\":\"k\",\"stage\":\"s\",\"reason\":\"\","
	                                  "\"temporary\":true,\"fault\":\"nobody\"}\n"),
	                          &got, &why));
	assert_int_equal(got.fault, FAULT_NOBODY);
	assert_int_equal(got.list.len, 0);
}

/* The object's only if nothing in the record says otherwise: a cursor passes it then. */
static void
test_faults(void **state)
{
	static const struct {
		const char *members;
		int fault; /* -1: not a record */
	} cases[] = {
		/* as versions without `fault` write it */
		{"\"temporary\":false", FAULT_OBJECT},
		{"\"temporary\":true", FAULT_NOBODY},
		{"\"temporary\":false,\"fault\":null", FAULT_OBJECT},
		{"\"temporary\":false,\"fault\":\"object\"", FAULT_OBJECT},
		{"\"temporary\":true,\"fault\":\"everybody\"", FAULT_EVERYBODY},
		{"\"temporary\":true,\"fault\":\"nobody\"", FAULT_NOBODY},
		/* where the two differ */
		{"\"temporary\":true,\"fault\":\"object\"", FAULT_NOBODY},
		{"\"temporary\":false,\"fault\":\"everybody\"", FAULT_EVERYBODY},
		{"\"temporary\":false,\"fault\":\"nobody\"", FAULT_NOBODY},
		/* as a later version may write it */
		{"\"temporary\":true,\"fault\":\"somebody\"", FAULT_NOBODY},
		{"\"temporary\":true,\"fault\":3", -1},
		{"\"fault\":\"object\"", -1},
	};
	struct control control;
	struct receipt receipt;
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf record = BUF_INIT;

		buf_printf(&record, "{\"@\":\"error\",\"key\":\"k\",\"stage\":\"s\",\"reason\":\"r\",%s}", cases[i].members);
		assert_int_equal(control_parse(&records, slice_of_buf(&record), &control, &why), cases[i].fault >= 0);
		if (cases[i].fault >= 0)
			assert_int_equal(control.fault, cases[i].fault);
		buf_reset(&record);
		buf_printf(&record, "{\"source\":\"k\",\"stage\":\"s\",\"error\":\"r\",%s}", cases[i].members);
		assert_int_equal(receipt_parse(&records, slice_of_buf(&record), &receipt, &why), cases[i].fault >= 0);
		if (cases[i].fault >= 0)
			assert_int_equal(receipt.fault, cases[i].fault);
		buf_release(&record);
	}
}

static void
test_controls_of_others(void **state)
{
	struct control got;
	const char *why = "";

	(void)state;
	assert_true(control_parse(&records, SLICE("{\"@\":\"note\",\"key\":3}"), &got, &why));
	assert_int_equal(got.kind, CONTROL_OTHER);
	assert_true(control_parse(&records, SLICE("{\"@\":\"\"}"), &got, &why));
	assert_int_equal(got.kind, CONTROL_OTHER);
	assert_true(line_is_control(SLICE("{\"@\":")));
	assert_false(line_is_control(SLICE("{\"@\"")));
	assert_false(line_is_control(SLICE(" {\"@\":1}")));
	assert_false(line_is_control(SLICE("{ \"@\":1}")));
	assert_false(line_is_control(SLICE("{\"@@\":1}")));
}

static void
test_controls_refused(void **state)
{
	static const char *const bad[] = {
		"{\"@\":",
		"{\"@\":1}",
		"{\"@\":null}",
		"{\"@\":\"end\"",
		"{\"@\":\"end\",}",
		"{\"@\":\"a\\u0000\"}",
		"[\"@\"]",
		"{\"@\":\"begin\"}",
		"{\"@\":\"begin\",\"key\":1}",
		"{\"@\":\"begin\",\"key\":\"k\",\"size\":-5}",
		"{\"@\":\"end\",\"key\":\"k\"}",
		"{\"@\":\"end\",\"lines\":1}",
		"{\"@\":\"end\",\"key\":\"k\",\"lines\":-1}",
		"{\"@\":\"end\",\"key\":\"k\",\"lines\":1.0}",
		"{\"@\":\"end\",\"key\":\"k\",\"lines\":\"1\"}",
		"{\"@\":\"end\",\"key\":\"k\",\"lines\":99999999999999999999}",
		"{\"@\":\"reject\",\"key\":\"k\",\"line\":0,\"reason\":\"r\",\"raw\":\"\"}",
		"{\"@\":\"reject\",\"key\":\"k\",\"line\":1,\"reason\":\"r\"}",
		"{\"@\":\"reject\",\"key\":\"k\",\"line\":1,\"reason\":\"r\",\"raw\":{}}",
		"{\"@\":\"reject\",\"key\":\"k\",\"line\":1,\"raw\":\"\"}",
		"{\"@\":\"error\",\"key\":\"k\",\"stage\":\"s\",\"reason\":\"r\"}",
		"{\"@\":\"error\",\"key\":\"k\",\"stage\":\"s\",\"reason\":\"r\",\"temporary\":\"no\"}",
		"{\"@\":\"error\",\"key\":\"k\",\"stage\":\"s\",\"temporary\":true}",
		"{\"@\":\"error\",\"stage\":\"s\",\"reason\":\"r\",\"temporary\":true}",
	};
	struct control got;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (control_parse(&records, slice_of_str(bad[i]), &got, &why))
			fail_msg("%s", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_object_record),
		cmocka_unit_test(test_object_writer),
		cmocka_unit_test(test_object_record_of_a_key_alone),
		cmocka_unit_test(test_many_escapes),
		cmocka_unit_test(test_bare_keys),
		cmocka_unit_test(test_null_is_not_given),
		cmocka_unit_test(test_object_records_refused),
		cmocka_unit_test(test_begin),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_reject),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_controls_of_others),
		cmocka_unit_test(test_controls_refused),
	};

	return cmocka_run_group_tests_name("records", tests, NULL, release);
}

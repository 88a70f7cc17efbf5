/* The XML of S3's answers: errors and single values. Pages of listings are s3_page_test.c's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/xml.h"
#include "s3/s3.h"
#include "s3/upload.h"

static void
errors(void **state)
{
	struct s3_error error = {.code = BUF_INIT};

	(void)state;
	assert_true(
		s3_error_read(SLICE("<?xml version=\"1.0\"?><Error><Code>AuthorizationHeaderMalformed</Code><Message>the "
	                        "region "
	                        "'us-east-1' is "
	                        "wrong</Message><Region>eu-west-1</Region><RequestId>4F</RequestId></Error>"),
	                  &error));
	assert_string_equal(buf_cstr(&error.code), "AuthorizationHeaderMalformed");
	assert_string_equal(buf_cstr(&error.message), "the region 'us-east-1' is wrong");
	assert_string_equal(buf_cstr(&error.region), "eu-west-1");
	assert_string_equal(buf_cstr(&error.request_id), "4F");
	s3_error_release(&error);

	/* Cut off, but not before it said what it is. */
	assert_true(s3_error_read(SLICE("<Error><Code>SlowDown</Code><Mess"), &error));
	assert_string_equal(buf_cstr(&error.code), "SlowDown");
	s3_error_release(&error);

	assert_false(s3_error_read(SLICE(""), &error));
	assert_false(s3_error_read(SLICE("<html><h1>503</h1></html>"), &error));
	assert_false(
		s3_error_read(SLICE("<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>"), &error));
	s3_error_release(&error);
}

static void
values(void **state)
{
	struct buf text = BUF_INIT;

	(void)state;
	assert_true(xml_text(SLICE("<R><A>1</A><UploadId> 2~x </UploadId></R>"), "UploadId", &text));
	assert_string_equal(buf_cstr(&text), " 2~x ");
	assert_true(xml_text(SLICE("<R><ETag/></R>"), "ETag", &text));
	assert_int_equal(text.len, 0);
	assert_false(xml_text(SLICE("<R><UploadId>2</UploadId>"), "UploadId", &text));
	assert_false(xml_text(SLICE("<R/>"), "UploadId", &text));
	buf_release(&text);
}

/* 10,000 parts hold 5 TiB, none is over S3's 5 GiB, and they never shrink. */
static void
part_sizes(void **state)
{
	uint64_t sum = 0;

	(void)state;
	assert_int_equal(s3_part_size(1), S3_PUT_MAX);
	for (int n = 1; n <= S3_PARTS_MAX; n++) {
		sum += s3_part_size(n);
		assert_true(s3_part_size(n) <= (uint64_t)5 << 30);
		assert_true(n == 1 || s3_part_size(n) >= s3_part_size(n - 1));
	}
	assert_true(sum >= (uint64_t)5 << 40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors),
		cmocka_unit_test(values),
		cmocka_unit_test(part_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The XML of S3's answers: pages as servers write them, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/s3.h"
#include "store/s3_upload.h"

#define HEAD                                                                                                           \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "                                                   \
	"xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
#define URL "<EncodingType>url</EncodingType>"
#define OBJECT(key)                                                                                                    \
	"<Contents><Key>" key "</Key><LastModified>2024-07-17T02:38:54.000Z</LastModified>"                                \
	"<ETag>&quot;9b2cf5&quot;</ETag><Size>1043211</Size><Owner><ID>Key</ID></Owner></Contents>"
#define TAIL "</ListBucketResult>"

static int
parse(const char *xml, struct s3_page *page, const char **why)
{
	*why = "";
	return s3_xml_page(slice_of_str(xml), page, why);
}

static void
assert_key(const struct s3_page *page, size_t i, const char *key)
{
	const struct s3_page_object *object = &page->objects[i];

	assert_int_equal(object->key_len, strlen(key));
	assert_memory_equal(page->text.data + object->key, key, strlen(key));
}

static void
page(void **state)
{
	struct s3_page page = {.text = BUF_INIT};
	const char *why;

	(void)state;
	assert_int_equal(parse(HEAD "<IsTruncated>true</IsTruncated><NextContinuationToken>a%20+b&amp;c</"
	                            "NextContinuationToken>" URL OBJECT("a%2Fb+c%2Bd%25") OBJECT("%E2%82%AC") TAIL,
	                       &page, &why),
	                 0);
	assert_int_equal(page.count, 2);
	assert_key(&page, 0, "a/b c+d%");
	assert_key(&page, 1, "\xe2\x82\xac");
	assert_int_equal(page.objects[0].size, 1043211);
	assert_int_equal(page.objects[0].modified, 1721183934);
	assert_int_equal(page.objects[0].etag_len, 6);
	assert_memory_equal(page.text.data + page.objects[0].etag, "9b2cf5", 6);
	assert_true(page.truncated);
	/* The token is opaque: only the XML is taken off. */
	assert_string_equal(buf_cstr(&page.token), "a%20+b&c");

	/* The next page into the same struct, without an encoding: keys are what they are. */
	assert_int_equal(parse(HEAD OBJECT("a+b%20&lt;") "<IsTruncated>false</IsTruncated>" TAIL, &page, &why), 0);
	assert_int_equal(page.count, 1);
	assert_key(&page, 0, "a+b%20<");
	assert_false(page.truncated);
	assert_int_equal(page.token.len, 0);

	/* The encoding may be said behind the keys; prefixes of names do not matter. */
	assert_int_equal(parse("<s:ListBucketResult "
	                       "xmlns:s=\"x\"><s:Contents><s:Key>%20%zz%2</s:Key><s:Size>0</s:Size></s:Contents>"
	                       "<s:EncodingType>url</s:EncodingType></s:ListBucketResult>",
	                       &page, &why),
	                 0);
	assert_key(&page, 0, " %zz%2");
	assert_int_equal(parse(HEAD TAIL, &page, &why), 0);
	assert_int_equal(page.count, 0);
	s3_page_release(&page);
}

/* Prefix, StartAfter and tokens come unencoded from some servers, with what XML cannot hold. */
static void
mended(void **state)
{
	struct s3_page page = {.text = BUF_INIT};
	const char *why;

	(void)state;
	assert_int_equal(parse(HEAD "<Prefix>a\x01</Prefix><NextContinuationToken>k&#x01;</NextContinuationToken>"
	                            "<IsTruncated>true</IsTruncated>" URL OBJECT("a%01b") TAIL,
	                       &page, &why),
	                 0);
	assert_key(&page, 0,
	           "a\x01"
	           "b");
	assert_true(page.truncated);
	assert_int_equal(page.token.len, 0); /* it may be damaged: not to be used */

	/* Where keys are not encoded, a damaged one would be another object's. */
	assert_int_equal(parse(HEAD OBJECT("a&#1;b") TAIL, &page, &why), -1);
	assert_int_equal(parse(HEAD OBJECT("a&#xfffe;b") URL TAIL, &page, &why), 0);
	s3_page_release(&page);
}

static void
refused(void **state)
{
	static const char *const cases[] = {
		"",
		"<",
		"not XML",
		HEAD OBJECT("a"), /* cut off */
		HEAD OBJECT("a") "</ListBucket",
		HEAD "<Contents><Size>1</Size></Contents>" TAIL, /* no key */
		HEAD "<Contents><Key>a</Key><Size>x</Size></Contents>" TAIL,
		HEAD "<Contents><Key>a</Key><Size>-1</Size></Contents>" TAIL,
		HEAD "<Contents><Key>a</Key><Size>99999999999999999999</Size></Contents>" TAIL,
		"<Error><Code>SlowDown</Code></Error>",
		"<html><body>ListBucketResult</body></html>",
		HEAD TAIL HEAD TAIL,
		"<!DOCTYPE x [<!ENTITY a "
		"\"aaaa\">]><ListBucketResult><Prefix>&a;</Prefix></ListBucketResult>",
		HEAD OBJECT("\xff\xfe") TAIL,
	};
	struct s3_page page = {.text = BUF_INIT};
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(cases[i], &page, &why), -1);
		assert_true(*why != '\0');
	}
	s3_page_release(&page);
}

static void
errors(void **state)
{
	struct s3_xml_error error = {.code = BUF_INIT};

	(void)state;
	assert_true(
		s3_xml_error(SLICE("<?xml version=\"1.0\"?><Error><Code>AuthorizationHeaderMalformed</Code><Message>the "
	                       "region "
	                       "'us-east-1' is "
	                       "wrong</Message><Region>eu-west-1</Region><RequestId>4F</RequestId></Error>"),
	                 &error));
	assert_string_equal(buf_cstr(&error.code), "AuthorizationHeaderMalformed");
	assert_string_equal(buf_cstr(&error.message), "the region 'us-east-1' is wrong");
	assert_string_equal(buf_cstr(&error.region), "eu-west-1");
	assert_string_equal(buf_cstr(&error.request_id), "4F");
	s3_xml_error_release(&error);

	/* Cut off, but not before it said what it is. */
	assert_true(s3_xml_error(SLICE("<Error><Code>SlowDown</Code><Mess"), &error));
	assert_string_equal(buf_cstr(&error.code), "SlowDown");
	s3_xml_error_release(&error);

	assert_false(s3_xml_error(SLICE(""), &error));
	assert_false(s3_xml_error(SLICE("<html><h1>503</h1></html>"), &error));
	assert_false(
		s3_xml_error(SLICE("<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>"), &error));
	s3_xml_error_release(&error);
}

static void
values(void **state)
{
	struct buf text = BUF_INIT;

	(void)state;
	assert_true(s3_xml_text(SLICE("<R><A>1</A><UploadId> 2~x </UploadId></R>"), "UploadId", &text));
	assert_string_equal(buf_cstr(&text), " 2~x ");
	assert_true(s3_xml_text(SLICE("<R><ETag/></R>"), "ETag", &text));
	assert_int_equal(text.len, 0);
	assert_false(s3_xml_text(SLICE("<R><UploadId>2</UploadId>"), "UploadId", &text));
	assert_false(s3_xml_text(SLICE("<R/>"), "UploadId", &text));
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
		cmocka_unit_test(page),   cmocka_unit_test(mended), cmocka_unit_test(refused),
		cmocka_unit_test(errors), cmocka_unit_test(values), cmocka_unit_test(part_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

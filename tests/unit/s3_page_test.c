/* Pages of a listing, as servers write them and as they should not, read both ways. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "s3/page.h"

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
	struct buf text = BUF_INIT;
	int result;

	*why = "";
	buf_append_str(&text, xml);
	result = s3_page_read(&text, page, why);
	buf_release(&text);
	return result;
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
	struct s3_page page = {0};
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
	struct s3_page page = {0};
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
	struct s3_page page = {0};
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(cases[i], &page, &why), -1);
		assert_true(*why != '\0');
	}
	s3_page_release(&page);
}

/* --- the quick reader --- */

/* Whether the two pages are one. */
static void
assert_same(const struct s3_page *a, const struct s3_page *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->truncated, b->truncated);
	assert_true(slice_equal(slice_of_buf(&a->token), slice_of_buf(&b->token)));
	for (size_t i = 0; i < a->count; i++) {
		const struct s3_page_object *x = &a->objects[i], *y = &b->objects[i];

		assert_true(
			slice_equal(slice_of(a->text.data + x->key, x->key_len), slice_of(b->text.data + y->key, y->key_len)));
		assert_true(
			slice_equal(slice_of(a->text.data + x->etag, x->etag_len), slice_of(b->text.data + y->etag, y->etag_len)));
		assert_true(slice_equal(slice_of(a->text.data + x->class, x->class_len),
		                        slice_of(b->text.data + y->class, y->class_len)));
		assert_int_equal(x->size, y->size);
		assert_int_equal(x->modified, y->modified);
	}
}

/* Whether the quick reader takes it; then expat has to read the same. */
static bool
scan(const char *xml, struct s3_page *page)
{
	struct buf text = BUF_INIT;
	struct s3_page other = {0};
	const char *why = "";
	bool taken;

	buf_append_str(&text, xml);
	taken = s3_page_scan(&text, page);
	if (taken) {
		assert_int_equal(s3_page_parse(slice_of_str(xml), &other, &why), 0);
		assert_same(page, &other);
	} else {
		assert_string_equal(buf_cstr(&text), xml);
	}
	s3_page_release(&other);
	buf_release(&text);
	return taken;
}

/* As AWS documents its answers, with what newer objects and requests add. */
static void
aws(void **state)
{
	struct s3_page page = {0};

	(void)state;
	assert_true(
		scan("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
	         "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>rl-data</Name><Prefix>raw/</Prefix>"
	         "<StartAfter>raw/0</StartAfter><NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/"
	         "wm36Hy4vbOwM=</NextContinuationToken><KeyCount>3</KeyCount><MaxKeys>3</MaxKeys>"
	         "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
	         "<Contents><Key>raw/a+b%2Bc%2F%E2%82%AC</Key><LastModified>2024-07-17T02:38:54.000Z</LastModified>"
	         "<ETag>&quot;70ee1738b6b21e2c8a43f3a5ab0eee71&quot;</ETag>"
	         "<ChecksumAlgorithm>CRC32</ChecksumAlgorithm><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>"
	         "<ChecksumType>FULL_OBJECT</ChecksumType><Size>1111</Size><StorageClass>STANDARD</StorageClass>"
	         "</Contents><Contents><Key>raw/b</Key><LastModified>2024-07-17T02:38:55.000Z</LastModified>"
	         "<ETag>&quot;0f-12&quot;</ETag><Size>0</Size><Owner><ID>75aa57f09aa0c8</ID>"
	         "<DisplayName>R&amp;D, O&apos;Neill \xc3\xbc</DisplayName></Owner><StorageClass>GLACIER</StorageClass>"
	         "<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>"
	         "2024-08-17T00:00:00.000Z</RestoreExpiryDate></RestoreStatus></Contents>"
	         "<CommonPrefixes><Prefix>raw/c/</Prefix></CommonPrefixes></ListBucketResult>",
	         &page));
	assert_int_equal(page.count, 2);
	assert_key(&page, 0, "raw/a b+c/\xe2\x82\xac");
	assert_int_equal(page.objects[0].size, 1111);
	assert_int_equal(page.objects[0].modified, 1721183934);
	assert_memory_equal(page.text.data + page.objects[1].etag, "0f-12", page.objects[1].etag_len);
	assert_true(page.truncated);
	assert_string_equal(buf_cstr(&page.token), "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=");
	s3_page_release(&page);
}

static void
radosgw(void **state)
{
	struct s3_page page = {0};

	(void)state;
	assert_true(scan("<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult "
	                 "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><EncodingType>url</EncodingType>"
	                 "<Name>listed</Name><Prefix>raw/</Prefix><MaxKeys>1000</MaxKeys><Delimiter>/</Delimiter>"
	                 "<IsTruncated>true</IsTruncated><Contents><Key>raw%2F1721183934.jsonl</Key><LastModified>"
	                 "2024-07-17T02:38:54.048Z</LastModified><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag>"
	                 "<Size>7</Size><StorageClass>STANDARD</StorageClass><Owner><ID>test</ID><DisplayName>test"
	                 "</DisplayName></Owner><Type>Normal</Type></Contents><NextContinuationToken>raw/1721183934.jsonl"
	                 "</NextContinuationToken><KeyCount>1</KeyCount></ListBucketResult>",
	                 &page));
	assert_int_equal(page.count, 1);
	assert_key(&page, 0, "raw/1721183934.jsonl");
	assert_int_equal(page.objects[0].size, 7);
	assert_int_equal(page.objects[0].etag_len, 32);
	assert_string_equal(buf_cstr(&page.token), "raw/1721183934.jsonl");

	/* The next into the same; nothing of the last is left. */
	assert_true(scan("<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult "
	                 "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><EncodingType>url</EncodingType>"
	                 "<Name>listed</Name><Prefix></Prefix><MaxKeys>2</MaxKeys><IsTruncated>false</IsTruncated>"
	                 "<KeyCount>0</KeyCount></ListBucketResult>",
	                 &page));
	assert_int_equal(page.count, 0);
	assert_int_equal(page.token.len, 0);
	assert_false(page.truncated);
	s3_page_release(&page);
}

/* Written by lxml: other quotes, in the etag too, and elements without content. */
static void
swift(void **state)
{
	struct s3_page page = {0};

	(void)state;
	assert_true(scan("<?xml version='1.0' encoding='UTF-8'?>\n<ListBucketResult "
	                 "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bbb</Name><Prefix/>"
	                 "<NextContinuationToken>csOkdy8yIGIuanNvbmw=</NextContinuationToken><KeyCount>2</KeyCount>"
	                 "<MaxKeys>2</MaxKeys><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
	                 "<Contents><Key>r%C3%A4w/2%20b.jsonl</Key><LastModified>2024-07-17T02:38:54.000Z</LastModified>"
	                 "<ETag>\"4588ff3797b78d819d858fa3bdd82b09\"</ETag><Size>8</Size><Owner><ID>test:tester</ID>"
	                 "<DisplayName>test:tester</DisplayName></Owner><StorageClass>STANDARD</StorageClass></Contents>"
	                 "</ListBucketResult>",
	                 &page));
	assert_key(&page, 0, "r\xc3\xa4w/2 b.jsonl");
	assert_int_equal(page.objects[0].etag_len, 32);
	s3_page_release(&page);
}

/* Go's encoder writes quotes by number; the encoding comes last. */
static void
minio(void **state)
{
	struct s3_page page = {0};

	(void)state;
	assert_true(scan("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
	                 "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name><Prefix></Prefix>"
	                 "<KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><Contents>"
	                 "<Key>a%2Bb</Key><LastModified>2024-07-17T02:38:54.123Z</LastModified>"
	                 "<ETag>&#34;9b2cf5&#34;</ETag><Size>12</Size><Owner><ID></ID><DisplayName></DisplayName></Owner>"
	                 "<StorageClass>STANDARD</StorageClass></Contents><EncodingType>url</EncodingType>"
	                 "</ListBucketResult>\n",
	                 &page));
	assert_key(&page, 0, "a+b");
	assert_memory_equal(page.text.data + page.objects[0].etag, "9b2cf5", page.objects[0].etag_len);
	s3_page_release(&page);
}

/* Small things that are taken, with what is next to them and is not. */
static void
scanned_or_not(void **state)
{
	static const struct {
		bool taken;
		const char *xml;
	} cases[] = {
		{true, "<ListBucketResult></ListBucketResult>"},
		{true, "<ListBucketResult xmlns='x'>" OBJECT("a") TAIL "\n\n"},
		{true, HEAD "<Contents><Key></Key></Contents>" TAIL},
		{true, HEAD "<Contents><ETag>x</ETag><Key>a+b%20</Key></Contents>" TAIL},
		{true, HEAD "<Contents><Key>a</Key><LastModified>yesterday</LastModified></Contents>" TAIL},
		{true, HEAD "<Contents><Key>a</Key><ETag>&quot;a&#34;</ETag></Contents>" TAIL},
		{true, HEAD "<Contents><Key>a</Key><ETag>&quot;&quot;</ETag></Contents>" TAIL},
		{true, HEAD "<Contents><Key>a</Key><ETag>\"</ETag></Contents>" TAIL},
		{true, HEAD "<Contents><Key>a\x7f'\"]]</Key></Contents>" TAIL},
		{true, HEAD "<Owner/><Owner></Owner><Owner><ID/></Owner>" TAIL},
		{true, HEAD "<Prefix>\xf0\x9f\x99\x82 &lt;&gt;&amp;&quot;&apos;</Prefix>" TAIL},
		{true, HEAD "<IsTruncated>1</IsTruncated><EncodingType>none</EncodingType>" OBJECT("%41") TAIL},
		/* white space, declarations, attributes, name spaces */
		{false, "\n" HEAD TAIL},
		{false, "\xef\xbb\xbf" HEAD TAIL},
		{false, "<?xml version=\"1.1\" encoding=\"UTF-8\"?><ListBucketResult></ListBucketResult>"},
		{false, "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><ListBucketResult></ListBucketResult>"},
		{false, "<?xml version=\"1.0\" encoding=\"UTF-8\"?> <ListBucketResult></ListBucketResult>"},
		{false, "<ListBucketResult xmlns=\"x\" a=\"b\"></ListBucketResult>"},
		{false, "<ListBucketResult xmlns=\"&amp;\"></ListBucketResult>"},
		{false, "<ListBucketResult a=\"b\"></ListBucketResult>"},
		{false, "<ListBucketResult/>"},
		{false, "<s:ListBucketResult></s:ListBucketResult>"},
		{false, HEAD "\n" TAIL},
		{false, HEAD "text" TAIL},
		{false, HEAD "<Contents>\n<Key>a</Key></Contents>" TAIL},
		{false, HEAD "<Contents><Key>a</Key ></Contents>" TAIL},
		{false, HEAD "<Contents><Key >a</Key></Contents>" TAIL},
		{false, HEAD "<Contents><Key a=\"b\">a</Key></Contents>" TAIL},
		{false, HEAD "<Prefix a=\"b\"/>" TAIL},
		{false, HEAD "<s:Prefix></s:Prefix>" TAIL},
		{false, HEAD "<Prefix />" TAIL},
		/* what XML has besides elements */
		{false, "<!DOCTYPE x><ListBucketResult></ListBucketResult>"},
		{false, HEAD "<!-- a -->" TAIL},
		{false, HEAD "<?a b?>" TAIL},
		{false, HEAD TAIL "<!-- a -->"},
		{false, HEAD "<Prefix><![CDATA[a]]></Prefix>" TAIL},
		{false, HEAD "<Contents><Key><![CDATA[a]]></Key></Contents>" TAIL},
		{false, HEAD "<Prefix>]]></Prefix>" TAIL},
		{false, HEAD "<Prefix>&#65;</Prefix>" TAIL},
		{false, HEAD "<Prefix>&unknown;</Prefix>" TAIL},
		{false, HEAD "<Prefix>& b</Prefix>" TAIL},
		{false, HEAD OBJECT("a&amp;b") TAIL},
		{false, HEAD "<NextContinuationToken>a&amp;b</NextContinuationToken>" TAIL},
		{false, HEAD "<Contents><Key>a</Key><ETag>&quot;a</ETag></Contents>" TAIL},
		{false, HEAD "<Contents><Key>a</Key><ETag>&quot;a&amp;&quot;</ETag></Contents>" TAIL},
		{false, HEAD "<Contents><Key>a</Key><ETag>&#39;a&#39;</ETag></Contents>" TAIL},
		/* bytes */
		{false, HEAD OBJECT("a\tb") TAIL},
		{false, HEAD OBJECT("a\nb") TAIL},
		{false, HEAD OBJECT("a\x01") TAIL},
		{false, HEAD OBJECT("\xc3\xbc") TAIL},
		{false, HEAD "<Prefix>a\rb</Prefix>" TAIL},
		{false, HEAD "<Prefix>\xff</Prefix>" TAIL},
		{false, HEAD "<Prefix>\xc0\xaf</Prefix>" TAIL},
		{false, HEAD "<Prefix>\xed\xa0\x80</Prefix>" TAIL},
		{false, HEAD "<Prefix>\xef\xbf\xbf</Prefix>" TAIL},
		{false, HEAD "<Prefix>\xe2\x82</Prefix>" TAIL},
		/* twice, missing, elsewhere, deeper */
		{false, HEAD "<Contents><Key>a</Key><Key>b</Key></Contents>" TAIL},
		{false, HEAD "<Contents><Key>a</Key><Size>1</Size><Size>2</Size></Contents>" TAIL},
		{false, HEAD "<Contents><Key>a</Key><ETag>1</ETag><ETag>2</ETag></Contents>" TAIL},
		{false, HEAD "<IsTruncated>true</IsTruncated><IsTruncated>false</IsTruncated>" TAIL},
		{false, HEAD URL URL TAIL},
		{false, HEAD "<NextContinuationToken>a</NextContinuationToken><NextContinuationToken/>" TAIL},
		{false, HEAD "<Contents></Contents>" TAIL},
		{false, HEAD "<Contents/>" TAIL},
		{false, HEAD "<Contents><Key/></Contents>" TAIL},
		{false, HEAD "<Contents><Key><Key>a</Key></Key></Contents>" TAIL},
		{false, HEAD "<Contents><Key>a</Key><Size></Size></Contents>" TAIL},
		{false, HEAD "<Contents><Key>a</Key><Size>1 </Size></Contents>" TAIL},
		{false, HEAD "<Key>a</Key>" TAIL},
		{false, HEAD "<Contents><Key>a</Key><Contents></Contents></Contents>" TAIL},
		{false, HEAD "<Owner><Key>a</Key></Owner>" TAIL},
		{false, HEAD "<Owner><ID><ID>a</ID></ID></Owner>" TAIL},
		{false, HEAD "<Owner>a<ID>a</ID></Owner>" TAIL},
		{false, HEAD "<Owner><ID>a</ID>a</Owner>" TAIL},
		{false, HEAD "<ListBucketResult></ListBucketResult>" TAIL},
		/* not whole, or not this */
		{false, ""},
		{false, HEAD},
		{false, HEAD OBJECT("a")},
		{false, HEAD "<Contents><Key>a</Key>"},
		{false, HEAD "<Prefix>a</Suffix>" TAIL},
		{false, HEAD "<Prefix>a</Prefi>" TAIL},
		{false, HEAD TAIL HEAD TAIL},
		{false, HEAD TAIL "x"},
		{false, "<Error><Code>SlowDown</Code></Error>"},
		{false, "<ListBucketResult></ListBucket"},
	};
	struct s3_page page = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (scan(cases[i].xml, &page) != cases[i].taken)
			fail_msg("%s", cases[i].xml);
	}
	s3_page_release(&page);
}

/* A page that is cut anywhere, or that has one byte changed, is either left alone or what expat makes of it. */
static void
scanned_like_parsed(void **state)
{
	static const char xml[] = HEAD URL "<Prefix>a/</Prefix>" OBJECT("a%2Fb+c") "<IsTruncated>true</IsTruncated>" TAIL;
	static const char bytes[] = "<>&;\"'/ a%+0]\n\x01\x7f\x80\xc3";
	struct s3_page page = {0};
	char text[sizeof(xml)];
	int taken = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(xml) - 1; i++) {
		memcpy(text, xml, sizeof(xml));
		text[i] = '\0';
		assert_false(scan(text, &page));
		for (const char *byte = bytes; *byte != '\0'; byte++) {
			text[i] = *byte;
			taken += scan(text, &page);
		}
	}
	assert_true(taken > 100);

	/* A NUL is no end. */
	{
		static const char with_nul[] = HEAD TAIL "\0" TAIL;
		struct buf whole = BUF_INIT;

		buf_append(&whole, with_nul, sizeof(with_nul) - 1);
		assert_false(s3_page_scan(&whole, &page));
		buf_release(&whole);
	}
	s3_page_release(&page);
}

/* From the front, a byte at a time. */
static size_t
decode_simply(const char *text, size_t len, char *to)
{
	size_t n = 0;
	unsigned byte;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '%' && i + 2 < len && isxdigit((unsigned char)text[i + 1]) &&
		    isxdigit((unsigned char)text[i + 2]) && sscanf(text + i + 1, "%2x", &byte) == 1) {
			to[n++] = (char)byte;
			i += 2;
		} else {
			to[n++] = text[i] == '+' ? ' ' : text[i];
		}
	}
	return n;
}

static void
decoded(void **state)
{
	static const char bytes[] = "%%%+2fFg0aaaaaaaaaaaa";
	uint64_t random = 1;
	char wanted[64];

	(void)state;
	for (int round = 0; round < 100000; round++) {
		size_t len = (size_t)round % 40, wanted_len;
		struct s3_page page = {0};

		for (size_t i = 0; i < len; i++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			buf_append_byte(&page.text, bytes[(random >> 33) % (sizeof(bytes) - 1)]);
		}
		wanted_len = decode_simply(buf_cstr(&page.text), len, wanted);
		s3_page_add(&page)->key_len = (uint32_t)len;
		s3_page_decode(&page);
		assert_int_equal(page.objects[0].key_len, wanted_len);
		assert_memory_equal(page.text.data + page.objects[0].key, wanted, wanted_len);
		s3_page_release(&page);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page),    cmocka_unit_test(mended),         cmocka_unit_test(refused),
		cmocka_unit_test(aws),     cmocka_unit_test(radosgw),        cmocka_unit_test(swift),
		cmocka_unit_test(minio),   cmocka_unit_test(scanned_or_not), cmocka_unit_test(scanned_like_parsed),
		cmocka_unit_test(decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Where buckets live: endpoints as people write them, AWS's hosts, regions that are learnt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "aws/endpoint.h"
#include "http/url.h"
#include "s3/s3.h"

/* The bucket is "pail". */
static void
redirects(void **state)
{
	static const struct {
		const char *from, *to;
		bool fits, in_host;
	} cases[] = {
		{"http://s3.example:9000", "http://s3.example:9000", true, false},
		{"http://s3.example:9000", "http://pail.s3.example:9000", true, true},
		{"http://pail.s3.example:9000", "http://s3.example:9000", true, false},
		{"http://s3.example", "https://s3.example", true, false},
		{"http://s3.example:9000", "https://s3.example:9443", true, false},
		{"http://s3.example", "http://s3.example:80", true, false},
		{"http://[::1]:9000", "http://[::1]:9000", true, false},
		{"https://s3.example", "http://s3.example", false, false},
		{"http://s3.example:9000", "http://s3.example:9001", false, false},
		{"http://s3.example", "http://bucket.s3.example", false, false},
		{"http://s3.example", "http://s3.example.evil", false, false},
		{"http://s3.example", "http://evil.example", false, false},
		{"http://s3.example", "http://evils3.example", false, false},
		{"http://[::1]:9000", "http://[::2]:9000", false, false},
		{"http://127.0.0.1:9000", "http://127.0.0.2:9000", false, false},
		{"http://s3.example", "https://pail.s3.us-west-2.amazonaws.com", false, false},
		/* AWS's own */
		{"https://pail.s3.us-east-1.amazonaws.com", "https://pail.s3.us-west-2.amazonaws.com", true, true},
		{"https://pail.s3.us-east-1.amazonaws.com", "https://s3.us-west-2.amazonaws.com", true, false},
		{"https://s3.us-east-1.amazonaws.com", "https://pail.s3-us-west-2.amazonaws.com", true, true},
		{"https://s3.amazonaws.com", "https://pail.s3.dualstack.eu-west-1.amazonaws.com", true, true},
		{"https://s3.amazonaws.com", "https://s3-fips.us-gov-west-1.amazonaws.com", true, false},
		{"https://pail.s3.cn-north-1.amazonaws.com.cn", "https://pail.s3.cn-northwest-1.amazonaws.com.cn", true, true},
		/* other people's there */
		{"https://pail.s3.us-east-1.amazonaws.com", "https://evil.s3.us-west-2.amazonaws.com", false, false},
		{"https://pail.s3.us-east-1.amazonaws.com", "https://s3-evil.s3.amazonaws.com", false, false},
		{"https://pail.s3.us-east-1.amazonaws.com", "https://s3.evil.amazonaws.com", false, false},
		{"https://pail.s3.us-east-1.amazonaws.com", "https://x.execute-api.us-east-1.amazonaws.com", false, false},
		{"https://pail.s3.us-east-1.amazonaws.com", "https://pail.s3-website-us-east-1.amazonaws.com", false, false},
		{"https://pail.s3.us-east-1.amazonaws.com", "https://pail.s3.cn-north-1.amazonaws.com.cn", false, false},
		{"https://pail.s3.us-east-1.amazonaws.com", "https://s3.us-east-1.amazonaws.com:8443", false, false},
		{"https://pail.s3.us-east-1.amazonaws.com", "http://pail.s3.us-west-2.amazonaws.com", false, false},
		{"https://pail.s3.us-east-1.amazonaws.com", "https://pail.s3.us-west-2.amazonaws.com.evil", false, false},
		{"https://pail.s3.us-east-1.amazonaws.com", "https://amazonaws.com", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool in_host;
		bool fits = s3_redirect_fits(cases[i].from, "pail", cases[i].to, &in_host);

		if (fits != cases[i].fits || (fits && in_host != cases[i].in_host))
			fail_msg("%s to %s: %d, bucket in the host: %d", cases[i].from, cases[i].to, fits, in_host);
	}
}

static void
endpoints(void **state)
{
	static const struct {
		const char *text, *parsed, *host; /* parsed NULL: refused */
	} cases[] = {
		{"http://127.0.0.1:9000", "http://127.0.0.1:9000", "127.0.0.1:9000"},
		{"HTTPS://Minio.Example:443//", "https://minio.example:443", "minio.example"},
		{"http://h:80/base/", "http://h:80/base", "h"},
		{"https://h:80", "https://h:80", "h:80"},
		{"http://[::1]:8080", "http://[::1]:8080", "[::1]:8080"},
		{"http://[::1]", "http://[::1]", "[::1]"},
		{"ftp://h", NULL, NULL},
		{"h:9000", NULL, NULL},
		{"http://", NULL, NULL},
		{"http:///x", NULL, NULL},
		{"http://:80", NULL, NULL},
		{"http://h:0", NULL, NULL},
		{"http://h:99999", NULL, NULL},
		{"http://h:x", NULL, NULL},
		{"http://user:pass@h", NULL, NULL},
		{"http://h?x", NULL, NULL},
		{"http://h/\n", NULL, NULL},
		{"http://h\xc3\xa4", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		struct buf host = BUF_INIT;
		char *parsed = endpoint_parse(cases[i].text, "here", &err);

		if (cases[i].parsed == NULL) {
			assert_null(parsed);
			assert_int_equal(err.kind, ERR_USAGE);
			continue;
		}
		assert_non_null(parsed);
		assert_string_equal(parsed, cases[i].parsed);
		url_host_header(parsed, &host);
		assert_string_equal(buf_cstr(&host), cases[i].host);
		buf_release(&host);
		free(parsed);
	}
}

static void
assert_place(struct s3 *s3, const char *name, const char *origin, const char *path)
{
	struct s3_bucket *bucket = s3_bucket_find(s3, name);

	assert_string_equal(bucket->origin, origin);
	assert_string_equal(bucket->path, path);
	assert_ptr_equal(s3_bucket_find(s3, name), bucket);
}

static void
places(void **state)
{
	char region[] = "eu-west-1", china[] = "cn-north-1", own[] = "http://127.0.0.1:9000", base[] = "https://h/s3/base";
	struct s3 aws = {.region = region};
	struct s3 aws_china = {.region = china};
	struct s3 custom = {.region = region, .endpoint = own};
	struct s3 deep = {.region = region, .endpoint = base};

	(void)state;
	assert_place(&aws, "rl-data", "https://rl-data.s3.eu-west-1.amazonaws.com", "");
	/* No certificate fits a name with dots, and no host has capitals. */
	assert_place(&aws, "rl.data", "https://s3.eu-west-1.amazonaws.com", "/rl.data");
	assert_place(&aws, "Rl_Data", "https://s3.eu-west-1.amazonaws.com", "/Rl_Data");
	assert_place(&aws_china, "rl-data", "https://rl-data.s3.cn-north-1.amazonaws.com.cn", "");
	assert_place(&custom, "rl-data", "http://127.0.0.1:9000", "/rl-data");
	assert_place(&custom, "a b", "http://127.0.0.1:9000", "/a%20b");
	assert_place(&deep, "rl-data", "https://h", "/s3/base/rl-data");
	s3_buckets_free(&aws);
	s3_buckets_free(&aws_china);
	s3_buckets_free(&custom);
	s3_buckets_free(&deep);
}

static void
moves(void **state)
{
	char region[] = "us-east-1", own[] = "http://h";
	struct s3 aws = {.region = region};
	struct s3 custom = {.region = region, .endpoint = own};
	struct s3_bucket *bucket = s3_bucket_find(&aws, "rl-data");

	(void)state;
	assert_true(s3_bucket_move(&aws, bucket, SLICE("eu-central-1")));
	assert_string_equal(bucket->origin, "https://rl-data.s3.eu-central-1.amazonaws.com");
	assert_false(s3_bucket_move(&aws, bucket, SLICE("eu-central-1")));
	/* What a server says becomes part of a host name: nothing that leads elsewhere. */
	assert_false(s3_bucket_move(&aws, bucket, SLICE("")));
	assert_false(s3_bucket_move(&aws, bucket, SLICE("evil.example/")));
	assert_false(s3_bucket_move(&aws, bucket, SLICE("x@evil")));
	assert_false(s3_bucket_move(&aws, bucket, slice_of("a\0b", 3)));
	assert_string_equal(bucket->region, "eu-central-1");

	bucket = s3_bucket_find(&custom, "rl-data");
	assert_true(s3_bucket_move(&custom, bucket, SLICE("eu-central-1")));
	assert_string_equal(bucket->origin, "http://h");
	assert_string_equal(bucket->region, "eu-central-1");
	s3_buckets_free(&aws);
	s3_buckets_free(&custom);
}

static void
names(void **state)
{
	(void)state;
	assert_true(s3_bucket_name_ok("rl-data"));
	assert_false(s3_bucket_name_ok(""));
	assert_false(s3_bucket_name_ok("a/b"));
	assert_false(s3_bucket_name_ok(".."));
	assert_false(s3_bucket_name_ok("a?b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(redirects), cmocka_unit_test(endpoints), cmocka_unit_test(places),
		cmocka_unit_test(moves),     cmocka_unit_test(names),
	};

	log_init("s3_url_test");
	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Which server is meant: the table of the forms of endpoints, and whose setting holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "aws/endpoint.h"
#include "aws/identity.h"

static void
servers(void **state)
{
	/* Of the same name are the same server; "" is refused; what is not AWS's is custom. */
	static const struct {
		const char *endpoint, *region, *server;
	} cases[] = {
		/* none is set: the partition of the region */
		{NULL, "us-east-1", "aws"},
		{NULL, "eu-west-1", "aws"},
		{NULL, "cn-north-1", "aws-cn"},
		{NULL, "us-gov-west-1", "aws-us-gov"},
		{NULL, "us-isob-east-1", "aws-iso-b"},
		/* AWS's own in all their forms, whatever the region is set to */
		{"https://s3.amazonaws.com", "cn-north-1", "aws"},
		{"https://s3.amazonaws.com/", "", "aws"},
		{"https://s3.amazonaws.com:443", "", "aws"},
		{"http://s3.amazonaws.com", "", "aws"},
		{"HTTPS://S3.US-East-1.AmazonAWS.com", "", "aws"},
		{"https://s3.us-east-1.amazonaws.com.", "", "aws"},
		{"https://s3-us-west-2.amazonaws.com", "", "aws"},
		{"https://s3.dualstack.eu-west-1.amazonaws.com", "", "aws"},
		{"https://s3-fips.us-east-2.amazonaws.com", "", "aws"},
		{"https://s3-fips.dualstack.us-east-2.amazonaws.com", "", "aws"},
		{"https://s3-accelerate.amazonaws.com", "", "aws"},
		{"https://s3-accelerate.dualstack.amazonaws.com", "", "aws"},
		{"https://rl-data.s3.us-east-1.amazonaws.com", "", "aws"},
		{"https://rl.data.s3.amazonaws.com", "", "aws"},
		{"https://rl-data.s3-accelerate.amazonaws.com", "", "aws"},
		{"https://bucket.vpce-0a1b-2c3d.s3.us-east-1.vpce.amazonaws.com", "", "aws"},
		{"https://s3.cn-north-1.amazonaws.com.cn", "", "aws-cn"},
		{"https://rl-data.s3.cn-northwest-1.amazonaws.com.cn", "us-east-1", "aws-cn"},
		{"https://s3.us-gov-west-1.amazonaws.com", "", "aws-us-gov"},
		{"https://s3-fips.us-gov-east-1.amazonaws.com", "", "aws-us-gov"},
		{"https://s3-us-gov-west-1.amazonaws.com", "", "aws-us-gov"},
		{"https://s3-fips-us-gov-west-1.amazonaws.com", "", "aws-us-gov"},
		{"https://s3.us-iso-east-1.c2s.ic.gov", "", "aws-iso"},
		/* look like AWS's, and are not */
		{"https://s3.us-east-1.amazonaws.com:8443", "", "https://s3.us-east-1.amazonaws.com:8443"},
		{"http://s3.us-east-1.amazonaws.com:443", "", "http://s3.us-east-1.amazonaws.com:443"},
		{"https://s3.us-east-1.amazonaws.com.example", "", "https://s3.us-east-1.amazonaws.com.example"},
		{"https://x.execute-api.us-east-1.amazonaws.com", "", "https://x.execute-api.us-east-1.amazonaws.com"},
		{"https://b.s3-website-us-east-1.amazonaws.com", "", "https://b.s3-website-us-east-1.amazonaws.com"},
		{"https://a-1.s3-accesspoint.us-east-1.amazonaws.com", "",
	     "https://a-1.s3-accesspoint.us-east-1.amazonaws.com"},
		{"https://amazonaws.com", "", "https://amazonaws.com"},
		{"https://s3.aws.example", "", "https://s3.aws.example"},
		/* other servers */
		{"http://minio.example:9000", "", "http://minio.example:9000"},
		{"http://minio.example:9000/", "", "http://minio.example:9000"},
		{"HTTP://MinIO.Example:9000//", "", "http://minio.example:9000"},
		{"http://minio.example.:9000", "", "http://minio.example:9000"},
		{"http://minio.example:9001", "", "http://minio.example:9001"},
		{"https://minio.example:443", "", "https://minio.example"},
		{"https://minio.example", "", "https://minio.example"},
		{"http://minio.example:80", "", "http://minio.example"},
		{"http://minio.example:443", "", "http://minio.example:443"},
		{"https://gate.example/Tenant/s3/", "", "https://gate.example/Tenant/s3"},
		{"https://gate.example/a|b{c}d%20", "", "https://gate.example/a%7cb%7bc%7dd%2520"},
		{"http://[::1]:9000", "", "http://[::1]:9000"},
		{"http://[0:0:0:0:0:0:0:1]:9000", "", "http://[::1]:9000"},
		{"http://[2001:DB8:0::7]", "", "http://[2001:db8::7]"},
		/* refused */
		{"http://user:geheim@minio.example", "", ""},
		{"ftp://minio.example", "", ""},
		{"minio.example", "", ""},
		{"file:relative", "", ""},
		{"file:///there/is/no/such/folder", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		struct buf text = BUF_INIT;
		bool custom;
		int result = identity_append_server(&text, cases[i].endpoint, "here", cases[i].region, &custom, &err);

		if (result < 0) {
			if (*cases[i].server != '\0' || err.kind != ERR_USAGE || strstr(ERR_TEXT(&err), "geheim") != NULL)
				fail_msg("%s: %s", cases[i].endpoint, ERR_TEXT(&err));
		} else if (strcmp(buf_cstr(&text), cases[i].server) != 0 ||
		           custom != (strncmp(cases[i].server, "aws", 3) != 0)) {
			fail_msg("%s: %s, custom: %d", cases[i].endpoint, buf_cstr(&text), custom);
		}
		buf_release(&text);
	}
}

/* All ways to write a folder are one server, and no name of a folder forges another. */
static void
folders(void **state)
{
	/* in front of FOLDER, behind it, and what the server ends in */
	static const char *const cases[][3] = {
		{"file://", "", ""},           {"file:", "", ""},
		{"file://localhost", "", ""},  {"file://", "/", ""},
		{"file://", "/real/..", ""},   {"file://", "/real", "/real"},
		{"file://", "/link", "/real"}, {"file://", "/a|b >c", "/a%7cb%20%3ec"},
	};
	char folder[] = "/tmp/identity-test-XXXXXX";
	char *top;

	(void)state;
	assert_non_null(mkdtemp(folder));
	top = realpath(folder, NULL);
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkdir("real", 0700) | mkdir("a|b >c", 0700) | symlink("real", "link"), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		struct buf endpoint = BUF_INIT, wanted = BUF_INIT, text = BUF_INIT;
		bool custom = false;

		buf_printf(&endpoint, "%s%s%s", cases[i][0], folder, cases[i][1]);
		buf_printf(&wanted, "file://%s%s", top, cases[i][2]);
		assert_int_equal(identity_append_server(&text, buf_cstr(&endpoint), "here", "", &custom, &err), 0);
		assert_string_equal(buf_cstr(&text), buf_cstr(&wanted));
		assert_true(custom);
		buf_release(&endpoint);
		buf_release(&wanted);
		buf_release(&text);
	}
	assert_int_equal(rmdir("real") | rmdir("a|b >c") | unlink("link") | chdir("/") | rmdir(folder), 0);
	free(top);
}

/* Buckets and prefixes, with what would make two places look alike. */
static void
places(void **state)
{
	static const char *const cases[][5] = {
		{"rl-data", "raw/", "rl-data", "mod/", "http://h|rl-data/raw/>http://h|rl-data/mod/"},
		{"a/b", "c/", "x", "", "http://h|a%2fb/c/>http://h|x/"},
		{"a", "b/c/", "x", "", "http://h|a/b/c/>http://h|x/"},
		{"a", "b>{c}% \xc3\xa9", "x|y", "z|", "http://h|a/b%3e%7bc%7d%25%20%c3%a9>http://h|x%7cy/z%7c"},
	};
	static const char *const names[] = {"input_bucket", "raw_prefix", "output_bucket", "mod_prefix"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct settings *settings = settings_new();
		struct identity identity;
		struct err err = ERR_INIT;

		assert_int_equal(settings_set_flag(settings, "endpoint_url", "HTTP://H:80/", &err), 0);
		for (size_t j = 0; j < 4; j++)
			assert_int_equal(settings_set_flag(settings, names[j], cases[i][j], &err), 0);
		assert_int_equal(identity_find(settings, &identity, &err), 0);
		assert_string_equal(identity.text, cases[i][4]);
		assert_true(identity.custom);
		/* as ever, so that an older version's key is found */
		if (i == 0)
			assert_string_equal(identity.older, "rl-data/raw/>rl-data/mod/");
		if (i == 1)
			assert_string_equal(identity.older, "a%2fb/c/>x/");
		assert_string_equal(identity.servers, "http://h>http://h");
		identity_release(&identity);
		settings_free(settings);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(servers), cmocka_unit_test(folders), cmocka_unit_test(places)};

	log_init("identity_test");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

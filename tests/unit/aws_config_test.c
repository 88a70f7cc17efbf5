/*
 * AWS's profile files. With arguments it is a tool for tests/aws_config_compare.py:
 *
 *   aws_config_test config|credentials FILE      prints [[kind,section,nest,key,value],...]; exit 2 where it
 * is refused
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/io.h"
#include "json/json.h"
#include "aws/config.h"

static struct aws_config *
read_both(const char *config_text, const char *credentials_text)
{
	struct aws_config *config = aws_config_new();
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	buf_append_str(&text, config_text);
	assert_int_equal(aws_config_parse(config, AWS_CONFIG_FILE, "config", &text, &err), 0);
	buf_append_str(&text, credentials_text);
	assert_int_equal(aws_config_parse(config, AWS_CREDENTIALS_FILE, "credentials", &text, &err), 0);
	return config;
}

static void
check(const char *config_text, const char *credentials_text, const char *profile, const char *key, const char *expected)
{
	struct aws_config *config = read_both(config_text, credentials_text);
	const char *value = aws_config_get(config, profile, key);

	if (expected)
		assert_string_equal(value, expected);
	else
		assert_null(value);
	aws_config_free(config);
}

static void
check_refused(struct slice content, const char *expected)
{
	struct aws_config *config = aws_config_new();
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	buf_append_slice(&text, content);
	assert_int_equal(aws_config_parse(config, AWS_CONFIG_FILE, "config", &text, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_string_equal(ERR_TEXT(&err), expected);
	aws_config_free(config);
}

static void
test_values(void **state)
{
	(void)state;
	check("[profile a]\nregion = x\n", "", "a", "region", "x");
	check("[profile a]\nRegion=x", "", "a", "region", "x");
	check("[profile a]\r\nregion = x\r\n", "", "a", "region", "x");
	check("\xEF\xBB\xBF[profile a]\nregion = x\n", "", "a", "region", "x");
	check("[profile a]\nregion = x # y\n", "", "a", "region", "x");
	check("[profile a]\nregion = x\t; y # z\n", "", "a", "region", "x");
	check("[profile a]\nregion = x#y;z\n", "", "a", "region", "x#y;z");
	check("[profile a]\nregion = # nothing\n", "", "a", "region", NULL);
	check("[profile a]\nregion =\n", "", "a", "region", NULL);
	check("[profile a]\nk = one\n  two # three\n", "", "a", "k", "one\ntwo # three");
	check("[profile a]\nk = one # c\n\n  two\n", "", "a", "k", "one\ntwo");
	check("  [profile a]\n    k = one\n    l = two\n", "", "a", "l", "two");
	check("[profile a]\nk = v\n", "", "A", "k", NULL);
	check("[profile a]\nk = v\n", "", "b", "k", NULL);
}

static void
test_profiles(void **state)
{
	(void)state;
	check("[profile a]\nk = 1\n[profile b]\nk = 2\n[profile a]\nl = 3\n", "", "a", "k", "1");
	check("[profile a]\nk = 1\n[profile a]\nK = 2\n", "", "a", "k", "2");
	check("[profile \"a b\"]\nk = 1\n", "", "a b", "k", "1");
	check("[profile 'a']\nk = 1\n", "", "a", "k", "1");
	check("[ profile\ta ]\nk = 1\n", "", "a", "k", "1");
	check("[a]\nk = 1\n", "", "a", "k", NULL);
	check("[default]\nk = 1\n", "", "default", "k", "1");
	check("[default]\nk = 1\n[profile default]\nl = 2\n", "", "default", "k", NULL);
	check("[profile default]\nl = 2\n[default]\nl = 1\n", "", "default", "l", "2");
	/* The credentials file goes first, key by key. */
	check("[profile a]\nk = 1\nl = 2\n", "[a]\nk = 3\n", "a", "k", "3");
	check("[profile a]\nk = 1\nl = 2\n", "[a]\nk = 3\n", "a", "l", "2");
	check("", "[profile a]\nk = 3\n", "a", "k", NULL);
	check("[profile default]\nl = 2\n", "[default]\nk = 3\n", "default", "k", "3");
}

static void
test_nests(void **state)
{
	const char *text = "[profile a]\ns3 =\n  Addressing_Style = path ; c\n\n  # c\n  x = y = z\nregion = r\n";

	(void)state;
	check(text, "", "a", "s3.addressing_style", "path");
	check(text, "", "a", "s3.x", "y = z");
	check(text, "", "a", "s3", NULL);
	check(text, "", "a", "addressing_style", NULL);
	check(text, "", "a", "region", "r");
	/* A later value takes the place of the whole nest. */
	check("[profile a]\nn =\n  k = 1\nn = 2\n", "", "a", "n.k", NULL);
	check("[profile a]\nn =\n  k = 1\nn =\n  l = 2\n", "", "a", "n.k", NULL);
	check("[profile a]\nn =\n  k = 1\nn =\n  l = 2\n", "", "a", "n.l", "2");
	check("[profile a]\nn =\n  k = 1\n", "[a]\nn =\n  l = 2\n", "a", "n.k", NULL);
}

static void
test_refused(void **state)
{
	(void)state;
	check_refused(SLICE("k = v\n"), "config:1: a line before the first [section]");
	check_refused(SLICE("[a\n"), "config:1: a section starts with [ and does not end with ]");
	check_refused(SLICE("[]\n"), "config:1: a section without a name");
	check_refused(SLICE("[profile a]\n\n# c\nsecret\n"), "config:4: neither a section, nor key = value");
	check_refused(SLICE("[profile a]\r\nk = v\r\n = v\r\nsecret\r\n"), "config:4: neither a section, nor key = value");
	check_refused(SLICE("[profile a]\n= secret\n"), "config:2: a value without a key");
	check_refused(SLICE("[profile a]\n  secret\n"), "config:2: neither a section, nor key = value");
	check_refused(SLICE("[profile a]\nk =\n  secret\n"),
	              "config:3: an indented line under a key without a value is not key = value");
	check_refused(SLICE("[profile a]\nk = a\0b\n"), "config:2: a NUL byte");
	/* Sections that do not matter are still held to the grammar. */
	check_refused(SLICE("[preview]\nsecret\n"), "config:2: neither a section, nor key = value");
}

static void
test_endpoints(void **state)
{
	struct aws_config *config = read_both("[profile a]\nendpoint_url = http://all\nservices = s\n"
	                                      "[services s]\ns3 =\n  endpoint_url = http://s3\n"
	                                      "[profile b]\nendpoint_url = http://all\nservices = none\n"
	                                      "[profile c]\nendpoint_url = http://all\n"
	                                      "ignore_configured_endpoint_urls = true\n",
	                                      "");
	struct settings *settings = settings_new();

	(void)state;
	assert_string_equal(aws_config_endpoint(config, settings, "a", "s3"), "http://s3");
	assert_string_equal(aws_config_endpoint(config, settings, "a", "sts"), "http://all");
	assert_string_equal(aws_config_endpoint(config, settings, "b", "s3"), "http://all");
	assert_null(aws_config_endpoint(config, settings, "c", "s3"));
	setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", 1);
	assert_null(aws_config_endpoint(config, settings, "a", "s3"));
	unsetenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
	settings_free(settings);
	aws_config_free(config);
}

static void
test_origin(void **state)
{
	struct aws_config *config = read_both("[profile a]\nk = 1\nl = 2\n", "[a]\nk = 3\n");

	(void)state;
	assert_true(aws_config_is_from_credentials(config, "a", "k"));
	assert_false(aws_config_is_from_credentials(config, "a", "l"));
	assert_true(aws_config_has(config, "a"));
	assert_false(aws_config_has(config, "b"));
	aws_config_free(config);
}

static void
count_value(void *arg, enum aws_config_kind kind, const char *section, const char *nest, const char *key,
            const char *value)
{
	(void)kind;
	(void)section;
	(void)nest;
	(void)key;
	(void)value;
	++*(int *)arg;
}

/* Work that grows with the square of the file would take minutes here. */
static void
test_large(void **state)
{
	enum { PROFILES = 100000 };
	struct aws_config *config = aws_config_new();
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int count = 0;

	(void)state;
	for (int i = 0; i < PROFILES; i++)
		buf_printf(&text, "[profile p%d]\nk = %d\n", i, i);
	buf_append_str(&text, "[profile p]\nlong = x\n");
	for (int i = 0; i < PROFILES; i++)
		buf_append_str(&text, " y\n");
	buf_append_str(&text, "nest =\n");
	for (int i = 0; i < PROFILES; i++)
		buf_printf(&text, "  k%d = v\n", i);
	assert_int_equal(aws_config_parse(config, AWS_CONFIG_FILE, "config", &text, &err), 0);
	assert_string_equal(aws_config_get(config, "p77777", "k"), "77777");
	assert_int_equal(strlen(aws_config_get(config, "p", "long")), 1 + 2 * PROFILES);
	aws_config_each(config, count_value, &count);
	assert_int_equal(count, 2 * PROFILES + 1 + 1 + 1 + PROFILES);
	aws_config_free(config);
}

static void
dump_value(void *arg, enum aws_config_kind kind, const char *section, const char *nest, const char *key,
           const char *value)
{
	const char *parts[] = {section, nest, key, value};
	struct buf *text = arg;

	buf_printf(text, "%s[%d", text->len ? "," : "[", (int)kind);
	for (int i = 0; i < 4; i++) {
		buf_append_byte(text, ',');
		json_quote(text, slice_of_str(parts[i]));
	}
	buf_append_byte(text, ']');
}

static int
dump_file(const char *kind, const char *path)
{
	enum aws_config_file file = strcmp(kind, "config") == 0 ? AWS_CONFIG_FILE : AWS_CREDENTIALS_FILE;
	struct aws_config *config = aws_config_new();
	struct buf text = BUF_INIT, dump = BUF_INIT;
	struct err err = ERR_INIT;
	int status = 0;

	if (io_read_file(path, 1 << 20, &text, &err) < 0 || aws_config_parse(config, file, path, &text, &err) < 0) {
		fprintf(stderr, "%s\n", ERR_TEXT(&err));
		status = 2;
	} else {
		aws_config_each(config, dump_value, &dump);
		printf("%s]\n", dump.len ? buf_cstr(&dump) : "[");
	}
	buf_release(&text);
	buf_release(&dump);
	aws_config_free(config);
	return status;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),  cmocka_unit_test(test_profiles),  cmocka_unit_test(test_nests),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_endpoints), cmocka_unit_test(test_origin),
		cmocka_unit_test(test_large),
	};

	if (argc == 3)
		return dump_file(argv[1], argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

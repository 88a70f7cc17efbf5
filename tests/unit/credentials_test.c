/*
 * AWS credentials without a network: the order of the chain, profiles, commands, what is refused. With
 * arguments it is the tool of credentials_tool.h.
 */
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "credentials_tool.h"

static char folder[] = "/tmp/credentials_test.XXXXXX";

static void
write_file(const char *name, const char *text)
{
	char *path = mem_printf("%s/%s", folder, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	free(path);
}

/* The environment that every test starts from: nobody's keys, no files, no metadata. */
static int
set_up(void **state)
{
	static const char *const names[] = {
		"AWS_ACCESS_KEY_ID",
		"AWS_SECRET_ACCESS_KEY",
		"AWS_SESSION_TOKEN",
		"AWS_SECURITY_TOKEN",
		"AWS_PROFILE",
		"AWS_DEFAULT_PROFILE",
		"AWS_REGION",
		"AWS_DEFAULT_REGION",
		"AWS_CONFIG_FILE",
		"AWS_SHARED_CREDENTIALS_FILE",
		"AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_ROLE_ARN",
		"AWS_ROLE_SESSION_NAME",
		"AWS_CREDENTIAL_EXPIRATION",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI",
		"AWS_ENDPOINT_URL",
		"AWS_ENDPOINT_URL_STS",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN",
		"PROFILE",
		"REGION",
	};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unsetenv(names[i]);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	setenv("HOME", folder, 1);
	assert_int_equal(chdir(folder), 0);
	unlink(".env");
	mkdir(".aws", 0700);
	unlink(".aws/config");
	unlink(".aws/credentials");
	return 0;
}

/* The access key that the chain finds, or "error KIND: TEXT"; freed by the caller. */
static char *
find_with(const char *profile_flag)
{
	struct settings *settings = settings_new();
	struct http *http = engine_new();
	struct credentials *credentials;
	const struct aws_credentials *found = NULL;
	struct err err = ERR_INIT;
	char *text;

	assert_int_equal(settings_load(settings, NULL, &err), 0);
	if (profile_flag)
		assert_int_equal(settings_set_flag(settings, "profile", profile_flag, &err), 0);
	credentials = credentials_new(settings, &err);
	if (credentials) {
		credentials_attach(credentials, http);
		found = get_credentials(credentials, http, 0, &err);
	}
	if (found)
		text = mem_printf("%s %s %s from %s", found->access_key, found->secret_key,
		                  found->session_token ? found->session_token : "-", found->source);
	else
		text = mem_printf("error %d: %s", (int)err.kind, ERR_TEXT(&err));
	/* No message has a secret. */
	assert_null(strstr(ERR_TEXT(&err), "TOPSECRET"));
	credentials_free(credentials);
	http_free(http);
	settings_free(settings);
	return text;
}

static void
expect_with(const char *profile_flag, const char *expected)
{
	char *text = find_with(profile_flag);

	assert_string_equal(text, expected);
	free(text);
}

static void
expect(const char *expected)
{
	expect_with(NULL, expected);
}

static void
expect_part(const char *part)
{
	char *text = find_with(NULL);

	if (!strstr(text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, text);
	free(text);
}

static void
test_environment(void **state)
{
	(void)state;
	setenv("AWS_ACCESS_KEY_ID", "A", 1);
	expect("error 4: AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not");
	setenv("AWS_SECRET_ACCESS_KEY", " ", 1);
	expect("error 4: AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not");
	setenv("AWS_SECRET_ACCESS_KEY", "S", 1);
	expect("A S - from environment");
	setenv("AWS_SESSION_TOKEN", "T", 1);
	expect("A S T from environment");
	setenv("AWS_SESSION_TOKEN", "", 1);
	expect("A S - from environment");
	/* A slip of copying is forgiven, damage is not. */
	setenv("AWS_SECRET_ACCESS_KEY", "S\r\n", 1);
	expect("A S - from environment");
	setenv("AWS_SECRET_ACCESS_KEY", "SEC RET", 1);
	expect("error 4: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: blanks or other invalid bytes "
	       "in the secret key");
	setenv("AWS_ACCESS_KEY_ID", "", 1);
	expect_part("error 4: no AWS credentials: looked in the environment");
}

static void
test_dotenv(void **state)
{
	(void)state;
	write_file(".env", "AWS_ACCESS_KEY_ID=D\nAWS_SECRET_ACCESS_KEY=DS\nAWS_SESSION_TOKEN=DT\n");
	expect("D DS DT from .env");
	/* Keys of the environment do not take a token of another place. */
	setenv("AWS_ACCESS_KEY_ID", "A", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "S", 1);
	expect("A S - from environment");
}

static void
test_order(void **state)
{
	char *expected = mem_printf("P PS - from profile default in %s/.aws/credentials", folder);

	(void)state;
	write_file(".aws/config", "[default]\naws_access_key_id = C\naws_secret_access_key = CS\n"
	                          "[profile other]\naws_access_key_id = O\naws_secret_access_key = OS\n");
	write_file(".aws/credentials", "[default]\naws_access_key_id = P\naws_secret_access_key = PS\n");
	setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent", 1);
	setenv("AWS_ROLE_ARN", "arn:aws:iam::1:role/x", 1);
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/", 1);
	expect(expected);
	setenv("AWS_ACCESS_KEY_ID", "A", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "S", 1);
	expect("A S - from environment");
	/* --profile goes before the environment, AWS_PROFILE does not. */
	setenv("AWS_PROFILE", "other", 1);
	expect("A S - from environment");
	free(expected);
	expected = mem_printf("O OS - from profile other in %s/.aws/config", folder);
	unsetenv("AWS_PROFILE");
	expect_with("other", expected);
	unsetenv("AWS_ACCESS_KEY_ID");
	setenv("AWS_PROFILE", "other", 1);
	expect(expected);
	unsetenv("AWS_PROFILE");
	unlink(".aws/config");
	unlink(".aws/credentials");
	expect("error 4: AssumeRoleWithWebIdentity arn:aws:iam::1:role/x at https://sts.amazonaws.com: "
	       "cannot open /nonexistent: "
	       "No such file or directory");
	unsetenv("AWS_WEB_IDENTITY_TOKEN_FILE");
	expect_part("error 4: credentials of the container (AWS_CONTAINER_CREDENTIALS_FULL_URI): "
	            "http://192.0.2.1 is not allowed");
	unsetenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
	expect_part("instance metadata (AWS_EC2_METADATA_DISABLED); set AWS_ACCESS_KEY_ID and");
	free(expected);
}

static void
test_profile_names(void **state)
{
	(void)state;
	setenv("AWS_PROFILE", "nobody", 1);
	expect_part("error 4: profile nobody (AWS_PROFILE) is neither in ");
	expect_part("/.aws/config nor in ");
	unsetenv("AWS_PROFILE");
	setenv("AWS_CONFIG_FILE", "~/elsewhere", 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1);
	write_file("elsewhere", "[profile a]\naws_access_key_id = E\naws_secret_access_key = ES\nregion = r\n");
	setenv("AWS_PROFILE", "a", 1);
	expect_part("E ES - from profile a in ");
	write_file("elsewhere", "[profile a]\nTOPSECRET\n");
	expect_part("elsewhere:2: neither a section, nor key = value");
	write_file("elsewhere", "[profile a]\naws_access_key_id = E\n");
	expect("error 4: profile a: an access key without its secret key");
	write_file("elsewhere", "[profile a]\nsso_session = s\n");
	expect_part("error 4: profile a signs in by IAM Identity Center");
	unlink("elsewhere");
}

static void
expect_role(const char *config, const char *expected)
{
	write_file(".aws/config", config);
	setenv("AWS_PROFILE", "a", 1);
	expect(expected);
}

static void
test_role_mistakes(void **state)
{
	(void)state;
	expect_role("[profile a]\nrole_arn = r\n",
	            "error 4: profile a has role_arn, and neither source_profile, credential_source nor "
	            "web_identity_token_file");
	expect_role("[profile a]\nrole_arn = r\nsource_profile = b\n",
	            "error 4: profile a: its source_profile b does not exist");
	expect_role("[profile a]\nrole_arn = r\nsource_profile = a\n",
	            "error 4: profile a: its source_profile a leads back to itself");
	expect_role("[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = "
	            "s\nsource_profile = a\n",
	            "error 4: profile b: its source_profile a leads back to itself");
	expect_role("[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nregion = x\n",
	            "error 4: profile a: its source_profile b has no keys");
	expect_role("[profile a]\nrole_arn = r\nsource_profile = b\ncredential_source = Environment\n",
	            "error 4: profile a has both source_profile and credential_source");
	expect_role("[profile a]\nrole_arn = r\ncredential_source = Moon\n",
	            "error 4: profile a: credential_source is not Environment, Ec2InstanceMetadata or "
	            "EcsContainer");
	expect_role("[profile a]\nrole_arn = r\ncredential_source = EcsContainer\n",
	            "error 4: profile a: credential_source = EcsContainer has no keys, a container's "
	            "(AWS_CONTAINER_CREDENTIALS_*_URI are not set)");
	expect_role("[profile a]\nweb_identity_token_file = /x\n",
	            "error 4: profile a has web_identity_token_file and no role_arn");
	write_file(".aws/config", "[profile a]\nrole_arn = r\nsource_profile = a\nmfa_serial = m\n");
	expect_part("error 4: profile a asks for a code (mfa_serial)");
}

/* Whether posix_spawn itself says that a program is missing. It may also leave that to the child's status. */
static bool
spawn_finds_missing(void)
{
	char name[] = "/nonexistent/helper";
	char *words[] = {name, NULL};
	pid_t pid;

	if (posix_spawn(&pid, name, NULL, NULL, words, words + 1) != 0)
		return true;
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return false;
}

static void
test_process(void **state)
{
	char *command = mem_printf("[default]\ncredential_process = '%s/my helper' \"a b\" c\\ d\n", folder);
	char *expected =
		mem_printf("error 2: profile default: credential_process %s/my helper: ended with status 3", folder);

	(void)state;
	write_file(".aws/config", command);
	write_file("my helper", "#!/bin/sh\n[ \"$1\" = 'a b' ] && [ \"$2\" = 'c d' ] && [ $# = 2 ] || exit 3\n"
	                        "[ -z \"$(cat)\" ] || exit 4\n"
	                        "echo "
	                        "'{\"Version\":1,\"AccessKeyId\":\"X\",\"SecretAccessKey\":\"XS\",\"SessionToken\":\"XT\","
	                        "\"Expiration\":\"2099-01-01T00:00:00Z\"}'\n");
	chmod("my helper", 0700);
	expect("X XS XT from profile default (credential_process)");
	write_file("my helper", "#!/bin/sh\nexit 3\n");
	expect(expected);
	write_file("my helper", "#!/bin/sh\nexec /nonexistent/program 2>/dev/null\n");
	expect_part("error 4: profile default: credential_process ");
	expect_part("/my helper: it, or a program that it calls, cannot be run (status 127)");
	write_file("my helper", "#!/bin/sh\nkill -9 $$\n");
	expect_part("error 2: profile default: credential_process ");
	expect_part("ended by signal 9");
	write_file("my helper", "#!/bin/sh\necho '{\"AccessKeyId\":\"X\",\"SecretAccessKey\":\"TOPSECRET\"}'\n");
	expect_part("the answer's Version is not 1");
	write_file("my helper", "#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\"X\",\"SecretAccessKey\":\"XS\","
	                        "\"Expiration\":\"soon\"}'\n");
	expect_part("the answer's Expiration is not a valid time");
	write_file("my helper", "#!/bin/sh\necho TOPSECRET\n");
	expect_part("the answer is not JSON");
	write_file("my helper", "#!/bin/sh\nhead -c 100000 /dev/zero\n");
	expect_part("its output is over 64 KiB");
	write_file(".aws/config", "[default]\ncredential_process = /nonexistent/helper TOPSECRET\n");
	expect(spawn_finds_missing() ? "error 4: profile default: credential_process /nonexistent/helper: cannot be run: "
	                               "No such file or directory"
	                             : "error 4: profile default: credential_process /nonexistent/helper: "
	                               "it, or a program that it calls, cannot be run (status 127)");
	write_file(".aws/config", "[default]\ncredential_process = a 'b\n");
	expect("error 4: profile default: credential_process: a quote is left open");
	/* No shell: these are words, not commands. */
	write_file(".aws/config", "[default]\ncredential_process = /bin/echo {} && touch evil $(touch evil)\n");
	expect_part("the answer is not JSON");
	assert_int_equal(access("evil", F_OK), -1);
	free(command);
	free(expected);
}

/* Keys in a file that is rewritten meanwhile, as sign-in helpers do. */
static void
test_rewritten_file(void **state)
{
	struct settings *settings = settings_new();
	struct http *http = engine_new();
	struct err err = ERR_INIT;
	struct credentials *credentials;
	const struct aws_credentials *found;
	int64_t first;

	(void)state;
	write_file(".aws/credentials", "[default]\naws_access_key_id = P\naws_secret_access_key = PS\n");
	write_file(".aws/config", "[default]\nregion = r\ns3 =\n  x = y\nendpoint_url = http://h\n");
	credentials = credentials_new(settings, &err);
	assert_non_null(credentials);
	credentials_attach(credentials, http);
	assert_string_equal(credentials_region(credentials), "r");
	assert_string_equal(credentials_endpoint(credentials), "http://h");
	found = get_credentials(credentials, http, 0, &err);
	first = found->generation;
	assert_true(first != 0);
	write_file(".aws/credentials", "[default]\naws_access_key_id = Q\naws_secret_access_key = QS\n");
	assert_string_equal(get_credentials(credentials, http, 0, &err)->access_key, "P");
	found = get_credentials(credentials, http, first, &err);
	assert_string_equal(found->access_key, "Q");
	assert_true(found->generation != first);
	/* Those who come later with the old number get the new keys, and ask nobody. */
	assert_string_equal(get_credentials(credentials, http, first, &err)->access_key, "Q");
	/* No newer ones. */
	assert_null(get_credentials(credentials, http, found->generation, &err));
	assert_int_equal(err.kind, ERR_TEMPORARY);
	assert_non_null(strstr(ERR_TEXT(&err), "have expired, and there are no newer ones"));
	assert_string_equal(get_credentials(credentials, http, 0, &err)->access_key, "Q");
	credentials_free(credentials);
	http_free(http);
	settings_free(settings);
}

static int
group_set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int
group_tear_down(void **state)
{
	char *command = mem_printf("rm -rf %s", folder);
	int status = chdir("/") < 0 ? -1 : system(command);

	(void)state;
	free(command);
	return status;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_environment, set_up),    cmocka_unit_test_setup(test_dotenv, set_up),
		cmocka_unit_test_setup(test_order, set_up),          cmocka_unit_test_setup(test_profile_names, set_up),
		cmocka_unit_test_setup(test_role_mistakes, set_up),  cmocka_unit_test_setup(test_process, set_up),

		cmocka_unit_test_setup(test_rewritten_file, set_up),
	};

	if (argc > 1)
		return run_steps(argc - 1, argv + 1);
	return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}

/*
 * The parts of the credentials, each by itself: the words of a command, times, the steps of a source, a
 * command that is run.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "aws/credentials_internal.h"

static void
check_words(const char *command, const char *expected)
{
	char **words = credential_words(command);
	struct buf text = BUF_INIT;

	for (char **word = words; word && *word; word++)
		buf_printf(&text, "<%s>", *word);
	assert_string_equal(words ? buf_cstr(&text) : "open", expected);
	buf_release(&text);
	free(words);
}

static void
test_words(void **state)
{
	(void)state;
	check_words("", "");
	check_words("  ", "");
	check_words("a", "<a>");
	check_words(" a  b\tc\n", "<a><b><c>");
	check_words("a b c d e f g h", "<a><b><c><d><e><f><g><h>");
	check_words("'a b' \"c d\"", "<a b><c d>");
	check_words("a'b'\"c\"", "<abc>");
	check_words("''", "<>");
	check_words("'' \"\"", "<><>");
	check_words("a\\ b", "<a b>");
	check_words("'a\\b'", "<a\\b>");
	check_words("\"a\\b\\\"\\\\\"", "<a\\b\"\\>");
	check_words("'\"' \"'\"", "<\"><'>");
	check_words("a 'b", "open");
	check_words("a \"b\\\"", "open");
	check_words("a\\", "open");
	check_words("$HOME `x` a;b #c", "<$HOME><`x`><a;b><#c>");
}

static void
test_times(void **state)
{
	(void)state;
	assert_int_equal(credential_time("2019-05-29T00:21:43Z"), INT64_C(1559089303000));
	assert_int_equal(credential_time("2019-05-29T00:21:43.123Z"), INT64_C(1559089303000));
	assert_int_equal(credential_time("2019-05-29T00:21:43+00:00"), INT64_C(1559089303000));
	assert_int_equal(credential_time("2019-05-29T02:21:43+02:00"), INT64_C(1559089303000));
	assert_int_equal(credential_time("2019-05-28T19:51:43-0430"), INT64_C(1559089303000));
	assert_int_equal(credential_time("2019-05-29T01:21:43.5+01"), INT64_C(1559089303000));
	assert_int_equal(credential_time("2019-05-29T00:21:43"), -1);
	assert_int_equal(credential_time("2019-05-29T00:21:43+2"), INT64_C(1559082103000));
	assert_int_equal(credential_time("2019-05-29T00:21:43+99:00"), -1);
	assert_int_equal(credential_time("2019-05-29T00:21:43Zx"), -1);
	assert_int_equal(credential_time("2019-05-29"), -1);
	assert_int_equal(credential_time(""), -1);
}

/* As if this had come from the service. */
static void
answer(struct credential_job *job, int status, const char *text)
{
	job->ask.call.end = HTTP_WHOLE;
	job->ask.call.status = status;
	buf_append_str(&job->ask.reply, text);
}

#define ROLES "http://imds/latest/meta-data/iam/security-credentials/"
#define KEYS                                                                                                           \
	"{\"Code\":\"Success\",\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\",\"Token\":\"T\","                           \
	"\"Expiration\":\"2099-01-01T00:00:00Z\"}"

static void
test_steps_of_imds(void **state)
{
	struct settings *settings = settings_new();
	struct credential_job job = {.settings = settings};
	struct err err = ERR_INIT;

	(void)state;
	unsetenv("AWS_EC2_METADATA_DISABLED");
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://imds/", 1);
	assert_int_equal(credentials_from_imds(&job, &err), STEP_ASK);
	assert_string_equal(job.ask.call.method, "PUT");
	assert_string_equal(job.ask.call.url, "http://imds/latest/api/token");
	assert_int_equal(job.ask.attempts, 1);
	answer(&job, 200, "token");
	assert_int_equal(credentials_from_imds(&job, &err), STEP_ASK);
	assert_string_equal(job.ask.call.url, ROLES);
	assert_true(job.ask.call.no_proxy);
	answer(&job, 200, "role\nanother\n");
	assert_int_equal(credentials_from_imds(&job, &err), STEP_ASK);
	assert_string_equal(job.ask.call.url, ROLES "role");
	answer(&job, 200, KEYS);
	assert_int_equal(credentials_from_imds(&job, &err), STEP_FOUND);
	assert_string_equal(job.set.access_key, "A");
	assert_string_equal(job.set.source, "instance metadata, role role");
	/* And from the start again. */
	assert_int_equal(credentials_from_imds(&job, &err), STEP_ASK);
	assert_string_equal(job.ask.call.method, "PUT");
	answer(&job, 403, "");
	assert_int_equal(credentials_from_imds(&job, &err), STEP_FAILED);
	assert_string_equal(ERR_TEXT(&err),
	                    "instance metadata (http://imds): status 403: it is switched off for this instance");
	/* Nobody there is no failure. */
	assert_int_equal(credentials_from_imds(&job, &err), STEP_ASK);
	job.ask.call.end = HTTP_UNREACHABLE;
	assert_int_equal(credentials_from_imds(&job, &err), STEP_ABSENT);
	assert_int_equal(err.kind, ERR_NONE);
	credential_job_release(&job);
	settings_free(settings);
	unsetenv("AWS_EC2_METADATA_SERVICE_ENDPOINT");
}

static void
test_command(void **state)
{
	struct credential_command command = {.words = credential_words("sh -c 'echo begun; exec sleep 1000'")};
	pid_t pid;

	(void)state;
	credential_command_start(&command);
	while (command.output.len == 0) {
		assert_false(credential_command_move(&command));
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	assert_int_equal(command.state, COMMAND_READING);
	assert_true(credential_command_due(&command) > 0);
	/* It does not outlive the one who wanted it. */
	pid = command.pid;
	credential_command_release(&command);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
	assert_int_equal(command.state, COMMAND_IDLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_steps_of_imds),
		cmocka_unit_test(test_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* How far an upload is: what uploads go through, and that nothing else may happen. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "s3/upload.h"

static bool walked[S3_UPLOAD_STATES][S3_UPLOAD_STATES];

static void
walk(const enum s3_upload_state *states, size_t count)
{
	struct s3 s3 = {0};
	struct s3_upload upload = {.s3 = &s3};

	for (size_t i = 0; i < count; i++) {
		/* It may fail in any state but the last. */
		struct s3_upload failing = upload;
		const struct err why = {.kind = ERR_TEMPORARY};

		walked[failing.state][S3_UPLOAD_FAILED] = true;
		s3_upload_fail(&failing, &why);
		assert_int_equal(failing.state, S3_UPLOAD_FAILED);
		assert_int_equal(failing.err.kind, ERR_TEMPORARY);
		s3_upload_fail(&failing, &(const struct err){.kind = ERR_ACCESS});
		assert_int_equal(failing.err.kind, ERR_TEMPORARY);

		assert_false(s3_upload_is_over(&upload));
		walked[upload.state][states[i]] = true;
		s3_upload_move(&upload, states[i]);
	}
	assert_int_equal(upload.state, S3_UPLOAD_STORED);
	assert_true(s3_upload_is_over(&upload));
	/* who waits for it is woken, once for each of these uploads */
	assert_int_equal(s3.events, count + 1);
}

#define WALK(...) walk((const enum s3_upload_state[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int))

static void
test_uploads(void **state)
{
	(void)state;
	WALK(S3_UPLOAD_STORED); /* a dry run */
	WALK(S3_UPLOAD_PUTTING, S3_UPLOAD_STORED);
	WALK(S3_UPLOAD_LOOKING, S3_UPLOAD_PUTTING, S3_UPLOAD_CONFIRMING, S3_UPLOAD_PUTTING, S3_UPLOAD_STORED);
	WALK(S3_UPLOAD_CREATING, S3_UPLOAD_SENDING, S3_UPLOAD_COMPLETING, S3_UPLOAD_STORED);
	WALK(S3_UPLOAD_LOOKING, S3_UPLOAD_CREATING, S3_UPLOAD_SENDING, S3_UPLOAD_COMPLETING, S3_UPLOAD_CONFIRMING,
	     S3_UPLOAD_STORED);
}

static void
test_nothing_else_may_happen(void **state)
{
	(void)state;
	for (int from = 0; from < S3_UPLOAD_STATES; from++) {
		for (int to = 0; to < S3_UPLOAD_STATES; to++) {
			bool known = s3_upload_may_follow((enum s3_upload_state)from, (enum s3_upload_state)to);

			if (known != walked[from][to])
				fail_msg("from %d to %d: %s", from, to, known ? "not walked" : "not in the table");
		}
	}
}

static void
test_a_bug_ends_the_program(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		struct s3 s3 = {0};
		struct s3_upload upload = {.s3 = &s3};

		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		s3_upload_move(&upload, S3_UPLOAD_COMPLETING);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uploads),
		cmocka_unit_test(test_nothing_else_may_happen),
		cmocka_unit_test(test_a_bug_ends_the_program),
	};

	return cmocka_run_group_tests_name("s3_upload", tests, NULL, NULL);
}

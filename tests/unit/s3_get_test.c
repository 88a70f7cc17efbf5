/* How far a GET is: what downloads go through, every transition among it, and how many are running. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "s3/get.h"

static bool walked[S3_GET_STATES][S3_GET_EVENTS];

struct step {
	enum s3_get_event event;
	enum s3_get_state state;
	bool running; /* it counts as one of which more is to come */
};

static void
walk(const struct step *steps, size_t count)
{
	struct s3 s3 = {0};
	struct s3_get get = {.s3 = &s3};

	for (size_t i = 0; i < count; i++) {
		walked[get.state][steps[i].event] = true;
		s3_get_move(&get, steps[i].event);
		assert_int_equal(get.state, steps[i].state);
		assert_int_equal(s3.gets_running, steps[i].running);
	}
	assert_int_equal(get.state, S3_GET_OVER);
}

#define WALK(...) walk((const struct step[]){__VA_ARGS__}, sizeof((struct step[]){__VA_ARGS__}) / sizeof(struct step))
#define ASKED                                                                                                          \
	{                                                                                                                  \
		S3_GET_TRY, S3_GET_ASKED, true                                                                                 \
	}
#define COMING                                                                                                         \
	{                                                                                                                  \
		S3_GET_HEADERS, S3_GET_COMING, true                                                                            \
	}
#define HELD                                                                                                           \
	{                                                                                                                  \
		S3_GET_WHOLE, S3_GET_HELD, false                                                                               \
	}
#define RESUMING                                                                                                       \
	{                                                                                                                  \
		S3_GET_TRY, S3_GET_RESUMING, true                                                                              \
	}
#define PROBE                                                                                                          \
	{S3_GET_PROBE, S3_GET_PROBING, true},                                                                              \
	{                                                                                                                  \
		S3_GET_TRY, S3_GET_PROBING, true                                                                               \
	}
#define BEHIND                                                                                                         \
	{                                                                                                                  \
		S3_GET_HEADERS, S3_GET_BEHIND, true                                                                            \
	}
#define HELD_END                                                                                                       \
	{                                                                                                                  \
		S3_GET_WHOLE, S3_GET_HELD_END, false                                                                           \
	}
#define NO_MORE                                                                                                        \
	{                                                                                                                  \
		S3_GET_NO_MORE, S3_GET_BEHIND, true                                                                            \
	}
#define COMPARE                                                                                                        \
	{S3_GET_COMPARE, S3_GET_COMPARING, true},                                                                          \
	{                                                                                                                  \
		S3_GET_TRY, S3_GET_COMPARING, true                                                                             \
	}
#define COMPARED                                                                                                       \
	{                                                                                                                  \
		S3_GET_HEADERS, S3_GET_COMPARED, true                                                                          \
	}
#define AFRESH                                                                                                         \
	{S3_GET_START_OVER, S3_GET_ASKED, true},                                                                           \
	{                                                                                                                  \
		S3_GET_TRY, S3_GET_ASKED, true                                                                                 \
	}
#define END                                                                                                            \
	{                                                                                                                  \
		S3_GET_END, S3_GET_OVER, false                                                                                 \
	}

static void
test_it_comes(void **state)
{
	(void)state;
	WALK(END);
	WALK(ASKED, END);
	WALK(ASKED, COMING, END);
	WALK(ASKED, COMING, HELD, END);
}

static void
test_it_breaks(void **state)
{
	(void)state;
	WALK(ASKED, ASKED, COMING, RESUMING, RESUMING, COMING, HELD, RESUMING, END);
	WALK(ASKED, AFRESH, COMING, RESUMING, AFRESH, COMING, END);
}

static void
test_what_came_is_wrong(void **state)
{
	(void)state;
	WALK(ASKED, COMING, AFRESH, COMING, HELD, AFRESH, END);
	WALK(ASKED, COMING, COMPARE, COMPARED, END);
	WALK(ASKED, COMING, HELD, COMPARE, {S3_GET_TRY, S3_GET_COMPARING, true}, COMPARED,
	     {S3_GET_TRY, S3_GET_COMPARING, true}, END);
}

static void
test_the_end_is_not_sure(void **state)
{
	(void)state;
	/* the store says that there is no more: to a part that was asked for, or to the question */
	WALK(ASKED, COMING, RESUMING, NO_MORE, END);
	WALK(ASKED, COMING, PROBE, NO_MORE, AFRESH, COMING, END);
	WALK(ASKED, COMING, HELD, PROBE, {S3_GET_TRY, S3_GET_PROBING, true}, END);
	/* or there is more */
	WALK(ASKED, COMING, PROBE, BEHIND, PROBE, BEHIND, HELD_END, PROBE, BEHIND, HELD_END, END);
	WALK(ASKED, COMING, PROBE, BEHIND, {S3_GET_TRY, S3_GET_PROBING, true}, BEHIND, HELD_END,
	     {S3_GET_TRY, S3_GET_PROBING, true}, BEHIND, COMPARE, END);
	WALK(ASKED, COMING, PROBE, BEHIND, HELD_END, COMPARE, END);
	WALK(ASKED, COMING, PROBE, BEHIND, HELD_END, AFRESH, END);
	/* nothing came at all */
	WALK(ASKED, COMING, PROBE, AFRESH, END);
}

/* Every transition of the table was walked, and any other event ends the program. */
static void
test_nothing_else_may_happen(void **state)
{
	(void)state;
	for (int from = 0; from < S3_GET_STATES; from++) {
		for (int event = 0; event < S3_GET_EVENTS; event++) {
			bool known = s3_get_next_state((enum s3_get_state)from, (enum s3_get_event)event) != S3_GET_IDLE;

			if (known != walked[from][event])
				fail_msg("state %d, event %d: %s", from, event, known ? "not walked" : "not in the table");
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
		struct s3_get get = {.s3 = &s3};

		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		s3_get_move(&get, S3_GET_WHOLE);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_comes),
		cmocka_unit_test(test_it_breaks),
		cmocka_unit_test(test_what_came_is_wrong),
		cmocka_unit_test(test_the_end_is_not_sure),
		cmocka_unit_test(test_nothing_else_may_happen),
		cmocka_unit_test(test_a_bug_ends_the_program),
	};

	return cmocka_run_group_tests_name("s3_get", tests, NULL, NULL);
}

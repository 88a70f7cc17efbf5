/*
 * Admission: many processes, which know nothing of each other, and a model that answers one call
 * after the other. Time is simulated: a call that arrives waits for those before it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "senenrich/admission.h"

enum {
	PROCESSES_MAX = 100,
	SERVERS_MAX = 3,
	WINDOW_MAX = 4,
	CALL_MS = 1000, /* what a full call takes at the usual speed */
};

struct world {
	int processes, servers, calls; /* calls of each process */
	int64_t apart;                 /* milliseconds from the start of one process to that of the next */
	/* The model is so many times as slow from this time on; 0: never. */
	int64_t slower_from, faster_from;
	double slower;
};

struct outcome {
	int64_t ends[PROCESSES_MAX]; /* when each process had its last answer */
	int64_t end, busy;           /* busy: of all servers together */
	int asked, thrown_away;
};

struct flight {
	int64_t sent, due; /* due: the answer comes, or the deadline is over */
	bool times_out;
	int process;
};

static int64_t
call_ms(const struct world *world, int64_t now)
{
	bool slow = world->slower_from && now >= world->slower_from && !(world->faster_from && now >= world->faster_from);

	return slow ? (int64_t)(CALL_MS * world->slower) : CALL_MS;
}

/* The call waits at the server whose turn it is; it is worked on even if nobody waits for it any more. */
static struct flight
send_call(const struct world *world, struct outcome *outcome, int64_t *free_at, int *turn, int process,
          const struct admission *admission, int64_t now)
{
	int server = (*turn)++ % world->servers;
	int64_t start = free_at[server] > now ? free_at[server] : now, work = call_ms(world, start);
	int64_t deadline = now + admission_deadline(admission);
	struct flight flight = {.sent = now, .due = start + work, .process = process};

	free_at[server] = start + work;
	outcome->busy += work;
	outcome->asked++;
	if (flight.due > deadline) {
		flight.due = deadline;
		flight.times_out = true;
		outcome->thrown_away++;
	}
	return flight;
}

static void
simulate(const struct world *world, struct outcome *outcome)
{
	static struct admission admissions[PROCESSES_MAX];
	static struct flight flights[PROCESSES_MAX * WINDOW_MAX];
	int under_way[PROCESSES_MAX] = {0}, left[PROCESSES_MAX], turn[PROCESSES_MAX], count = 0;
	int64_t free_at[SERVERS_MAX] = {0}, now = 0;

	*outcome = (struct outcome){.asked = 0};
	for (int i = 0; i < world->processes; i++) {
		admission_init(&admissions[i], WINDOW_MAX, 300000, 600000);
		left[i] = world->calls;
		turn[i] = i;
	}
	for (;;) {
		int next = 0;
		struct flight done;

		for (int i = 0; i < world->processes && i * world->apart <= now; i++)
			for (; left[i] > 0 && under_way[i] < admission_window(&admissions[i]); left[i]--, under_way[i]++)
				flights[count++] = send_call(world, outcome, free_at, &turn[i], i, &admissions[i], now);
		if (count == 0)
			break;
		for (int i = 1; i < count; i++)
			if (flights[i].due < flights[next].due)
				next = i;
		done = flights[next];
		flights[next] = flights[--count];
		now = done.due;
		under_way[done.process]--;
		if (done.times_out) {
			left[done.process]++;
			admission_failed(&admissions[done.process], now - done.sent, true, under_way[done.process]);
		} else {
			outcome->ends[done.process] = now;
			admission_answered(&admissions[done.process], now - done.sent, true, under_way[done.process]);
		}
	}
	outcome->end = now;
}

/*
 * The model is kept busy, is asked nothing twice, nobody waits more than twice as long as the others
 * do, and a process never has more calls under way than it may.
 */
static void
processes_share_a_model(void **state)
{
	/* clang-format off */
	static const struct world worlds[] = {
		{1, 1, 200, 0, 0, 0, 1},
		{4, 1, 100, 0, 0, 0, 1},
		{20, 1, 30, 0, 0, 0, 1},
		{100, 1, 10, 0, 0, 0, 1},
		{20, 1, 30, 200, 0, 0, 1},
		{100, 1, 10, 200, 0, 0, 1},
		{1, 2, 200, 0, 0, 0, 1},
		{1, 3, 200, 0, 0, 0, 1},
		{4, 3, 100, 0, 0, 0, 1},
		{20, 2, 30, 0, 0, 0, 1},
		{20, 3, 10, 0, 0, 0, 1},
		{100, 3, 10, 100, 0, 0, 1},
		{1, 1, 200, 0, 50000, 0, 5},
		{4, 1, 100, 0, 100000, 0, 3},
		{20, 1, 30, 100, 100000, 300000, 3},
		{100, 1, 10, 50, 300000, 0, 2},
		{4, 2, 100, 0, 50000, 100000, 10},
		{1, 1, 200, 0, 20000, 120000, 20},
		{1, 3, 600, 0, 100000, 300000, 2},
	};
	/* clang-format on */
	static struct outcome outcome;

	(void)state;
	for (size_t i = 0; i < sizeof(worlds) / sizeof(worlds[0]); i++) {
		const struct world *w = &worlds[i];
		double utilization, mean = 0;

		simulate(w, &outcome);
		for (int p = 0; p < w->processes; p++)
			mean += (double)outcome.ends[p] / w->processes;
		utilization = (double)outcome.busy / (double)(outcome.end * w->servers);
		print_message("%3d processes, %d servers: busy %.3f, %d asked, %d thrown away, mean %.0f s, last %.0f s\n",
		              w->processes, w->servers, utilization, outcome.asked, outcome.thrown_away, mean / 1000,
		              (double)outcome.end / 1000);
		assert_int_equal(outcome.thrown_away, 0);
		assert_int_equal(outcome.asked, w->processes * w->calls);
		assert_true(utilization >= 0.95);
		assert_true((double)outcome.end <= 2 * mean);
	}
}

/* A model that answers as quickly however many calls it has: all calls that are allowed are used soon. */
static void
window_opens(void **state)
{
	struct admission admission;
	int answers = 0;

	(void)state;
	admission_init(&admission, 16, 60000, 600000);
	assert_int_equal(admission_window(&admission), 1);
	for (; admission_window(&admission) < 16; answers++)
		admission_answered(&admission, 300, true, admission_window(&admission) - 1);
	assert_true(answers <= 16);
}

static void
window_shrinks(void **state)
{
	struct admission admission;

	(void)state;
	admission_init(&admission, 8, 60000, 600000);
	for (int i = 0; i < 20; i++)
		admission_answered(&admission, 100, true, 0);
	assert_int_equal(admission_window(&admission), 8);
	/* by one for all calls that met the same queue */
	for (int i = 0; i < 8; i++)
		admission_answered(&admission, 200, true, 7);
	assert_int_equal(admission_window(&admission), 7);
	/* by half on a failure, never below 1 */
	admission_failed(&admission, 10, false, 0);
	assert_int_equal(admission_window(&admission), 3);
	for (int i = 0; i < 5; i++)
		admission_failed(&admission, 10, false, 0);
	assert_int_equal(admission_window(&admission), 1);
	/* short calls, and small differences, say nothing */
	admission_init(&admission, 8, 60000, 600000);
	for (int i = 0; i < 20; i++)
		admission_answered(&admission, i % 2 ? 1 : 45, i % 2, 0);
	assert_int_equal(admission_window(&admission), 8);
	admission_answered(&admission, 5000, false, 0);
	assert_int_equal(admission_window(&admission), 8);
}

static void
deadlines(void **state)
{
	struct admission admission;

	(void)state;
	admission_init(&admission, 4, 60000, 600000);
	assert_int_equal(admission_deadline(&admission), 60000);
	admission_answered(&admission, 100, true, 0);
	assert_int_equal(admission_deadline(&admission), 60000);
	admission_answered(&admission, 100000, false, 0);
	assert_int_equal(admission_deadline(&admission), 400000);
	admission_answered(&admission, 500000, true, 0);
	assert_int_equal(admission_deadline(&admission), 600000);
	for (int i = 0; i < 50; i++)
		admission_answered(&admission, 1000, true, 0);
	assert_int_equal(admission_deadline(&admission), 60000);
	/* after one that was not enough there is twice as much time */
	admission_failed(&admission, 60000, true, 0);
	assert_int_equal(admission_deadline(&admission), 120000);
	/* the least wins over a smaller most */
	admission_init(&admission, 4, 3600000, 600000);
	assert_int_equal(admission_deadline(&admission), 3600000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes_share_a_model),
		cmocka_unit_test(window_opens),
		cmocka_unit_test(window_shrinks),
		cmocka_unit_test(deadlines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

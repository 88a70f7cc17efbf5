/* The thread of receipts: when the cursor moves, when it stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cursor/follow.h"

static enum follow_step
take(struct follow *follow, int64_t after, int64_t seq, int64_t upto)
{
	struct thread thread = {after, seq, upto};

	return follow_take(follow, &thread);
}

static void
moves_along(void **state)
{
	struct follow follow;

	(void)state;
	follow_init(&follow, 100);
	assert_int_equal(take(&follow, 50, 1, 60), FOLLOW_ON);
	assert_int_equal(follow.position, 100);                /* a listing with a look back */
	assert_int_equal(take(&follow, 50, 2, 60), FOLLOW_ON); /* two names of one second */
	assert_int_equal(take(&follow, 50, 3, 130), FOLLOW_ON);
	assert_int_equal(follow.position, 130);
	assert_int_equal(take(&follow, 130, 1, 140), FOLLOW_ON); /* the next listing */
	assert_int_equal(follow.position, 140);
}

static void
first_receipt(void **state)
{
	struct follow follow;

	(void)state;
	follow_init(&follow, 100);
	assert_int_equal(take(&follow, 101, 1, 200), FOLLOW_AHEAD);
	assert_int_equal(take(&follow, 100, 1, 200), FOLLOW_IDLE);
	assert_int_equal(follow.position, 100);
	follow_init(&follow, 100);
	assert_int_equal(take(&follow, 100, 2, 200), FOLLOW_GAP);
	assert_int_equal(follow.position, 100);
}

static void
gaps(void **state)
{
	struct follow follow;

	(void)state;
	follow_init(&follow, 0);
	take(&follow, 0, 1, 10);
	assert_int_equal(take(&follow, 0, 3, 30), FOLLOW_GAP);
	assert_int_equal(take(&follow, 0, 2, 20), FOLLOW_IDLE);
	assert_int_equal(take(&follow, 0, 1, 40), FOLLOW_IDLE);
	assert_int_equal(follow.position, 10);
	/* the right number, but of another listing */
	follow_init(&follow, 0);
	take(&follow, 0, 1, 10);
	assert_int_equal(take(&follow, 5, 2, 20), FOLLOW_GAP);
	assert_int_equal(follow.position, 10);
}

static void
repeats(void **state)
{
	struct follow follow;

	(void)state;
	follow_init(&follow, 0);
	take(&follow, 0, 1, 10);
	take(&follow, 0, 2, 20);
	take(&follow, 0, 3, 30);
	assert_int_equal(take(&follow, 0, 3, 30), FOLLOW_REPEAT);
	assert_int_equal(take(&follow, 0, 2, 20), FOLLOW_REPEAT);
	assert_int_equal(take(&follow, 0, 4, 40), FOLLOW_ON);
	/* number 2 of another listing from the same place: not a repeat */
	assert_int_equal(take(&follow, 0, 2, 50), FOLLOW_GAP);
	assert_int_equal(follow.position, 40);
}

static void
stops(void **state)
{
	struct follow follow;

	(void)state;
	follow_init(&follow, 0);
	take(&follow, 0, 1, 10);
	assert_int_equal(take(&follow, 0, 2, 9), FOLLOW_WRONG);
	assert_int_equal(take(&follow, 0, 2, 20), FOLLOW_IDLE);
	follow_init(&follow, 0);
	follow_stop(&follow);
	assert_int_equal(take(&follow, 0, 1, 20), FOLLOW_IDLE);
	assert_int_equal(follow.position, 0);
}

static void
others(void **state)
{
	struct follow follow;

	(void)state;
	follow_init(&follow, 0);
	take(&follow, 0, 1, 10);
	follow_stored(&follow, 50);
	assert_int_equal(take(&follow, 0, 2, 20), FOLLOW_ON);
	assert_int_equal(follow.position, 50);
	assert_int_equal(take(&follow, 40, 1, 60), FOLLOW_ON);
	assert_int_equal(follow.position, 60);
	follow_stored(&follow, 20);
	assert_int_equal(follow.position, 60);
	follow_init(&follow, INT64_MAX);
	assert_int_equal(take(&follow, INT64_MAX, 1, INT64_MAX), FOLLOW_ON);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves_along), cmocka_unit_test(first_receipt), cmocka_unit_test(gaps),
		cmocka_unit_test(repeats),     cmocka_unit_test(stops),         cmocka_unit_test(others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

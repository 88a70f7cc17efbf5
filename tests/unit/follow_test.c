/* The sequence of receipts: when the cursor moves, when it stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cursor/follow.h"

static enum follow_step
take(struct follow *follow, int64_t after, int64_t seq, int64_t upto)
{
	struct list_position position = {.after = after, .seq = seq, .upto = upto};

	return follow_take(follow, &position);
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

/* seq 1 to `count`, with what the first and the last of them say of the end. */
static struct follow
take_marked(int64_t count, int first, int last)
{
	struct follow follow;

	follow_init(&follow, 0);
	for (int64_t seq = 1; seq <= count; seq++) {
		struct list_position position = {.seq = seq, .upto = seq * 10};

		if (seq == 1)
			position.last = first;
		if (seq == count && last != LIST_POSITION_UNMARKED)
			position.last = last;
		assert_int_equal(follow_take(&follow, &position), FOLLOW_ON);
	}
	return follow;
}

static void
lost_tail(void **state)
{
	struct follow follow = take_marked(3, LIST_POSITION_NOT_LAST, LIST_POSITION_LAST);

	(void)state;
	assert_false(follow_lost_tail(&follow));
	assert_false(follow_unmarked(&follow));
	follow = take_marked(1, LIST_POSITION_NOT_LAST, LIST_POSITION_LAST);
	assert_false(follow_lost_tail(&follow));
	follow = take_marked(3, LIST_POSITION_NOT_LAST, LIST_POSITION_UNMARKED);
	assert_true(follow_lost_tail(&follow));
	assert_int_equal(follow.position, 30);
	/* An older listing does not tell. */
	follow = take_marked(3, LIST_POSITION_UNMARKED, LIST_POSITION_UNMARKED);
	assert_false(follow_lost_tail(&follow));
	assert_true(follow_unmarked(&follow));
	/* What has stopped has been told already; nothing at all tells nothing. */
	follow = take_marked(3, LIST_POSITION_NOT_LAST, LIST_POSITION_UNMARKED);
	follow_stop(&follow);
	assert_false(follow_lost_tail(&follow));
	follow_init(&follow, 0);
	assert_false(follow_lost_tail(&follow));
	assert_false(follow_unmarked(&follow));
	/* A further listing counts by itself. */
	follow = take_marked(3, LIST_POSITION_NOT_LAST, LIST_POSITION_LAST);
	assert_int_equal(
		follow_take(&follow,
	                &(struct list_position){.after = 30, .seq = 1, .upto = 40, .last = LIST_POSITION_NOT_LAST}),
		FOLLOW_ON);
	assert_true(follow_lost_tail(&follow));
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
		cmocka_unit_test(moves_along), cmocka_unit_test(lost_tail), cmocka_unit_test(first_receipt),
		cmocka_unit_test(gaps),        cmocka_unit_test(repeats),   cmocka_unit_test(stops),
		cmocka_unit_test(others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

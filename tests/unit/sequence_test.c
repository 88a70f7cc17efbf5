/* The sequence of receipts: when the cursor moves, when it stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cursor/sequence.h"

static enum sequence_step
take_receipt(struct sequence *sequence, int64_t after, int64_t seq, int64_t upto)
{
	struct list_position position = {.after = after, .seq = seq, .upto = upto};

	return sequence_take(sequence, &position);
}

static void
moves_along(void **state)
{
	struct sequence sequence;

	(void)state;
	sequence_init(&sequence, 100);
	assert_int_equal(take_receipt(&sequence, 50, 1, 60), SEQUENCE_MOVED);
	assert_int_equal(sequence.cursor, 100);                               /* a listing with a look back */
	assert_int_equal(take_receipt(&sequence, 50, 2, 60), SEQUENCE_MOVED); /* two names of one second */
	assert_int_equal(take_receipt(&sequence, 50, 3, 130), SEQUENCE_MOVED);
	assert_int_equal(sequence.cursor, 130);
	assert_int_equal(take_receipt(&sequence, 130, 1, 140), SEQUENCE_MOVED); /* the next listing */
	assert_int_equal(sequence.cursor, 140);
}

/* seq 1 to `count`, with what the first and the last of them say of the end. */
static struct sequence
take_marked(int64_t count, int first, int last)
{
	struct sequence sequence;

	sequence_init(&sequence, 0);
	for (int64_t seq = 1; seq <= count; seq++) {
		struct list_position position = {.seq = seq, .upto = seq * 10};

		if (seq == 1)
			position.last = first;
		if (seq == count && last != LIST_POSITION_UNMARKED)
			position.last = last;
		assert_int_equal(sequence_take(&sequence, &position), SEQUENCE_MOVED);
	}
	return sequence;
}

static void
lost_tail(void **state)
{
	struct sequence sequence = take_marked(3, LIST_POSITION_NOT_LAST, LIST_POSITION_LAST);

	(void)state;
	assert_false(sequence_lost_tail(&sequence));
	assert_false(sequence_unmarked(&sequence));
	sequence = take_marked(1, LIST_POSITION_NOT_LAST, LIST_POSITION_LAST);
	assert_false(sequence_lost_tail(&sequence));
	sequence = take_marked(3, LIST_POSITION_NOT_LAST, LIST_POSITION_UNMARKED);
	assert_true(sequence_lost_tail(&sequence));
	assert_int_equal(sequence.cursor, 30);
	/* An older listing does not tell. */
	sequence = take_marked(3, LIST_POSITION_UNMARKED, LIST_POSITION_UNMARKED);
	assert_false(sequence_lost_tail(&sequence));
	assert_true(sequence_unmarked(&sequence));
	/* What has stopped has been told already; nothing at all tells nothing. */
	sequence = take_marked(3, LIST_POSITION_NOT_LAST, LIST_POSITION_UNMARKED);
	sequence_stop(&sequence);
	assert_false(sequence_lost_tail(&sequence));
	sequence_init(&sequence, 0);
	assert_false(sequence_lost_tail(&sequence));
	assert_false(sequence_unmarked(&sequence));
	/* A further listing counts by itself. */
	sequence = take_marked(3, LIST_POSITION_NOT_LAST, LIST_POSITION_LAST);
	assert_int_equal(
		sequence_take(&sequence,
	                  &(struct list_position){.after = 30, .seq = 1, .upto = 40, .last = LIST_POSITION_NOT_LAST}),
		SEQUENCE_MOVED);
	assert_true(sequence_lost_tail(&sequence));
}

static void
first_receipt(void **state)
{
	struct sequence sequence;

	(void)state;
	sequence_init(&sequence, 100);
	assert_int_equal(take_receipt(&sequence, 101, 1, 200), SEQUENCE_AHEAD);
	assert_int_equal(take_receipt(&sequence, 100, 1, 200), SEQUENCE_STOPPED);
	assert_int_equal(sequence.cursor, 100);
	sequence_init(&sequence, 100);
	assert_int_equal(take_receipt(&sequence, 100, 2, 200), SEQUENCE_GAP);
	assert_int_equal(sequence.cursor, 100);
}

static void
gaps(void **state)
{
	struct sequence sequence;

	(void)state;
	sequence_init(&sequence, 0);
	take_receipt(&sequence, 0, 1, 10);
	assert_int_equal(take_receipt(&sequence, 0, 3, 30), SEQUENCE_GAP);
	assert_int_equal(take_receipt(&sequence, 0, 2, 20), SEQUENCE_STOPPED);
	assert_int_equal(take_receipt(&sequence, 0, 1, 40), SEQUENCE_STOPPED);
	assert_int_equal(sequence.cursor, 10);
	/* the right number, but of another listing */
	sequence_init(&sequence, 0);
	take_receipt(&sequence, 0, 1, 10);
	assert_int_equal(take_receipt(&sequence, 5, 2, 20), SEQUENCE_GAP);
	assert_int_equal(sequence.cursor, 10);
}

static void
repeats(void **state)
{
	struct sequence sequence;

	(void)state;
	sequence_init(&sequence, 0);
	take_receipt(&sequence, 0, 1, 10);
	take_receipt(&sequence, 0, 2, 20);
	take_receipt(&sequence, 0, 3, 30);
	assert_int_equal(take_receipt(&sequence, 0, 3, 30), SEQUENCE_REPEAT);
	assert_int_equal(take_receipt(&sequence, 0, 2, 20), SEQUENCE_REPEAT);
	assert_int_equal(take_receipt(&sequence, 0, 4, 40), SEQUENCE_MOVED);
	/* number 2 of another listing from the same place: not a repeat */
	assert_int_equal(take_receipt(&sequence, 0, 2, 50), SEQUENCE_GAP);
	assert_int_equal(sequence.cursor, 40);
}

static void
stops(void **state)
{
	struct sequence sequence;

	(void)state;
	sequence_init(&sequence, 0);
	take_receipt(&sequence, 0, 1, 10);
	assert_int_equal(take_receipt(&sequence, 0, 2, 9), SEQUENCE_BACKWARDS);
	assert_int_equal(take_receipt(&sequence, 0, 2, 20), SEQUENCE_STOPPED);
	sequence_init(&sequence, 0);
	sequence_stop(&sequence);
	assert_int_equal(take_receipt(&sequence, 0, 1, 20), SEQUENCE_STOPPED);
	assert_int_equal(sequence.cursor, 0);
}

static void
others(void **state)
{
	struct sequence sequence;

	(void)state;
	sequence_init(&sequence, 0);
	take_receipt(&sequence, 0, 1, 10);
	sequence_stored(&sequence, 50);
	assert_int_equal(take_receipt(&sequence, 0, 2, 20), SEQUENCE_MOVED);
	assert_int_equal(sequence.cursor, 50);
	assert_int_equal(take_receipt(&sequence, 40, 1, 60), SEQUENCE_MOVED);
	assert_int_equal(sequence.cursor, 60);
	sequence_stored(&sequence, 20);
	assert_int_equal(sequence.cursor, 60);
	sequence_init(&sequence, INT64_MAX);
	assert_int_equal(take_receipt(&sequence, INT64_MAX, 1, INT64_MAX), SEQUENCE_MOVED);
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

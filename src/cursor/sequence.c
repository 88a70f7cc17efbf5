/* The sequence of receipts, as a small state machine. */
#include "cursor/sequence.h"

static enum sequence_step
stop_at(struct sequence *sequence, enum sequence_step why)
{
	sequence->stopped = true;
	return why;
}

static enum sequence_step
advance(struct sequence *sequence, const struct list_position *position)
{
	sequence->begun = true;
	sequence->after = position->after;
	sequence->seq = position->seq;
	sequence->upto = position->upto;
	if (position->seq == 1)
		sequence->marked = position->last != LIST_POSITION_UNMARKED;
	sequence->ended = position->last == LIST_POSITION_LAST;
	sequence_stored(sequence, position->upto);
	return SEQUENCE_MOVED;
}

void
sequence_init(struct sequence *sequence, int64_t cursor)
{
	*sequence = (struct sequence){.cursor = cursor};
}

void
sequence_stop(struct sequence *sequence)
{
	sequence->stopped = true;
}

void
sequence_stored(struct sequence *sequence, int64_t cursor)
{
	if (cursor > sequence->cursor)
		sequence->cursor = cursor;
}

bool
sequence_lost_tail(const struct sequence *sequence)
{
	return sequence->begun && !sequence->stopped && sequence->marked && !sequence->ended;
}

bool
sequence_unmarked(const struct sequence *sequence)
{
	return sequence->begun && !sequence->stopped && !sequence->marked;
}

enum sequence_step
sequence_take(struct sequence *sequence, const struct list_position *position)
{
	bool same = sequence->begun && position->after == sequence->after;

	if (sequence->stopped)
		return SEQUENCE_STOPPED;
	if (same && position->seq == sequence->seq + 1) {
		if (position->upto < sequence->upto)
			return stop_at(sequence, SEQUENCE_BACKWARDS);
		return advance(sequence, position);
	}
	if (same && position->seq > 1 && position->seq <= sequence->seq && position->upto <= sequence->upto)
		return SEQUENCE_REPEAT;
	if (position->seq != 1)
		return stop_at(sequence, SEQUENCE_GAP);
	if (position->after > sequence->cursor)
		return stop_at(sequence, SEQUENCE_AHEAD);
	return advance(sequence, position);
}

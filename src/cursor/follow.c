/* The thread of receipts, as a small state machine. */
#include "cursor/follow.h"

void
follow_init(struct follow *follow, int64_t cursor)
{
	*follow = (struct follow){.position = cursor};
}

void
follow_stop(struct follow *follow)
{
	follow->stopped = true;
}

void
follow_stored(struct follow *follow, int64_t cursor)
{
	if (cursor > follow->position)
		follow->position = cursor;
}

bool
follow_lost_tail(const struct follow *follow)
{
	return follow->begun && !follow->stopped && follow->marked && !follow->ended;
}

bool
follow_unmarked(const struct follow *follow)
{
	return follow->begun && !follow->stopped && !follow->marked;
}

static enum follow_step
stop_for(struct follow *follow, enum follow_step why)
{
	follow->stopped = true;
	return why;
}

static enum follow_step
move(struct follow *follow, const struct list_position *position)
{
	follow->begun = true;
	follow->after = position->after;
	follow->seq = position->seq;
	follow->upto = position->upto;
	if (position->seq == 1)
		follow->marked = position->last != LIST_POSITION_UNMARKED;
	follow->ended = position->last == LIST_POSITION_LAST;
	follow_stored(follow, position->upto);
	return FOLLOW_ON;
}

enum follow_step
follow_take(struct follow *follow, const struct list_position *position)
{
	bool same = follow->begun && position->after == follow->after;

	if (follow->stopped)
		return FOLLOW_IDLE;
	if (same && position->seq == follow->seq + 1) {
		if (position->upto < follow->upto)
			return stop_for(follow, FOLLOW_WRONG);
		return move(follow, position);
	}
	if (same && position->seq > 1 && position->seq <= follow->seq && position->upto <= follow->upto)
		return FOLLOW_REPEAT;
	if (position->seq != 1)
		return stop_for(follow, FOLLOW_GAP);
	if (position->after > follow->position)
		return stop_for(follow, FOLLOW_AHEAD);
	return move(follow, position);
}

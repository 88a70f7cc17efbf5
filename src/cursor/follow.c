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
move(struct follow *follow, const struct thread *thread)
{
	follow->begun = true;
	follow->after = thread->after;
	follow->seq = thread->seq;
	follow->upto = thread->upto;
	if (thread->seq == 1)
		follow->marked = thread->last != THREAD_LAST_UNSAID;
	follow->ended = thread->last == THREAD_LAST;
	follow_stored(follow, thread->upto);
	return FOLLOW_ON;
}

enum follow_step
follow_take(struct follow *follow, const struct thread *thread)
{
	bool same = follow->begun && thread->after == follow->after;

	if (follow->stopped)
		return FOLLOW_IDLE;
	if (same && thread->seq == follow->seq + 1) {
		if (thread->upto < follow->upto)
			return stop_for(follow, FOLLOW_WRONG);
		return move(follow, thread);
	}
	if (same && thread->seq > 1 && thread->seq <= follow->seq && thread->upto <= follow->upto)
		return FOLLOW_REPEAT;
	if (thread->seq != 1)
		return stop_for(follow, FOLLOW_GAP);
	if (thread->after > follow->position)
		return stop_for(follow, FOLLOW_AHEAD);
	return move(follow, thread);
}

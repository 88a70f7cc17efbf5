/*
 * Tables of states: for each state of an enum the bits of those that may follow on it. Who has such
 * a table changes the state in one function, which asks here first.
 */
#ifndef BASE_STATES_H
#define BASE_STATES_H

#include <stdbool.h>
#include <stdlib.h>

#include "base/log.h"

#define STATE(state) (1u << (state))

static inline bool
state_may_follow(const unsigned *followers, unsigned from, unsigned to)
{
	return (followers[from] & STATE(to)) != 0;
}

/* Ends the program if `to` may not follow: that is a bug. `what` is "a GET" or the like. */
static inline void
state_check(const unsigned *followers, unsigned from, unsigned to, const char *what)
{
	if (state_may_follow(followers, from, to))
		return;
	log_error("a bug: %s goes from state %u to state %u", what, from, to);
	abort();
}

#endif

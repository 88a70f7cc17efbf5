/*
 * How far a GET is. This table is all of it: the states from above to below, the events across.
 *
 *	             headers    held       no more  start over  probe    compare    try        end
 *	idle                                                                        asked      over
 *	asked        coming                         asked                           asked      over
 *	resuming     coming                behind   asked                           resuming   over
 *	coming                  held                asked       probing  comparing  resuming   over
 *	held                                        asked       probing  comparing  resuming   over
 *	probing      behind                behind   asked                           probing    over
 *	behind                  held end            asked       probing  comparing  probing    over
 *	held end                                    asked       probing  comparing  probing    over
 *	comparing    compared                                                       comparing  over
 *	compared                                                                    comparing  over
 *
 * Start over, probe and compare say what the next try is for; then comes that try, or the end.
 */
#include <stdlib.h>

#include "base/log.h"
#include "s3/get.h"

/* clang-format off */
static const unsigned char table[S3_GET_STATES][S3_GET_EVENTS] = {
	[S3_GET_IDLE]      = {0,               0,               0,             0,            0,              0,                S3_GET_ASKED,     S3_GET_OVER},
	[S3_GET_ASKED]     = {S3_GET_COMING,   0,               0,             S3_GET_ASKED, 0,              0,                S3_GET_ASKED,     S3_GET_OVER},
	[S3_GET_RESUMING]  = {S3_GET_COMING,   0,               S3_GET_BEHIND, S3_GET_ASKED, 0,              0,                S3_GET_RESUMING,  S3_GET_OVER},
	[S3_GET_COMING]    = {0,               S3_GET_HELD,     0,             S3_GET_ASKED, S3_GET_PROBING, S3_GET_COMPARING, S3_GET_RESUMING,  S3_GET_OVER},
	[S3_GET_HELD]      = {0,               0,               0,             S3_GET_ASKED, S3_GET_PROBING, S3_GET_COMPARING, S3_GET_RESUMING,  S3_GET_OVER},
	[S3_GET_PROBING]   = {S3_GET_BEHIND,   0,               S3_GET_BEHIND, S3_GET_ASKED, 0,              0,                S3_GET_PROBING,   S3_GET_OVER},
	[S3_GET_BEHIND]    = {0,               S3_GET_HELD_END, 0,             S3_GET_ASKED, S3_GET_PROBING, S3_GET_COMPARING, S3_GET_PROBING,   S3_GET_OVER},
	[S3_GET_HELD_END]  = {0,               0,               0,             S3_GET_ASKED, S3_GET_PROBING, S3_GET_COMPARING, S3_GET_PROBING,   S3_GET_OVER},
	[S3_GET_COMPARING] = {S3_GET_COMPARED, 0,               0,             0,            0,              0,                S3_GET_COMPARING, S3_GET_OVER},
	[S3_GET_COMPARED]  = {0,               0,               0,             0,            0,              0,                S3_GET_COMPARING, S3_GET_OVER},
};
/* clang-format on */

/* More of it is to come. */
static bool
is_running(enum s3_get_state state)
{
	return state != S3_GET_IDLE && state != S3_GET_HELD && state != S3_GET_HELD_END && state != S3_GET_OVER;
}

enum s3_get_state
s3_get_next_state(enum s3_get_state state, enum s3_get_event event)
{
	return table[state][event];
}

void
s3_get_move(struct s3_get *get, enum s3_get_event event)
{
	enum s3_get_state next = table[get->state][event];

	if (next == S3_GET_IDLE) {
		log_error("a bug: a GET in state %d meets the event %d", (int)get->state, (int)event);
		abort();
	}
	get->s3->gets_running += (size_t)is_running(next) - (size_t)is_running(get->state);
	get->state = next;
}

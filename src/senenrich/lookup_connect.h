/* Private to the look-ups: a Redis that can be reached, but does not serve. */
#ifndef SENENRICH_LOOKUP_CONNECT_H
#define SENENRICH_LOOKUP_CONNECT_H

#include "senenrich/lookup.h"

/*
 * What is to be done about an error of Redis. Returns
 *  0 if it may come to serve: we have waited a moment; connect and try again;
 *  1 if it cannot be reached, or has no room for more: the run can do without;
 * -1 if the run ends, with *err completed: it can never serve, or our patience is over.
 */
int lookup_judge(struct lookup *lookup, struct err *err);

/*
 * Connects, and tries what the run will need; waits, no longer than our patience, for a Redis that
 * may come to serve. Returns 0, or as lookup_judge() 1 or -1 with err.
 */
int lookup_connect(struct lookup *lookup, struct err *err);

#endif

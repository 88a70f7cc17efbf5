/* Inside of the look-ups: Redis away, and back. */
#ifndef SENENRICH_LOOKUP_OUTAGE_H
#define SENENRICH_LOOKUP_OUTAGE_H

#include "senenrich/lookup.h"

bool lookup_in_outage(const struct lookup *lookup);

/* Whether Redis is there and takes writes, as far as is known. */
bool lookup_may_save(const struct lookup *lookup);

/* Nobody waits any longer for this write-back; it is tried again later. */
void lookup_postpone(struct lookup *lookup, struct lookup_entry entry);

/* Some of what was postponed goes out with what is flying. */
void lookup_save_postponed(struct lookup *lookup);

/* Redis is away from now on, for a while that grows from time to time. */
void lookup_begin_outage(struct lookup *lookup, const struct err *why);

/* Whether Redis is there, after a new try where one is due. */
bool lookup_end_outage(struct lookup *lookup);

/* All that is not answered goes out once more, over a new connection. -1 with err. */
int lookup_resend(struct lookup *lookup, struct err *err);

/* Decides all that is flying without Redis. -1 with err of `answered`. */
int lookup_resolve_without_cache(struct lookup *lookup, lookup_answered *answered, void *context, struct err *err);

/* The connection broke with `why`, or the server refused what stands at the head of the queue. -1 with err ends all. */
int lookup_recover(struct lookup *lookup, const struct err *why, lookup_answered *answered, void *context,
                   struct err *err);

#endif

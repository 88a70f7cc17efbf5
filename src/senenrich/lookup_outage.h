/* Private to the look-ups: outages of Redis. */
#ifndef SENENRICH_LOOKUP_OUTAGE_H
#define SENENRICH_LOOKUP_OUTAGE_H

#include "senenrich/lookup.h"

bool lookup_in_outage(const struct lookup *lookup);

/* Whether Redis is there and takes writes, as far as we know. */
bool lookup_may_save(const struct lookup *lookup);

/* Reports the answer to a question, unless nobody waits for it any more. -1 with err. */
int lookup_report(struct lookup *lookup, const struct lookup_entry *entry, enum pair_event event, struct err *err);

/* Releases the pair that waits for this write-back; it is tried again later. */
void lookup_postpone(struct lookup *lookup, struct lookup_entry entry);

/* Sends some of the postponed write-backs. */
void lookup_save_postponed(struct lookup *lookup);

/* Begins an outage, or prolongs it: the pauses between attempts grow. */
void lookup_begin_outage(struct lookup *lookup, const struct err *why);

/*
 * Ends the outage if Redis can be reached; tries that only when it is due. As lookup_connect(), but
 * err is only filled with -1.
 */
int lookup_end_outage(struct lookup *lookup, struct err *err);

/* Sends everything that is not answered once more, over a new connection. -1 with err. */
int lookup_resend(struct lookup *lookup, struct err *err);

/* Answers everything on its way as if the cache were empty. -1 with err. */
int lookup_resolve_without_cache(struct lookup *lookup, struct err *err);

/*
 * The connection broke with `why`, or the server refused the command at the head of the queue. -1
 * with err ends the run.
 */
int lookup_recover(struct lookup *lookup, const struct err *why, struct err *err);

#endif

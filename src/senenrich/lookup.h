/*
 * Pairs in Redis, as senenrich uses it: look-ups and write-backs in one stream of pipelined commands, whose
 * answers come in order; and what to do while Redis is away: warn once, go on without it, try again from time to time,
 * and write back what was learnt meanwhile.
 *
 * With cache_legacy, what is not there is looked up once more, under the predecessor's key, and written into the cache where it
 * is found there.
 */
#ifndef SENENRICH_LOOKUP_H
#define SENENRICH_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "cache/cache.h"
#include "senenrich/lookup_queue.h"
#include "senenrich/pairs.h"
#include "senenrich/time_profile.h"
#include "settings/settings.h"

struct lookup {
	struct cache *cache;
	struct pairs *pairs;
	struct time_profile *profile;
	bool required;               /* --require-cache */
	bool legacy;                 /* cache_legacy */
	bool claims;                 /* cache_claims */
	bool missed;                 /* the pair that `answered` is being told of may be asked for by lookup_ask_legacy */
	struct lookup_queue flying;  /* what Redis was asked and has not answered */
	struct lookup_queue unsaved; /* what it could not take; bounded */
	int64_t outage_until;        /* no look-ups before this; 0: Redis is there */
	int64_t outage_ms;           /* how long the last break was */
	int64_t no_saving_until;     /* no write-backs before this (out of memory, read-only) */
	int64_t recovered_at;
	int64_t lost; /* write-backs that did not fit into `unsaved` */
};

/*
 * What became of a look-up: the pair is KNOWN, or still WAITING as it is not in Redis (or Redis is away); after a
 * claim its `claim` is OURS or OTHERS then. -1 with err ends all.
 */
typedef int lookup_answered(void *context, struct pair *pair, struct err *err);

/* With `required`, every failure of Redis is an error; without, none is. Connects. */
int lookup_init(struct lookup *lookup, const struct settings *settings, struct pairs *pairs,
                struct time_profile *profile, bool required, struct err *err);
void lookup_release(struct lookup *lookup);

/* Queues a look-up of a pair that waits. */
void lookup_ask(struct lookup *lookup, struct pair *pair);

/*
 * From within `answered` alone, for a pair that was not found: queues a second look-up, under the predecessor's key. Returns
 * false where there is none to make: cache_legacy is off, this was the second one already, the key would be ambiguous, or Redis is away.
 */
bool lookup_ask_legacy(struct lookup *lookup, struct pair *pair, struct slice company, struct slice title);

/* Queues the write-back of a pair that is known; it is `unsaved` until Redis has it (or is away). */
void lookup_save(struct lookup *lookup, struct pair *pair);

/*
 * Queues a claim for a pair that waits. Where claims are off, or Redis is away or takes no writes, the claim is ours at once: false is
 * returned, and no answer comes.
 */
bool lookup_claim(struct lookup *lookup, struct pair *pair);

/* Queues the renewal, or the end, of a claim that is ours; of another pair nothing. */
void lookup_renew_claim(struct lookup *lookup, const struct pair *pair);
void lookup_end_claim(struct lookup *lookup, struct pair *pair);

/*
 * Sends what is queued and takes answers until at most `keep` are on their way; what the answers themselves give rise to
 * comes on top, and is taken the next time. -1 with err.
 */
int lookup_drain(struct lookup *lookup, size_t keep, lookup_answered *answered, void *context, struct err *err);

/* One last try to write back what Redis could not take; warns of what is lost. Returns what is left. */
size_t lookup_finish(struct lookup *lookup);

#endif

/*
 * Pairs in Redis: look-ups, claims and write-backs in one stream of pipelined commands, whose
 * answers come in order. Also what to do during an outage of Redis: warn once, go on without it,
 * try again from time to time, and write back what was learnt meanwhile.
 *
 * With cache_legacy, a pair that is missing is looked up once more under the predecessor's key, and
 * copied into the cache if it is there.
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
	bool missed;                 /* the pair in `answered` may be passed to lookup_ask_legacy */
	struct lookup_queue flying;  /* commands that Redis has not answered yet */
	struct lookup_queue unsaved; /* write-backs that Redis could not take; bounded */
	int64_t outage_until;        /* an outage: no look-ups before this; 0: none */
	int64_t outage_ms;           /* how long the last pause was */
	int64_t no_saving_until;     /* no write-backs before this (out of memory, read-only) */
	int64_t recovered_at;
	int64_t lost; /* write-backs that did not fit into `unsaved` */
};

/*
 * The result of a look-up: the pair is KNOWN, or still WAITING if Redis does not have it or is not
 * there. After a claim, `claim` is also set, to OURS or OTHERS. -1 with err ends the run.
 */
typedef int lookup_answered(void *context, struct pair *pair, struct err *err);

/*
 * Connects. With `required`, every failure of Redis is an error; without, none is, except for wrong
 * settings. -1 with err.
 */
int lookup_init(struct lookup *lookup, const struct settings *settings, struct pairs *pairs,
                struct time_profile *profile, bool required, struct err *err);
void lookup_release(struct lookup *lookup);

/* Queues a look-up of a pair that waits. */
void lookup_ask(struct lookup *lookup, struct pair *pair);

/*
 * Only from within `answered`, for a pair that was not found: queues a second look-up, under the
 * predecessor's key. Returns false if there is none: cache_legacy is off, this was the second
 * look-up already, the key would be ambiguous, or Redis is not there.
 */
bool lookup_ask_legacy(struct lookup *lookup, struct pair *pair, struct slice company, struct slice title);

/*
 * Queues the write-back of a known pair. It is `unsaved` until Redis has it, or an outage begins.
 */
void lookup_save(struct lookup *lookup, struct pair *pair);

/*
 * Queues a claim for a pair that waits. If claims are off, or Redis is not there or takes no
 * writes, the claim is ours at once: then it returns false, and no answer comes.
 */
bool lookup_claim(struct lookup *lookup, struct pair *pair);

/* Queue the renewal, or the end, of a claim that is ours; do nothing for other pairs. */
void lookup_renew_claim(struct lookup *lookup, const struct pair *pair);
void lookup_end_claim(struct lookup *lookup, struct pair *pair);

/*
 * Sends what is queued and takes answers until at most `keep` are on their way. Commands that the
 * answers give rise to come on top, and are taken the next time. -1 with err.
 */
int lookup_drain(struct lookup *lookup, size_t keep, lookup_answered *answered, void *context, struct err *err);

/*
 * Tries once more to write back what Redis could not take, and warns of what is lost. Returns how
 * much is left.
 */
size_t lookup_finish(struct lookup *lookup);

#endif

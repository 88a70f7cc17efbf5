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
#include "senenrich/lookup_entry.h"
#include "senenrich/resolve.h"
#include "senenrich/time_profile.h"
#include "settings/settings.h"

struct lookup {
	struct cache *cache;
	struct resolve *resolve; /* to which answers are reported */
	struct time_profile *profile;
	bool required;           /* --require-cache */
	bool legacy;             /* cache_legacy */
	bool claims;             /* cache_claims */
	bool finishing;          /* nobody waits for look-ups any more */
	struct ring flying;      /* of lookup_entry: commands that Redis has not answered yet */
	struct ring unsaved;     /* of lookup_entry: write-backs that Redis could not take; bounded */
	int64_t outage_until;    /* an outage: no look-ups before this; 0: none */
	int64_t outage_ms;       /* how long the last pause was */
	int64_t no_saving_until; /* no write-backs before this (out of memory, read-only) */
	int64_t recovered_at;
	int64_t patience_ms;              /* rpc_patience */
	int64_t waiting_since, waited_at; /* for a Redis that cannot serve yet */
	int64_t lost;                     /* write-backs that did not fit into `unsaved` */
	int64_t outage_pairs;             /* so many write-backs may wait; more end the run */
	struct err ignored;               /* of sending a command: its answer shows the same */
};

/*
 * Connects, and tries what the run will need. With `required`, every failure of Redis is an error;
 * without, a Redis that cannot be reached is none, but one that can never serve (ERR_USAGE), or not
 * within rpc_patience, is. -1 with err.
 */
int lookup_init(struct lookup *lookup, const struct settings *settings, struct resolve *resolve,
                struct time_profile *profile, bool required, struct err *err);
void lookup_release(struct lookup *lookup);

/* Queues a look-up. Its answer is HIT, MISS or AWAY. */
void lookup_ask(struct lookup *lookup, struct pair *pair);

/*
 * Queues a look-up under the predecessor's key. Redis must be there: call it while an answer of
 * Redis is reported. Returns false if there is no such key: cache_legacy is off, or the key would
 * be ambiguous. Its answer is HIT, MISS or AWAY, or SENT_ANEW followed by the answer to lookup_ask.
 */
bool lookup_ask_legacy(struct lookup *lookup, struct pair *pair, struct slice company, struct slice title);

/*
 * Queues the write-back of a known pair. Its answer is SAVE_DONE, or SAVE_LATER if an outage
 * begins. Returns false if Redis is not there or takes no writes: it is tried again later, and no
 * answer comes.
 */
bool lookup_save(struct lookup *lookup, struct pair *pair);

/*
 * Queues a claim. Its answer is HIT, MISS, OTHERS or AWAY, or CLAIM_DROPPED, and then that to
 * lookup_ask. Returns false if claims are off, or Redis is not there or takes no writes: then no
 * answer comes.
 */
bool lookup_claim(struct lookup *lookup, struct pair *pair);

/* Queue the renewal, or the end, of our claim of the pair. There is no answer. */
void lookup_renew_claim(struct lookup *lookup, const struct pair *pair);
void lookup_end_claim(struct lookup *lookup, const struct pair *pair);

/*
 * Sends the queue and takes answers until at most `keep` are on their way. Commands that an answer
 * causes come in addition, and are taken the next time. -1 with err.
 */
int lookup_drain(struct lookup *lookup, size_t keep, struct err *err);

/*
 * Without Redis, the next run pays again for each answer of the model. -1 with err (ERR_TEMPORARY) if
 * outage_pairs answers wait to be written back, and Redis still does not take them.
 */
int lookup_bound_outage(struct lookup *lookup, struct err *err);

/*
 * Tries again to write back what Redis could not take, and warns of what is lost. Answers to
 * look-ups are ignored from now on. Returns how many write-backs are left.
 */
size_t lookup_finish(struct lookup *lookup);

#endif

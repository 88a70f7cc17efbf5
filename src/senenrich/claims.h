/*
 * Claims: of several processes with the same new data, one asks the model for a pair. Each claims a
 * pair in Redis just before its call is formed. A pair that another process has claimed is looked
 * up until its answer is there, or until the claim is gone. A claim expires after a few seconds and
 * is renewed while its pair is in a call, so nobody waits for a dead process.
 *
 * A claim only saves calls: if one is lost, a pair is asked for twice, with the same answer.
 */
#ifndef SENENRICH_CLAIMS_H
#define SENENRICH_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "senenrich/dispatcher.h"
#include "senenrich/lookup.h"
#include "senenrich/pair_queue.h"

struct claims {
	struct lookup *lookup;
	struct dispatcher *dispatcher;
	struct pair_queue wanted; /* to be claimed when the next call has room */
	struct pair_queue held;   /* claimed by others */
	size_t in_flight;         /* claims on their way to Redis */
	int64_t look_at;          /* when to look up held pairs again */
	int64_t look_ms;          /* the pause between two such look-ups */
	int64_t claim_all_at;
	size_t ours_in_a_row; /* claims without conflict since the last conflict */
	size_t looked, found; /* the last look-up of held pairs: how many, and how many were there */
	int64_t renew_at;
};

void claims_init(struct claims *claims, struct lookup *lookup, struct dispatcher *dispatcher);
void claims_release(struct claims *claims);

/* Queues an admitted pair (dispatcher_admit) to be claimed. */
void claims_want(struct claims *claims, struct pair *pair);

/* Takes the answer to a claim or a look-up: the pair goes to the dispatcher, waits, or is known. */
void claims_take(struct claims *claims, struct pair *pair);

/*
 * Claims pairs for the room in the next call, looks up pairs that others hold, and renews our
 * claims. Returns whether it did anything.
 */
bool claims_step(struct claims *claims);

/* Whether answers are on their way that the next call should wait for. */
bool claims_pending(const struct claims *claims);

/* Milliseconds until claims_step has something to do; -1: never. */
int64_t claims_timeout(const struct claims *claims);

#endif

/*
 * Leave to ask the model. Several processes on the same new data would each ask for the same pairs: so each claims a pair in
 * Redis just before its call is formed. What another process has claimed is not asked, but looked for until its answer is there,
 * or its claim is gone: it lives for a few seconds and is renewed while the pair is in a call, so that nobody waits for the dead.
 *
 * A claim saves calls and no more: where one is lost, a pair is asked twice, and the answer is the same.
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
	struct pair_queue wanted; /* to be claimed, when the next call has room */
	struct pair_queue held;   /* claimed by others */
	size_t in_flight;         /* claims on their way to Redis */
	int64_t look_at;          /* when to look for some of the held ones again */
	int64_t look_ms;          /* the pause between two looks */
	int64_t claim_all_at;
	size_t ours_in_a_row; /* claims that met no other process */
	size_t looked, found; /* of the last look: how many, and of how many something has come */
	int64_t renew_at;
};

void claims_init(struct claims *claims, struct lookup *lookup, struct dispatcher *dispatcher);
void claims_release(struct claims *claims);

/* An admitted pair (dispatcher_admit) is to be asked for. */
void claims_want(struct claims *claims, struct pair *pair);

/* The answer to a claim has come: the pair goes to the dispatcher, or waits, or is known. */
void claims_take(struct claims *claims, struct pair *pair);

/* Claims what the next call has room for, looks for what others have claimed, renews what is ours. Returns whether it did anything. */
bool claims_step(struct claims *claims);

/* Whether answers are on their way that a call should wait for. */
bool claims_pending(const struct claims *claims);

/* Milliseconds till claims_step has something to do; -1: never. */
int64_t claims_timeout(const struct claims *claims);

#endif

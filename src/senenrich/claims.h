/*
 * Claims: of several processes with the same new data, one asks the model for a pair. Each claims a
 * pair in Redis just before its call is formed. A pair that another process has claimed is looked
 * up until its answer is there, or until the claim is gone. A claim expires after a few seconds and
 * is renewed while its pair is in a call, so nobody waits for a dead process.
 *
 * A claim only saves calls: if one is lost, a pair is asked for twice, with the same answer.
 *
 * This part stores the pairs that wait for a claim, and decides when to send how many commands of
 * which kind. It sends nothing itself; resolve.c decides about a pair.
 */
#ifndef SENENRICH_CLAIMS_H
#define SENENRICH_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ring.h"
#include "senenrich/pairs.h"

struct claims {
	struct ring wanted; /* of struct pair *: to be claimed when the next call has room */
	struct ring held;   /* of struct pair *: claimed by others */
	size_t held_max;    /* claim no more while others hold this many */
	size_t in_flight;   /* claims and look-ups of such pairs on their way to Redis */
	int64_t look_at;    /* when to look up held pairs again */
	int64_t look_ms;    /* the pause between two such look-ups */
	int64_t claim_all_at;
	size_t ours_in_a_row; /* claims without conflict since the last conflict */
	size_t looked, found; /* the last look-up of held pairs: how many, and how many were there */
	int64_t renew_at;
};

/* `batch_pairs`: how many pairs a call takes. */
void claims_init(struct claims *claims, size_t batch_pairs);
void claims_release(struct claims *claims);

/* Queue a pair that is to be claimed, or that another process has claimed. */
void claims_want(struct claims *claims, struct pair *pair);
void claims_hold(struct claims *claims, struct pair *pair);

/* Take the next of these pairs; NULL if there is none. */
struct pair *claims_next_wanted(struct claims *claims);
struct pair *claims_next_held(struct claims *claims);

/* A claim, or a look-up of such a pair, was sent to Redis. */
void claims_count_question(struct claims *claims);

/* The answer of Redis. */
enum claims_answer {
	CLAIMS_OURS,       /* the pair is ours to ask for */
	CLAIMS_OTHERS,     /* another process holds it */
	CLAIMS_MISS,       /* it may be claimed */
	CLAIMS_FOUND,      /* another process has stored the answer */
	CLAIMS_FOUND_HELD, /* the same, of a pair that was held */
};
void claims_count_answer(struct claims *claims, enum claims_answer answer);

/* How many pairs may be claimed now, if the next call has room for `capacity`. */
size_t claims_capacity(const struct claims *claims, size_t capacity);

/*
 * Whether to look a pair up before it is claimed: if others work on the same data, a pair that was
 * missing before is likely to be there now.
 */
bool claims_look_first(const struct claims *claims);

/* Whether held pairs are to be looked up again now. */
bool claims_look_due(const struct claims *claims, int64_t now);

/*
 * Which held pairs to look up: of the first `count`, those whose number is a multiple of `stride`.
 * The others are queued again. Plans the next look-up.
 */
struct claims_look {
	size_t count, stride;
	bool anew; /* claim them again instead: their process may be dead */
};
struct claims_look claims_plan_look(struct claims *claims, int64_t now);

/* Whether to renew our claims now. If so, the next time is a second later. */
bool claims_renew_due(struct claims *claims, int64_t now);

/* Whether answers are on their way that the next call should wait for. */
bool claims_pending(const struct claims *claims);

/* Milliseconds until there is something to do; -1: never. `ours`: whether we have claims to renew. */
int64_t claims_timeout(const struct claims *claims, bool ours);

#endif

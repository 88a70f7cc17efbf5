/*
 * The pairs that are on their way: looked up or asked for, and not yet written out. A pair that is
 * already here is waited for, not asked for again.
 *
 * References are counted: one for each posting that waits for it, one for each call or queue that
 * holds it.
 */
#ifndef SENENRICH_PAIRS_H
#define SENENRICH_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cache/cache.h"

enum pair_state {
	PAIR_WAITING, /* looked up or asked for, or about to be */
	PAIR_KNOWN,   /* `seniority` holds */
	PAIR_REFUSED, /* `reason` says why there is no answer now */
	PAIR_FAILED,  /* `reason` says why it cannot be had now */
};

/* Whether this process may ask the model for the pair (claims.h). */
enum pair_claim { CLAIM_NONE, CLAIM_WANTED, CLAIM_OURS, CLAIM_OTHERS };

enum pair_source { FROM_MEMO, FROM_REDIS, FROM_MODEL, PAIR_SOURCES };

struct pair {
	struct pair_hash hash;
	struct slice line;  /* the first posting with it; valid while the pair waits */
	char *company;      /* for the model, both end in NUL; owned; NULL before it is asked for */
	char *title;        /* in the memory of `company` */
	size_t bytes;       /* of both texts, about as in the model's message */
	const char *reason; /* a static text */
	uint32_t references;
	uint8_t state;
	uint8_t seniority;
	uint8_t source;
	uint8_t claim;
	bool unsaved;      /* known, but not yet confirmed by the cache */
	struct pair *next; /* in the free list or the hash chain */
};

struct pairs {
	struct pair **buckets; /* hash chains */
	size_t mask;
	size_t count;
	struct pair *free;
	struct pair **blocks; /* the memory of the pairs */
	size_t block_count;
};

void pairs_init(struct pairs *pairs);
void pairs_release(struct pairs *pairs);

/* Returns the pair with this hash and one more reference, or a new one (WAITING, *is_new). */
struct pair *pairs_take(struct pairs *pairs, struct pair_hash hash, bool *is_new);

/* Drops one reference; the last one frees the pair. */
void pairs_drop(struct pairs *pairs, struct pair *pair);

/* Makes the pair fail: those who hold it see `reason`, and the next posting with it asks anew. */
void pairs_fail(struct pairs *pairs, struct pair *pair, const char *reason);

#endif

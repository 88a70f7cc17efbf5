/*
 * The pairs that are on their way: asked of Redis or of the model and not yet written out. A pair that is already here is
 * waited for, not asked again.
 *
 * Counted references: one for each posting that waits for it, one for each call or queue that holds it.
 */
#ifndef SENENRICH_PAIRS_H
#define SENENRICH_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cache/cache.h"

enum pair_state {
	PAIR_WAITING, /* asked of Redis or the model, or about to be */
	PAIR_KNOWN,   /* `seniority` holds */
	PAIR_REFUSED, /* `reason` says why its postings are rejected */
	PAIR_FAILED,  /* `reason` says why it cannot be had now */
};

/* Whether this process may ask the model for it (claims.h). */
enum pair_claim { CLAIM_NONE, CLAIM_WANTED, CLAIM_OURS, CLAIM_OTHERS };

enum pair_source { FROM_MEMO, FROM_REDIS, FROM_MODEL, PAIR_SOURCES };

struct pair {
	struct pair_hash hash;
	struct slice line;  /* the first posting that holds it: valid while the pair waits */
	char *company;      /* for the model: NUL at the end of both; owned, NULL before it is asked */
	char *title;        /* in the same memory */
	size_t bytes;       /* of both, about as the model's message has them */
	const char *reason; /* a static text */
	uint32_t references;
	uint8_t state;
	uint8_t seniority;
	uint8_t source;
	uint8_t claim;
	bool unsaved;      /* known, but the cache has not yet confirmed it */
	struct pair *next; /* free list, or the hash chain */
};

struct pairs {
	struct pair **buckets; /* hash chains */
	size_t mask;
	size_t count;
	struct pair *free;
	struct pair **blocks; /* what the pairs live in */
	size_t block_count;
};

void pairs_init(struct pairs *pairs);
void pairs_release(struct pairs *pairs);

/* The pair of that hash, with one reference more, or a new one (state WAITING, *is_new). */
struct pair *pairs_take(struct pairs *pairs, struct pair_hash hash, bool *is_new);

/* One reference less; the last one frees it. */
void pairs_drop(struct pairs *pairs, struct pair *pair);

/* It failed: whoever comes later asks anew. Those who hold it see `reason`. */
void pairs_fail(struct pairs *pairs, struct pair *pair, const char *reason);

#endif

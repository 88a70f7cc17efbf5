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

enum pair_source { FROM_MEMO, FROM_REDIS, FROM_MODEL, PAIR_SOURCES };

struct pair {
	struct pair_hash hash;
	struct slice line;  /* the first posting with it; valid until the pair is settled */
	char *company;      /* for the model, both end in NUL; owned; NULL before it is asked for */
	char *title;        /* in the memory of `company` */
	size_t bytes;       /* of both texts, about as in the model's message */
	const char *reason; /* a static text */
	uint32_t references;
	uint8_t state; /* enum pair_state (resolve.h), which alone changes it */
	uint8_t seniority;
	uint8_t source;
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

/* Returns the pair with this hash and one more reference, or a new one. */
struct pair *pairs_take(struct pairs *pairs, struct pair_hash hash, bool *is_new);

/* Returns a new pair that is not in the table: no other posting finds it. */
struct pair *pairs_take_apart(struct pairs *pairs, struct pair_hash hash);

/* Drops one reference; the last one frees the pair. */
void pairs_drop(struct pairs *pairs, struct pair *pair);

/* Takes the pair out of the table: those who hold it keep it, and pairs_take() makes a new one. */
void pairs_forget(struct pairs *pairs, struct pair *pair);

#endif

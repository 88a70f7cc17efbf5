/*
 * The memo: what this process already knows of pairs, in a fixed amount of memory. It forgets the pairs
 * that were of least use when a place is needed.
 */
#ifndef SENENRICH_MEMO_H
#define SENENRICH_MEMO_H

#include <stdint.h>

#include "cache/cache.h"

struct memo;

/* Room for about `pairs` pairs, at 16 bytes each; 0: a memo that knows nothing. Pages are only taken as they fill. */
struct memo *memo_new(int64_t pairs);
void memo_free(struct memo *memo);

/* Asks the processor for the memory that memo_get will need. */
void memo_prefetch(const struct memo *memo, struct pair_hash hash);

/* 1..7, or 0 where it is not known. */
int memo_get(struct memo *memo, struct pair_hash hash);
void memo_put(struct memo *memo, struct pair_hash hash, int seniority);

#endif

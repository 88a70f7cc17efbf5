/*
 * The memo: pairs that this process knows already, in a fixed amount of memory. When it needs room,
 * it forgets the pairs that were of least use.
 */
#ifndef SENENRICH_MEMO_H
#define SENENRICH_MEMO_H

#include <stdint.h>

#include "cache/cache.h"

struct memo;

/*
 * Room for about `pairs` pairs, 16 bytes each; 0: a memo that stays empty. Memory is taken as it
 * fills.
 */
struct memo *memo_new(int64_t pairs);
void memo_free(struct memo *memo);

/* Prefetches the memory that memo_get will need. */
void memo_prefetch(const struct memo *memo, struct pair_hash hash);

/* 1..7, or 0 if the pair is not known. */
int memo_get(struct memo *memo, struct pair_hash hash);
void memo_put(struct memo *memo, struct pair_hash hash, int seniority);

#endif

/* A hash table with chains and a pool: a pair keeps its address while anyone holds it. */
#include "senenrich/pairs.h"

#include <stdlib.h>

#include "base/mem.h"

enum { FIRST_BUCKETS = 4096, BLOCK = 1024 };

static void
grow_buckets(struct pairs *pairs)
{
	size_t mask = pairs->mask * 2 + 1;
	struct pair **buckets = mem_zero(mask + 1, sizeof(*buckets));

	for (size_t i = 0; i <= pairs->mask; i++) {
		struct pair *p = pairs->buckets[i];

		while (p) {
			struct pair *next = p->next;

			p->next = buckets[p->hash.low & mask];
			buckets[p->hash.low & mask] = p;
			p = next;
		}
	}
	free(pairs->buckets);
	pairs->buckets = buckets;
	pairs->mask = mask;
}

static struct pair *
allocate_pair(struct pairs *pairs)
{
	struct pair *pair;

	if (pairs->free == NULL) {
		struct pair *block = mem_zero(BLOCK, sizeof(*block));

		pairs->blocks = mem_resize(pairs->blocks, pairs->block_count + 1, sizeof(*pairs->blocks));
		pairs->blocks[pairs->block_count++] = block;
		for (int i = 0; i < BLOCK; i++) {
			block[i].next = pairs->free;
			pairs->free = &block[i];
		}
	}
	pair = pairs->free;
	pairs->free = pair->next;
	return pair;
}

void
pairs_init(struct pairs *pairs)
{
	*pairs = (struct pairs){.mask = FIRST_BUCKETS - 1};
	pairs->buckets = mem_zero(FIRST_BUCKETS, sizeof(*pairs->buckets));
}

void
pairs_release(struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->block_count; i++) {
		for (int k = 0; k < BLOCK; k++)
			free(pairs->blocks[i][k].company);
		free(pairs->blocks[i]);
	}
	free(pairs->blocks);
	free(pairs->buckets);
	*pairs = (struct pairs){0};
}

struct pair *
pairs_take(struct pairs *pairs, struct pair_hash hash, bool *is_new)
{
	struct pair *pair;

	for (pair = pairs->buckets[hash.low & pairs->mask]; pair; pair = pair->next) {
		if (pair->hash.low == hash.low && pair->hash.high == hash.high) {
			pair->references++;
			*is_new = false;
			return pair;
		}
	}
	if (pairs->count > pairs->mask)
		grow_buckets(pairs);
	pair = allocate_pair(pairs);
	*pair = (struct pair){.hash = hash, .references = 1, .next = pairs->buckets[hash.low & pairs->mask]};
	pairs->buckets[hash.low & pairs->mask] = pair;
	pairs->count++;
	*is_new = true;
	return pair;
}

struct pair *
pairs_take_apart(struct pairs *pairs, struct pair_hash hash)
{
	struct pair *pair = allocate_pair(pairs);

	*pair = (struct pair){.hash = hash, .references = 1};
	return pair;
}

void
pairs_forget(struct pairs *pairs, struct pair *pair)
{
	struct pair **at = &pairs->buckets[pair->hash.low & pairs->mask];

	while (*at && *at != pair)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	*at = pair->next;
	pairs->count--;
}

void
pairs_drop(struct pairs *pairs, struct pair *pair)
{
	if (--pair->references > 0)
		return;
	pairs_forget(pairs, pair);
	free(pair->company);
	pair->next = pairs->free;
	pair->company = NULL;
	pairs->free = pair;
}

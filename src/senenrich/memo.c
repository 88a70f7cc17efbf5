/*
 * The memo consists of sets of eight entries, one cache line each. The high half of a pair's hash
 * chooses the set; 61 bits of the low half are the tag. 0 is an empty entry, as a seniority is
 * never 0.
 *
 * Each hit moves an entry one place to the front. A new entry takes the sixth place and pushes the
 * last one out. So pairs that are asked for often stay and one-time pairs are soon gone, without a
 * clock or counters. Two pairs with the same set and tag would be confused: with 2^20 sets that
 * takes 81 equal bits.
 */
#include "senenrich/memo.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/mem.h"

enum { WAYS = 8, NEWCOMER = 5 };

#define SENIORITY_MASK UINT64_C(7)

struct set {
	uint64_t entries[WAYS];
};

struct memo {
	struct set *sets; /* NULL: no memo */
	uint64_t mask;    /* number of sets - 1 */
};

static uint64_t *
entries_of(const struct memo *memo, struct pair_hash hash)
{
	return memo->sets[hash.high & memo->mask].entries;
}

struct memo *
memo_new(int64_t pairs)
{
	struct memo *memo = mem_zero(1, sizeof(*memo));
	uint64_t sets = 1;
	void *memory;

	if (pairs <= 0)
		return memo;
	/* half full, so that hardly any set overflows before the whole memo is full */
	while (sets * WAYS / 2 < (uint64_t)pairs)
		sets *= 2;
	memory = mmap(NULL, sets * sizeof(struct set), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
	              -1, 0);
	if (memory == MAP_FAILED)
		return memo; /* slower, but correct */
	/* accesses are random: with small pages most of them would miss the TLB too */
	mem_in_large_pages(memory, sets * sizeof(struct set));
	memo->sets = memory;
	memo->mask = sets - 1;
	return memo;
}

void
memo_free(struct memo *memo)
{
	if (memo == NULL)
		return;
	if (memo->sets)
		munmap(memo->sets, (memo->mask + 1) * sizeof(struct set));
	free(memo);
}

void
memo_prefetch(const struct memo *memo, struct pair_hash hash)
{
	if (memo->sets)
		__builtin_prefetch(entries_of(memo, hash), 1);
}

int
memo_get(struct memo *memo, struct pair_hash hash)
{
	uint64_t tag = hash.low & ~SENIORITY_MASK;
	uint64_t *entries;

	if (memo->sets == NULL)
		return 0;
	entries = entries_of(memo, hash);
	for (int i = 0; i < WAYS; i++) {
		uint64_t entry = entries[i];

		if ((entry & ~SENIORITY_MASK) != tag || (entry & SENIORITY_MASK) == 0)
			continue;
		if (i > 0) {
			entries[i] = entries[i - 1];
			entries[i - 1] = entry;
		}
		return (int)(entry & SENIORITY_MASK);
	}
	return 0;
}

void
memo_put(struct memo *memo, struct pair_hash hash, int seniority)
{
	uint64_t *entries;
	int place = 0;

	if (memo->sets == NULL || memo_get(memo, hash) != 0)
		return;
	entries = entries_of(memo, hash);
	while (place < WAYS && entries[place] != 0)
		place++;
	if (place == WAYS) {
		for (place = WAYS - 1; place > NEWCOMER; place--)
			entries[place] = entries[place - 1];
	}
	entries[place] = (hash.low & ~SENIORITY_MASK) | (uint64_t)seniority;
}

/* A hash table with open addressing. The hashes are good, so their lower bits choose the slot. */
#include "senserve/seen.h"

#include <stdlib.h>

#include "base/mem.h"

/* The slot that holds the hash, or a free one for it. */
static uint64_t *
slot_of(uint64_t *slots, size_t capacity, uint64_t hash)
{
	size_t at = hash & (capacity - 1);

	while (slots[at] != 0 && slots[at] != hash)
		at = (at + 1) & (capacity - 1);
	return &slots[at];
}

static void
grow_set(struct seen *seen)
{
	size_t capacity = seen->capacity ? seen->capacity * 2 : 1024;
	uint64_t *slots = mem_zero(capacity, sizeof *slots);

	for (size_t i = 0; i < seen->capacity; i++)
		if (seen->slots[i] != 0)
			*slot_of(slots, capacity, seen->slots[i]) = seen->slots[i];
	free(seen->slots);
	seen->slots = slots;
	seen->capacity = capacity;
}

bool
seen_add(struct seen *seen, uint64_t hash)
{
	if (hash == 0)
		hash = 1;
	if (seen->count >= seen->capacity / 4 * 3)
		grow_set(seen);
	uint64_t *slot = slot_of(seen->slots, seen->capacity, hash);
	if (*slot == hash)
		return true;
	*slot = hash;
	seen->count++;
	return false;
}

void
seen_release(struct seen *seen)
{
	free(seen->slots);
	*seen = (struct seen){0};
}

/* A hash set with open addressing. */
#include "s3put/names.h"

#include <stdlib.h>
#include <xxhash.h>

#include "base/mem.h"

enum { CAPACITY_MIN = 1024 };

/* The slot of this hash, or the free one if it belongs. */
static uint64_t *
find_slot(const struct names *names, uint64_t hash)
{
	size_t i = hash & (names->capacity - 1);

	while (names->slots[i] != 0 && names->slots[i] != hash)
		i = (i + 1) & (names->capacity - 1);
	return &names->slots[i];
}

static void
grow_slots(struct names *names)
{
	struct names old = *names;

	names->capacity = old.capacity ? 2 * old.capacity : CAPACITY_MIN;
	names->slots = mem_zero(names->capacity, sizeof(*names->slots));
	for (size_t i = 0; i < old.capacity; i++)
		if (old.slots[i] != 0)
			*find_slot(names, old.slots[i]) = old.slots[i];
	free(old.slots);
}

bool
names_add(struct names *names, struct slice name)
{
	uint64_t hash = XXH3_64bits(name.ptr, name.len);
	uint64_t *slot;

	if (4 * (names->count + 1) > 3 * names->capacity)
		grow_slots(names);
	if (hash == 0)
		hash = 1;
	slot = find_slot(names, hash);
	if (*slot != 0)
		return false;
	*slot = hash;
	names->count++;
	return true;
}

void
names_release(struct names *names)
{
	free(names->slots);
	*names = (struct names){0};
}

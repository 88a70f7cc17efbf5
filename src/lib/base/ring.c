/* A queue in a ring of places: see ring.h. */
#include "base/ring.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
ring_reserve(struct ring *ring, size_t capacity)
{
	char *places;
	size_t behind = (ring->capacity - ring->head) * ring->size;

	if (capacity <= ring->capacity)
		return;
	places = mem_zero(capacity, ring->size);
	if (ring->capacity > 0) {
		memcpy(places, ring->places + ring->head * ring->size, behind);
		memcpy(places + behind, ring->places, ring->head * ring->size);
	}
	free(ring->places);
	ring->places = places;
	ring->capacity = capacity;
	ring->head = 0;
}

void
ring_release(struct ring *ring)
{
	free(ring->places);
	*ring = (struct ring){.size = ring->size};
}

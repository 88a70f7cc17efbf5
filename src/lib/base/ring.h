/*
 * A queue, first in, first out, in a ring of places of one size. The content of a place stays when
 * it is popped, so an item can keep its buffers for the next item in that place. New places are
 * zero. {.size = sizeof(struct item)} is an empty ring.
 */
#ifndef BASE_RING_H
#define BASE_RING_H

#include <stddef.h>

struct ring {
	char *places;
	size_t size; /* of a place, in bytes */
	size_t head, count, capacity;
};

/*
 * Makes room for `capacity` items; never shrinks. The content of all places moves, also of the free
 * ones; pointers to them become invalid.
 */
void ring_reserve(struct ring *ring, size_t capacity);
/* Frees the places, not what they point to. */
void ring_release(struct ring *ring);

/* A place by its number, taken or not: 0 <= i < capacity, from the head on. */
static inline void *
ring_at(const struct ring *ring, size_t i)
{
	i += ring->head;
	return ring->places + (i < ring->capacity ? i : i - ring->capacity) * ring->size;
}

/* Adds a place at the end and returns it as it was left. A full ring grows. */
static inline void *
ring_push(struct ring *ring)
{
	if (ring->count == ring->capacity)
		ring_reserve(ring, ring->capacity ? ring->capacity * 2 : 64);
	return ring_at(ring, ring->count++);
}

/* Takes off the head, which must be there, and returns its place: valid until the next push. */
static inline void *
ring_pop(struct ring *ring)
{
	void *place = ring_at(ring, 0);

	ring->head = ring->head + 1 < ring->capacity ? ring->head + 1 : 0;
	ring->count--;
	return place;
}

#endif

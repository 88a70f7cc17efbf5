/* A growing set of 64-bit hashes, 8 to 16 bytes each. */
#ifndef SENSERVE_SEEN_H
#define SENSERVE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* {0} is an empty set. */
struct seen {
	uint64_t *slots; /* 0: free */
	size_t capacity; /* a power of two */
	size_t count;
};

/* Adds the hash; returns whether it was there already. */
bool seen_add(struct seen *seen, uint64_t hash);
void seen_release(struct seen *seen);

#endif

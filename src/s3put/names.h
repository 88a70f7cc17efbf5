/*
 * Which output names a run has had. Kept as 64-bit hashes, 11 to 22 bytes a name: of a million
 * names, two that differ are taken for one with a probability of 3 in 10^8, and that costs an error
 * that the next run mends.
 */
#ifndef S3PUT_NAMES_H
#define S3PUT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct names {
	uint64_t *slots; /* 0: free */
	size_t capacity; /* a power of two */
	size_t count;
};

/* Adds a name. False if it was there already. {0} is an empty set. */
bool names_add(struct names *names, struct slice name);
void names_release(struct names *names);

#endif

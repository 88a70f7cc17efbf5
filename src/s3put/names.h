/*
 * The output names of a run. Stored as 64-bit hashes, 11 to 22 bytes a name: among a million names,
 * two different ones collide with a probability of 3 in 10^8, which costs an error that the next
 * run fixes.
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

/* Binary search in a sorted sequence of slices, however they are stored. */
#ifndef BASE_SEARCH_H
#define BASE_SEARCH_H

#include "base/buf.h"

/* The slice at place i. */
typedef struct slice search_at(const void *context, size_t i);

/*
 * The first place of [low, high) whose slice does not come before `wanted`; high if there is none.
 * In the header, so that `at` is inlined: this runs for each name of a listing.
 */
static inline size_t
search_first(search_at *at, const void *context, size_t low, size_t high, struct slice wanted)
{
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (slice_compare(at(context, middle), wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The place of [low, high) at which it is; high if it is at none. */
static inline size_t
search_find(search_at *at, const void *context, size_t low, size_t high, struct slice wanted)
{
	size_t i = search_first(at, context, low, high, wanted);

	return i < high && slice_equal(at(context, i), wanted) ? i : high;
}

#endif

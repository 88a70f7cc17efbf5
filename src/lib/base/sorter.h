/*
 * Sorts more than fits into memory: keys with a value each, in byte order of the keys. The excess
 * goes to an unlinked temporary file, as sorted runs that are merged while they are read.
 *
 * Add everything, then take everything. Equal keys come in the order in which they were added.
 */
#ifndef BASE_SORTER_H
#define BASE_SORTER_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct sorter;

/* About `hold` bytes stay in memory. */
struct sorter *sorter_new(size_t hold);
void sorter_free(struct sorter *sorter); /* NULL: nothing */

/* Copies both. Returns -1 with err (ERR_TEMPORARY) if the temporary file cannot be written. */
int sorter_add(struct sorter *sorter, struct slice key, struct slice value, struct err *err);

/*
 * The next in order. Nothing may be added after the first call. Returns 1 with slices that are
 * valid until the next call, 0 at the end, -1 with err.
 */
int sorter_next(struct sorter *sorter, struct slice *key, struct slice *value, struct err *err);

#endif

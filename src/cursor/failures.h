/*
 * The list of the objects that failed for good, in memory: keys and their lines. The bytes are the
 * caller's.
 */
#ifndef CURSOR_FAILURES_H
#define CURSOR_FAILURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "json/json.h"

struct failure {
	struct slice key;
	struct slice record; /* len 0: it is taken off the list */
	size_t order;        /* of its coming */
};

struct failures {
	struct failure *list;
	size_t count, capacity;
};

/* clang-format off */
#define FAILURES_INIT {NULL, 0, 0}
/* clang-format on */

void failures_add(struct failures *failures, struct slice key, struct slice record);

/*
 * Brings them into byte order of the keys; of entries with one key the last counts, and a key that
 * was taken off is gone. Returns how many were on the list before it was taken off.
 */
int64_t failures_settle(struct failures *failures);

/* A line each. A record that is not a JSON object on one line is replaced by one that says so. */
void failures_write(const struct failures *failures, struct buf *to);

/*
 * The key of a line, in *scratch if it had escapes. False if the line is not the record of a
 * failure.
 */
bool failure_key(struct json *json, struct slice line, struct buf *scratch, struct slice *key);

void failures_release(struct failures *failures);

#endif

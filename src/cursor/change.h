/*
 * Everything that one save changes: a new cursor, and objects that failed for good, or no longer
 * do. All bytes lie in one buffer, so that a batch costs no allocations.
 */
#ifndef CURSOR_CHANGE_H
#define CURSOR_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct change_entry {
	size_t at; /* of the key in `text`; the record follows it */
	size_t key_len;
	size_t record_len; /* 0: the key is taken off the list */
};

struct change {
	int64_t cursor; /* -1: leave it */
	int64_t seen;   /* the cursor as it was last seen; if less is stored now, nothing is saved */
	bool force;     /* may move it back */
	bool clear_all; /* forget every failed object first */
	struct buf text;
	struct change_entry *entries; /* in the order of their coming */
	size_t count, capacity;
};

/* clang-format off */
#define CHANGE_INIT {.cursor = -1}
/* clang-format on */

/* The object failed for good: `record` is its line in the list of the failed, without '\n'. */
void change_add(struct change *change, struct slice key, struct slice record);
/* Removes the object from the failed ones. */
void change_remove(struct change *change, struct slice key);

struct slice change_key(const struct change *change, size_t i);
struct slice change_record(const struct change *change, size_t i); /* len 0: a removal */

/* Forgets everything but the memory. */
void change_reset(struct change *change);
void change_release(struct change *change);

/* {"key":...,"reason":...,"stage":...,"time":"2024-07-17T02:38:54Z"}, without '\n'; appended. */
void failed_write(struct buf *to, struct slice key, struct slice reason, struct slice stage, int64_t unix_seconds);

#endif

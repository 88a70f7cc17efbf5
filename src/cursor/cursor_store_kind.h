/*
 * What a kind of cursor store provides, and the code that the kinds share. The functions are those
 * of cursor_store.h. Only cursor_store_open.c knows the kinds.
 */
#ifndef CURSOR_STORE_KIND_H
#define CURSOR_STORE_KIND_H

#include "cursor/cursor_store.h"

struct cursor_store_kind {
	int (*get)(void *opaque, int64_t *cursor, struct err *err);
	int (*save)(void *opaque, const struct change *change, struct saved *saved, struct err *err);
	int (*failed)(void *opaque, struct buf *lines, struct err *err);
	const char *(*name)(const void *opaque);
	const char *(*older_name)(const void *opaque);
	int (*left_behind)(void *opaque, int64_t *cursor, struct err *err);                     /* NULL: nothing ever is */
	int (*adopt)(void *opaque, bool force, bool dry_run, int64_t *cursor, struct err *err); /* the same */
	void (*free)(void *opaque);
};

struct cursor_store {
	const struct cursor_store_kind *kind;
	void *opaque; /* the kind's own */
	struct identity identity;
};

/* The kinds, and the functions that make their `opaque`. The identity must outlive it. */
extern const struct cursor_store_kind cursor_store_file_kind;
void *cursor_store_file_new(const char *path, const struct identity *identity, struct err *err);
extern const struct cursor_store_kind cursor_store_redis_kind;
void *cursor_store_redis_new(const struct settings *settings, const struct identity *identity);

/*
 * Whether the stored cursor is at least change->seen: 0, or -1 with err. `where` names the storage.
 */
int cursor_store_check_not_lost(const struct change *change, int64_t stored, const char *where, struct err *err);

/* A stored number: digits and nothing else. */
bool cursor_store_parse_number(struct slice text, int64_t *cursor);

#endif

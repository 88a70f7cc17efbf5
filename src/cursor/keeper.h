/*
 * Where the cursor is kept, and beside it the list of the objects that failed for good: Redis or a file,
 * behind one interface. Whoever saves sees the state as of that moment; of two who save at once both
 * changes are kept, and the cursor only grows unless it is forced.
 */
#ifndef CURSOR_KEEPER_H
#define CURSOR_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "cursor/change.h"
#include "settings/settings.h"

struct keeper;

/* By the setting cursor_store. Does not connect. The settings must outlive it. */
struct keeper *keeper_open(const struct settings *settings, struct err *err);
void keeper_free(struct keeper *keeper);

/* The name under which it is kept; the same for all who keep the same cursor. */
const char *keeper_name(const struct keeper *keeper);

/* The stored cursor, 0 where there is none. What is there but is no number is an error, never 0. */
int keeper_get(struct keeper *keeper, int64_t *cursor, struct err *err);

struct saved {
	int64_t cursor;  /* as it is now */
	int64_t removed; /* failed objects taken off the list */
};

/*
 * All of the change, or nothing. If the stored cursor is less than change->seen (Redis lost its data, or somebody
 * moved it back), it is ERR_TEMPORARY: objects that were recorded as failed may be lost with it, and the cursor
 * must not pass them. After 0 it is there for good, as far as the keeper's own storage is. */
int keeper_save(struct keeper *keeper, const struct change *change, struct saved *saved, struct err *err);

/* The failed objects' lines, each with its '\n', in byte order of the keys; appended. */
int keeper_failed(struct keeper *keeper, struct buf *lines, struct err *err);

/* One kind of keeper. */
struct keeper_kind {
	int (*get)(void *self, int64_t *cursor, struct err *err);
	int (*save)(void *self, const struct change *change, struct saved *saved, struct err *err);
	int (*failed)(void *self, struct buf *lines, struct err *err);
	const char *(*name)(const void *self);
	void (*free)(void *self);
};

struct keeper {
	const struct keeper_kind *kind;
	void *self;
};

extern const struct keeper_kind keeper_redis_kind, keeper_file_kind;
void *keeper_redis_new(const struct settings *settings, struct err *err);
void *keeper_file_new(const char *path, struct err *err);

/* Whether the stored cursor is no less than change->seen: 0, or -1 with err. `where` is what keeps it. */
int keeper_not_lost(const struct change *change, int64_t stored, const char *where, struct err *err);

/* A stored number: digits and nothing else. */
bool keeper_number(struct slice text, int64_t *cursor);

#endif

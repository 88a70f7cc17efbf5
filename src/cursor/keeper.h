/*
 * Where the cursor is kept, and beside it the list of the objects that failed for good: Redis or a file,
 * behind one interface. Whoever saves sees the state as of that moment; of two who save at once both
 * changes are kept, and the cursor only grows unless it is forced.
 *
 * A cursor and its failed objects belong to one identity (aws/identity.h). Older versions had no endpoint in it. What they left counts as
 * ours if the server is AWS's: it is read until something is saved, and then copied together with that. If a custom
 * endpoint is in force it may be of another server, and counts only once it is imported.
 */
#ifndef CURSOR_KEEPER_H
#define CURSOR_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "cursor/change.h"
#include "settings/settings.h"
#include "aws/identity.h"

struct keeper;

/*
 * By the setting cursor_store. Does not connect. The settings must outlive it. A file can also be used without buckets:
 * then its identity is neither looked at nor changed.
 */
struct keeper *keeper_open(const struct settings *settings, struct err *err);
void keeper_free(struct keeper *keeper);

/* The name under which it is kept; the same for all who keep the same cursor. */
const char *keeper_name(const struct keeper *keeper);

/* Where an older version keeps it. */
const char *keeper_older_name(const struct keeper *keeper);

/* All members are NULL for a file without buckets. */
const struct identity *keeper_identity(const struct keeper *keeper);

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

/*
 * Whether an older version left a cursor or failed objects that do not count, since they may be of another server, while
 * nothing is stored for this identity. Returns 1 with its cursor, 0, or -1 with err.
 */
int keeper_left_behind(struct keeper *keeper, int64_t *cursor, struct err *err);

/*
 * Makes what is in the keeper's own place ours, though it names no identity; with `force` also though it names another.
 * With `dry_run` nothing is changed. Returns 1 with its cursor, 0 if there is nothing to adopt, or -1 with err.
 */
int keeper_adopt(struct keeper *keeper, bool force, bool dry_run, int64_t *cursor, struct err *err);

/* One kind of keeper. */
struct keeper_kind {
	int (*get)(void *self, int64_t *cursor, struct err *err);
	int (*save)(void *self, const struct change *change, struct saved *saved, struct err *err);
	int (*failed)(void *self, struct buf *lines, struct err *err);
	const char *(*name)(const void *self);
	const char *(*older_name)(const void *self);
	int (*left_behind)(void *self, int64_t *cursor, struct err *err);                     /* NULL: nothing ever is */
	int (*adopt)(void *self, bool force, bool dry_run, int64_t *cursor, struct err *err); /* the same */
	void (*free)(void *self);
};

struct keeper {
	const struct keeper_kind *kind;
	void *self;
	struct identity identity;
};

extern const struct keeper_kind keeper_redis_kind, keeper_file_kind;
/* The identity must outlive them. */
void *keeper_redis_new(const struct settings *settings, const struct identity *identity);
void *keeper_file_new(const char *path, const struct identity *identity, struct err *err);

/* Whether the stored cursor is no less than change->seen: 0, or -1 with err. `where` is what keeps it. */
int keeper_not_lost(const struct change *change, int64_t stored, const char *where, struct err *err);

/* A stored number: digits and nothing else. */
bool keeper_number(struct slice text, int64_t *cursor);

#endif

/*
 * Where the cursor is stored, together with the list of the objects that failed for good: in Redis
 * or in a file, behind one interface. A save works on the state of that moment: if two processes
 * save at once, both changes are stored, and the cursor never goes back unless it is forced.
 *
 * A cursor and its failed objects belong to one identity (aws/identity.h). Older versions had no
 * endpoint in it. If the server is AWS's, their data counts as ours: it is read until something is
 * saved, and then copied together with that. If a custom endpoint is in force, their data may be of
 * another server, and counts only once it is imported.
 */
#ifndef CURSOR_STORE_H
#define CURSOR_STORE_H

#include <stdint.h>

#include "aws/identity.h"
#include "base/buf.h"
#include "base/err.h"
#include "cursor/change.h"
#include "settings/settings.h"

struct cursor_store;

/*
 * Opens the store that the setting cursor_store names (cursor_store_open.c). Does not connect. The
 * settings must outlive it. A file can also be used without buckets: then its identity is neither
 * checked nor changed. NULL with err.
 */
struct cursor_store *cursor_store_open(const struct settings *settings, struct err *err);
void cursor_store_free(struct cursor_store *store);

/* The name under which it is stored; the same for all processes that share the cursor. */
const char *cursor_store_name(const struct cursor_store *store);

/* The name that an older version uses. */
const char *cursor_store_older_name(const struct cursor_store *store);

/* All members are NULL for a file without buckets. */
const struct identity *cursor_store_identity(const struct cursor_store *store);

/*
 * The stored cursor, 0 if there is none. If the stored value is not a number, that is an error,
 * never 0.
 */
int cursor_store_get(struct cursor_store *store, int64_t *cursor, struct err *err);

struct saved {
	int64_t cursor;  /* as it is now */
	int64_t removed; /* failed objects taken off the list */
};

/*
 * Saves all of the change, or nothing. If the stored cursor is less than change->seen (Redis lost
 * its data, or somebody moved it back), it is ERR_TEMPORARY: objects that were recorded as failed
 * may be lost with it, and the cursor must not pass them. After 0 the change is durable, as far as
 * the storage can promise it.
 */
int cursor_store_save(struct cursor_store *store, const struct change *change, struct saved *saved, struct err *err);

/* Appends the failed objects' lines, each with its '\n', in byte order of the keys. */
int cursor_store_failed(struct cursor_store *store, struct buf *lines, struct err *err);

/*
 * Whether nothing is stored for this identity, but an older version left a cursor or failed objects
 * that do not count, since they may be of another server. Returns 1 with its cursor, 0, or -1 with
 * err.
 */
int cursor_store_left_behind(struct cursor_store *store, int64_t *cursor, struct err *err);

/*
 * Takes over data in the store's own place that names no identity; with `force` also if it names
 * another. With `dry_run` nothing is changed. Returns 1 with its cursor, 0 if there is nothing to
 * take over, or -1 with err.
 */
int cursor_store_adopt(struct cursor_store *store, bool force, bool dry_run, int64_t *cursor, struct err *err);

#endif

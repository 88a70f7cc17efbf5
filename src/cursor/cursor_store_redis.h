/*
 * The kind of cursor store that uses Redis, for its own files: cursor_store_redis.c (the kind, and
 * reading) and cursor_store_redis_save.c use cursor_store_redis_io.c.
 */
#ifndef CURSOR_STORE_REDIS_H
#define CURSOR_STORE_REDIS_H

#include "cursor/cursor_store_kind.h"
#include "redis/redis.h"

struct cursor_store_redis {
	const struct settings *settings;
	struct redis *redis; /* NULL: not connected */
	bool used;           /* the connection has answered before: if it breaks now, it may only be old */
	bool takes_older;    /* an older version's data counts as ours */
	char *name, *failed_name;
	char *older_name, *older_failed_name;
};

/* --- cursor_store_redis_io.c: one connection, its commands and their replies --- */

int cursor_store_redis_connect(struct cursor_store_redis *self, struct err *err);
void cursor_store_redis_disconnect(struct cursor_store_redis *self);

/* Queues a command of one to four words; NO_WORD stands for each that is missing. */
#define NO_WORD slice_of(NULL, 0)
int cursor_store_redis_queue(struct cursor_store_redis *self, struct err *err, const char *command, struct slice a,
                             struct slice b, struct slice c);

/* Takes a reply that must be of this type; NULL with err. */
struct redis_reply *cursor_store_redis_expect(struct cursor_store_redis *self, enum redis_type type, struct err *err);
/* A reply that is of this type, or nil. */
struct redis_reply *cursor_store_redis_expect_or_nil(struct cursor_store_redis *self, enum redis_type type,
                                                     struct err *err);

/* The reply to a GET of this cursor. *found: there is one, even if it is damaged (ERR_FAILED). */
int cursor_store_redis_take_cursor(struct cursor_store_redis *self, const char *name, int64_t *cursor, bool *found,
                                   struct err *err);
/* The same, after asking for it. */
int cursor_store_redis_read_cursor(struct cursor_store_redis *self, const char *name, int64_t *cursor, bool *found,
                                   struct err *err);

/* All fields of a hash, NULL with err. */
struct redis_reply *cursor_store_redis_read_failed(struct cursor_store_redis *self, const char *name, struct err *err);

/* --- cursor_store_redis_save.c --- */

/* cursor_store_save() */
int cursor_store_redis_save(void *opaque, const struct change *change, struct saved *saved, struct err *err);

#endif

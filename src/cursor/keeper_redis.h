/*
 * What keeper_redis.c (the two keys, and reading them) and keeper_redis_save.c (changing them) share.
 */
#ifndef CURSOR_KEEPER_REDIS_H
#define CURSOR_KEEPER_REDIS_H

#include "cursor/keeper.h"
#include "redis/redis.h"

struct keeper_redis {
	const struct settings *settings;
	struct redis *redis; /* NULL: not connected */
	bool used;           /* the connection has answered before: where it breaks now, it may only be old */
	bool takes_older;    /* what an older version stored is ours */
	char *name, *failed_name;
	char *older_name, *older_failed_name;
};

int keeper_redis_connect(struct keeper_redis *self, struct err *err);
void keeper_redis_disconnect(struct keeper_redis *self);

/* Queues a command of one to four words; those that are not there are keeper_redis_none. */
extern const struct slice keeper_redis_none;
int keeper_redis_queue(struct keeper_redis *self, struct err *err, const char *command, struct slice a, struct slice b,
                       struct slice c);

/* Takes a reply that must be of this type; NULL with err. */
redisReply *keeper_redis_expect(struct keeper_redis *self, int type, struct err *err);
/* A reply that is of this type, or nil. */
redisReply *keeper_redis_expect_or_nil(struct keeper_redis *self, int type, struct err *err);

/* The reply to a GET of this cursor. *found: there is one, be it damaged (ERR_FAILED). */
int keeper_redis_take_cursor(struct keeper_redis *self, const char *name, int64_t *cursor, bool *found,
                             struct err *err);
/* The same with its GET in front. */
int keeper_redis_read_cursor(struct keeper_redis *self, const char *name, int64_t *cursor, bool *found,
                             struct err *err);

/* All fields of a hash, NULL with err. */
redisReply *keeper_redis_read_failed(struct keeper_redis *self, const char *name, struct err *err);

/* keeper_save() */
int keeper_redis_save(void *keeper, const struct change *change, struct saved *saved, struct err *err);

#endif

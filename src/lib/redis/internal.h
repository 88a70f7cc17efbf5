/*
 * What the files of this room share: redis_open.c makes a connection, redis.c moves its bytes,
 * reply.c takes its replies.
 */
#ifndef REDIS_INTERNAL_H
#define REDIS_INTERNAL_H

#include <hiredis/hiredis.h>

#include "redis/redis.h"

/* Takes over the context, which is connected. */
struct redis *redis_adopt(redisContext *context, const char *name, int timeout_ms);

/* Closes the connection; queued commands are forgotten. */
void redis_close(struct redis *redis);
/* The same after an error, which gets the server's name as its object. Returns -1. */
int redis_give_up(struct redis *redis, struct err *err);

/*
 * The next whole reply, made by these functions with privdata (NULL: by hiredis's own, a redisReply
 * that the caller frees). NULL with err.
 */
void *redis_next_object(struct redis *redis, redisReplyObjectFunctions *objects, void *privdata, struct err *err);

#endif

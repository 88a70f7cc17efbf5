/* Between redis_open.c, which makes a connection, and redis.c, which uses it. */
#ifndef REDIS_ADOPT_H
#define REDIS_ADOPT_H

#include "redis/redis.h"

/* Takes over the context, which is connected. */
struct redis *redis_adopt(redisContext *context, const char *name, int timeout_ms);

#endif

/*
 * Redis as the cursor and the cache use it: connecting by the settings (redis_host, redis_port,
 * redis_db, redis_socket, redis_user, redis_password), commands by argument vectors only (data is
 * never a format), and one rule: after any error the connection is closed, so a late reply can
 * never answer the next command. redis_open again to go on.
 *
 * hiredis connects and parses; sending and receiving are done here, so that both go on at the same
 * time and no signal, time-out or half-sent command is hidden.
 */
#ifndef REDIS_REDIS_H
#define REDIS_REDIS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "settings/settings.h"

struct redis;

/*
 * Connects, authenticates, selects the database; checks that the server answers as Redis does.
 * Every wait is bounded (redis_timeout). NULL with err: ERR_TEMPORARY if it cannot be reached or is
 * loading, ERR_USAGE for a wrong password or database, or something else than Redis.
 */
struct redis *redis_open(const struct settings *settings, struct err *err);
void redis_free(struct redis *redis);

/*
 * "redis://127.0.0.1:6379/0" or "unix:/run/redis.sock/0", for messages; lives as long as the
 * connection.
 */
const char *redis_name(const struct redis *redis);

/*
 * Queues a command. Nothing is sent before redis_flush or redis_reply. -1 with err if the
 * connection is dead.
 */
int redis_append(struct redis *redis, int argc, const struct slice *argv, struct err *err);
/*
 * Sends as much of the queue as the connection takes without waiting; redis_reply sends the rest
 * while it waits. A broken connection shows with the next reply. -1 with err if it is dead already.
 */
int redis_flush(struct redis *redis, struct err *err);
enum redis_type { REDIS_STRING, REDIS_STATUS, REDIS_ERROR, REDIS_INTEGER, REDIS_NIL, REDIS_ARRAY, REDIS_OTHER };

struct redis_reply {
	enum redis_type type;
	int64_t integer;   /* of REDIS_INTEGER */
	struct slice text; /* of REDIS_STRING, _STATUS, _ERROR; followed by a NUL */
	size_t count;      /* of REDIS_ARRAY */
	struct redis_reply *items;
};

/*
 * The next reply, in the order of the commands; redis_reply_free() frees it. An error reply of the
 * server is an error here, classified by its first word (a cluster's MOVED is ERR_FAILED and says
 * what to connect to), and closes the connection; an error inside an array is an item. NULL with
 * err.
 */
struct redis_reply *redis_reply(struct redis *redis, struct err *err);
void redis_reply_free(struct redis_reply *reply); /* NULL is fine */
/* One command and its reply. */
struct redis_reply *redis_command(struct redis *redis, struct err *err, int argc, const struct slice *argv);

/*
 * For many small answers: nothing is allocated. The queue, to which whole commands in Redis's
 * protocol may be appended; NULL if the connection is dead.
 */
struct buf *redis_queue(struct redis *redis);

/* A reply other than an array. */
struct redis_value {
	enum redis_type type;
	int64_t integer; /* of _INTEGER */
	size_t len;      /* of _STRING, _STATUS, _ERROR: as sent; text holds the start of it */
	char text[256];
};

/* The start of a text. */
static inline struct slice
redis_value_start(const struct redis_value *value)
{
	return slice_of(value->text, value->len < sizeof(value->text) ? value->len : sizeof(value->text));
}

/*
 * The next reply. An error reply is a value here; redis_refuse makes an error of it. Returns 0, or
 * -1 with err.
 */
int redis_next(struct redis *redis, struct redis_value *value, struct err *err);

/*
 * For a reply of a kind that `command` does not have ("" if it is one of several). Returns -1.
 */
int redis_unexpected(const struct redis *redis, const char *command, struct err *err);

/*
 * Closes the connection for an error reply of the server, and fills *err by its first word. Returns
 * -1.
 */
int redis_refuse(struct redis *redis, struct slice reply, struct err *err);

#endif

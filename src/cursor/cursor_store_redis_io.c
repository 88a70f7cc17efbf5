/* The commands and replies that reading and saving a cursor in Redis have in common. */
#include "cursor/cursor_store_redis.h"

static struct redis_reply *
refuse_reply(struct cursor_store_redis *self, struct redis_reply *reply, struct err *err)
{
	redis_reply_free(reply);
	redis_unexpected(self->redis, "", err);
	return NULL;
}

int
cursor_store_redis_connect(struct cursor_store_redis *self, struct err *err)
{
	if (self->redis == NULL)
		self->redis = redis_open(self->settings, err);
	return self->redis ? 0 : -1;
}

void
cursor_store_redis_disconnect(struct cursor_store_redis *self)
{
	redis_free(self->redis);
	self->redis = NULL;
	self->used = false;
}

int
cursor_store_redis_queue(struct cursor_store_redis *self, struct err *err, const char *command, struct slice a,
                         struct slice b, struct slice c)
{
	struct slice argv[] = {slice_of_str(command), a, b, c};
	int argc = c.ptr ? 4 : b.ptr ? 3 : a.ptr ? 2 : 1;

	return redis_append(self->redis, argc, argv, err);
}

struct redis_reply *
cursor_store_redis_expect(struct cursor_store_redis *self, enum redis_type type, struct err *err)
{
	struct redis_reply *reply = redis_reply(self->redis, err);

	return reply == NULL || reply->type == type ? reply : refuse_reply(self, reply, err);
}

struct redis_reply *
cursor_store_redis_expect_or_nil(struct cursor_store_redis *self, enum redis_type type, struct err *err)
{
	struct redis_reply *reply = redis_reply(self->redis, err);

	return reply == NULL || reply->type == type || reply->type == REDIS_NIL ? reply : refuse_reply(self, reply, err);
}

int
cursor_store_redis_take_cursor(struct cursor_store_redis *self, const char *name, int64_t *cursor, bool *found,
                               struct err *err)
{
	struct redis_reply *reply = cursor_store_redis_expect_or_nil(self, REDIS_STRING, err);
	int result = 0;

	if (reply == NULL)
		return -1;
	*cursor = 0;
	*found = reply->type == REDIS_STRING;
	if (*found && !cursor_store_parse_number(reply->text, cursor)) {
		err_set(err, ERR_FAILED, "the cursor %s is damaged: not a number ('cursor set N --force' sets it)", name);
		result = err_set_object(err, "%s", redis_name(self->redis));
	}
	redis_reply_free(reply);
	return result;
}

int
cursor_store_redis_read_cursor(struct cursor_store_redis *self, const char *name, int64_t *cursor, bool *found,
                               struct err *err)
{
	if (cursor_store_redis_queue(self, err, "GET", slice_of_str(name), NO_WORD, NO_WORD))
		return -1;
	return cursor_store_redis_take_cursor(self, name, cursor, found, err);
}

struct redis_reply *
cursor_store_redis_read_failed(struct cursor_store_redis *self, const char *name, struct err *err)
{
	return cursor_store_redis_queue(self, err, "HGETALL", slice_of_str(name), NO_WORD, NO_WORD)
	           ? NULL
	           : cursor_store_redis_expect(self, REDIS_ARRAY, err);
}

/* Replies: as a tree, or as one value for which nothing is allocated. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "redis/internal.h"

/* A reply as it is handed out, and hiredis's, in which its texts are. */
struct whole_reply {
	struct redis_reply reply;
	redisReply *parsed;
};

static enum redis_type
type_of(int type)
{
	switch (type) {
	case REDIS_REPLY_STRING:
		return REDIS_STRING;
	case REDIS_REPLY_STATUS:
		return REDIS_STATUS;
	case REDIS_REPLY_ERROR:
		return REDIS_ERROR;
	case REDIS_REPLY_INTEGER:
		return REDIS_INTEGER;
	case REDIS_REPLY_NIL:
		return REDIS_NIL;
	case REDIS_REPLY_ARRAY:
		return REDIS_ARRAY;
	default:
		return REDIS_OTHER;
	}
}

/* hiredis bounds the depth of arrays in arrays. */
static void
fill_reply(struct redis_reply *reply, const redisReply *parsed)
{
	*reply = (struct redis_reply){.type = type_of(parsed->type)};
	switch (reply->type) {
	case REDIS_STRING:
	case REDIS_STATUS:
	case REDIS_ERROR:
		reply->text = slice_of(parsed->str, parsed->len);
		break;
	case REDIS_INTEGER:
		reply->integer = parsed->integer;
		break;
	case REDIS_ARRAY:
		reply->count = parsed->elements;
		reply->items = reply->count > 0 ? mem_alloc(reply->count * sizeof(*reply->items)) : NULL;
		for (size_t i = 0; i < reply->count; i++)
			fill_reply(&reply->items[i], parsed->element[i]);
		break;
	default:
		break;
	}
}

static void
free_items(struct redis_reply *reply)
{
	for (size_t i = 0; i < reply->count; i++)
		free_items(&reply->items[i]);
	free(reply->items);
}

struct redis_reply *
redis_reply(struct redis *redis, struct err *err)
{
	redisReply *parsed = redis_next_object(redis, NULL, NULL, err);
	struct whole_reply *whole;

	if (parsed == NULL)
		return NULL;
	if (parsed->type == REDIS_REPLY_ERROR) {
		redis_refuse(redis, slice_of(parsed->str, parsed->len), err);
		freeReplyObject(parsed);
		return NULL;
	}
	whole = mem_alloc(sizeof(*whole));
	whole->parsed = parsed;
	fill_reply(&whole->reply, parsed);
	return &whole->reply;
}

void
redis_reply_free(struct redis_reply *reply)
{
	struct whole_reply *whole = (struct whole_reply *)reply;

	if (reply == NULL)
		return;
	free_items(reply);
	freeReplyObject(whole->parsed);
	free(whole);
}

struct redis_reply *
redis_command(struct redis *redis, struct err *err, int argc, const struct slice *argv)
{
	if (redis_append(redis, argc, argv, err))
		return NULL;
	return redis_reply(redis, err);
}

/*
 * The object functions for redis_next: the "object" is the caller's struct redis_value, which
 * hiredis hands on as privdata. An array, which redis_next does not expect, is marked by its type.
 */
static void *
value_text(const redisReadTask *task, char *text, size_t len)
{
	struct redis_value *value = task->privdata;

	value->type = task->parent ? REDIS_ARRAY : type_of(task->type);
	value->len = len;
	memcpy(value->text, text, len < sizeof(value->text) ? len : sizeof(value->text));
	return value;
}

static void *
value_integer(const redisReadTask *task, long long integer)
{
	struct redis_value *value = task->privdata;

	value->type = task->parent ? REDIS_ARRAY : REDIS_INTEGER;
	value->integer = integer;
	return value;
}

static void *
value_nil(const redisReadTask *task)
{
	struct redis_value *value = task->privdata;

	value->type = task->parent ? REDIS_ARRAY : REDIS_NIL;
	return value;
}

#if HIREDIS_MAJOR == 0
typedef int array_len;
#else
typedef size_t array_len;
#endif

static void *
value_array(const redisReadTask *task, array_len len)
{
	struct redis_value *value = task->privdata;

	(void)len;
	value->type = REDIS_ARRAY;
	return value;
}

static void
value_free(void *object)
{
	(void)object;
}

static redisReplyObjectFunctions value_objects = {
	.createString = value_text,
	.createArray = value_array,
	.createInteger = value_integer,
	.createNil = value_nil,
	.freeObject = value_free,
};

int
redis_next(struct redis *redis, struct redis_value *value, struct err *err)
{
	/* A reply without a function above (a double, a boolean) is of an unexpected kind. */
	value->type = REDIS_ARRAY;
	if (redis_next_object(redis, &value_objects, value, err) == NULL)
		return -1;
	if (value->type == REDIS_ARRAY) {
		redis_close(redis);
		return redis_unexpected(redis, "", err);
	}
	return 0;
}

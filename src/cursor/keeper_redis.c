/*
 * The cursor in Redis: a string that names the identity, and a hash beside it, field by field a failed object. Plain
 * commands only.
 *
 *   seniority:cursor:{rl-data/job-postings-raw/>rl-data/job-postings-mod/}@aws>aws
 *   seniority:cursor:{rl-data/job-postings-raw/>rl-data/job-postings-mod/}@aws>aws:failed
 *
 * Older versions had the same without the servers: up to the "}", and ":failed". These two are only ever read. The
 * braces put all four keys into one slot of a cluster.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "cursor/failures.h"
#include "cursor/keeper_redis.h"

void *
keeper_redis_new(const struct settings *settings, const struct identity *identity)
{
	struct keeper_redis *self = mem_zero(1, sizeof(*self));

	self->settings = settings;
	self->takes_older = !identity->custom;
	self->older_name = mem_printf("seniority:cursor:{%s}", identity->older);
	self->name = mem_printf("%s@%s", self->older_name, identity->servers);
	self->failed_name = mem_printf("%s:failed", self->name);
	self->older_failed_name = mem_printf("%s:failed", self->older_name);
	return self;
}

const struct slice keeper_redis_none = {NULL, 0};

void
keeper_redis_disconnect(struct keeper_redis *self)
{
	redis_free(self->redis);
	self->redis = NULL;
	self->used = false;
}

static void
free_self(void *keeper)
{
	struct keeper_redis *self = keeper;

	keeper_redis_disconnect(self);
	free(self->name);
	free(self->failed_name);
	free(self->older_name);
	free(self->older_failed_name);
	free(self);
}

static const char *
name_of(const void *keeper)
{
	return ((const struct keeper_redis *)keeper)->name;
}

static const char *
older_name_of(const void *keeper)
{
	return ((const struct keeper_redis *)keeper)->older_name;
}

int
keeper_redis_connect(struct keeper_redis *self, struct err *err)
{
	if (self->redis == NULL)
		self->redis = redis_open(self->settings, err);
	return self->redis ? 0 : -1;
}

int
keeper_redis_queue(struct keeper_redis *self, struct err *err, const char *command, struct slice a, struct slice b,
                   struct slice c)
{
	struct slice argv[] = {slice_of_str(command), a, b, c};
	int argc = c.ptr ? 4 : b.ptr ? 3 : a.ptr ? 2 : 1;

	return redis_append(self->redis, argc, argv, err);
}

static redisReply *
refuse_reply(struct keeper_redis *self, redisReply *reply, struct err *err)
{
	freeReplyObject(reply);
	err_set(err, ERR_FAILED, "%s: an answer of an unexpected kind", redis_name(self->redis));
	return NULL;
}

redisReply *
keeper_redis_expect(struct keeper_redis *self, int type, struct err *err)
{
	redisReply *reply = redis_reply(self->redis, err);

	return reply == NULL || reply->type == type ? reply : refuse_reply(self, reply, err);
}

redisReply *
keeper_redis_expect_or_nil(struct keeper_redis *self, int type, struct err *err)
{
	redisReply *reply = redis_reply(self->redis, err);

	return reply == NULL || reply->type == type || reply->type == REDIS_REPLY_NIL ? reply
	                                                                              : refuse_reply(self, reply, err);
}

int
keeper_redis_take_cursor(struct keeper_redis *self, const char *name, int64_t *cursor, bool *found, struct err *err)
{
	redisReply *reply = keeper_redis_expect_or_nil(self, REDIS_REPLY_STRING, err);
	int result = 0;

	if (reply == NULL)
		return -1;
	*cursor = 0;
	*found = reply->type == REDIS_REPLY_STRING;
	if (*found && !keeper_number(slice_of(reply->str, reply->len), cursor))
		result = err_set(err, ERR_FAILED, "%s: the cursor %s is damaged: not a number ('cursor set N --force' sets it)",
		                 redis_name(self->redis), name);
	freeReplyObject(reply);
	return result;
}

int
keeper_redis_read_cursor(struct keeper_redis *self, const char *name, int64_t *cursor, bool *found, struct err *err)
{
	if (keeper_redis_queue(self, err, "GET", slice_of_str(name), keeper_redis_none, keeper_redis_none))
		return -1;
	return keeper_redis_take_cursor(self, name, cursor, found, err);
}

static int
get_once(struct keeper_redis *self, int64_t *cursor, struct err *err)
{
	bool found;

	if (keeper_redis_read_cursor(self, self->name, cursor, &found, err))
		return -1;
	return found || !self->takes_older ? 0 : keeper_redis_read_cursor(self, self->older_name, cursor, &found, err);
}

static int
get(void *keeper, int64_t *cursor, struct err *err)
{
	struct keeper_redis *self = keeper;

	return keeper_redis_connect(self, err) ? -1 : get_once(self, cursor, err);
}

/* Whether there is a cursor under our own name, be it damaged. */
static int
is_stored(struct keeper_redis *self, bool *found, struct err *err)
{
	redisReply *reply;

	if (keeper_redis_queue(self, err, "GET", slice_of_str(self->name), keeper_redis_none, keeper_redis_none) ||
	    (reply = keeper_redis_expect_or_nil(self, REDIS_REPLY_STRING, err)) == NULL)
		return -1;
	*found = reply->type == REDIS_REPLY_STRING;
	freeReplyObject(reply);
	return 0;
}

redisReply *
keeper_redis_read_failed(struct keeper_redis *self, const char *name, struct err *err)
{
	return keeper_redis_queue(self, err, "HGETALL", slice_of_str(name), keeper_redis_none, keeper_redis_none)
	           ? NULL
	           : keeper_redis_expect(self, REDIS_REPLY_ARRAY, err);
}

static int
left_behind(void *keeper, int64_t *cursor, struct err *err)
{
	struct keeper_redis *self = keeper;
	redisReply *failed;
	bool found;
	int result;

	if (self->takes_older)
		return 0;
	if (keeper_redis_connect(self, err) || is_stored(self, &found, err))
		return -1;
	if (found)
		return 0;
	if (keeper_redis_read_cursor(self, self->older_name, cursor, &found, err))
		return -1;
	failed = keeper_redis_read_failed(self, self->older_failed_name, err);
	if (failed == NULL)
		return -1;
	result = found || failed->elements > 0;
	freeReplyObject(failed);
	return result;
}

/* Adds what HGETALL gave. */
static int
add_failures(struct keeper_redis *self, redisReply *reply, struct failures *failures, struct err *err)
{
	for (size_t i = 0; i + 1 < reply->elements; i += 2) {
		const redisReply *key = reply->element[i], *record = reply->element[i + 1];

		if (key->type != REDIS_REPLY_STRING || record->type != REDIS_REPLY_STRING)
			return err_set(err, ERR_FAILED, "%s: an answer of an unexpected kind", redis_name(self->redis));
		failures_add(failures, slice_of(key->str, key->len), slice_of(record->str, record->len));
	}
	return 0;
}

static int
failed_lines(void *keeper, struct buf *lines, struct err *err)
{
	struct keeper_redis *self = keeper;
	struct failures failures = FAILURES_INIT;
	redisReply *older = NULL, *ours = NULL;
	bool found = true;
	int result = keeper_redis_connect(self, err);

	if (result == 0 && self->takes_older)
		result = is_stored(self, &found, err);
	if (result == 0 && !found && (older = keeper_redis_read_failed(self, self->older_failed_name, err)) == NULL)
		result = -1;
	if (result == 0 && (ours = keeper_redis_read_failed(self, self->failed_name, err)) == NULL)
		result = -1;
	/* Of two records of one object the later counts: ours. */
	if (result == 0 && older != NULL)
		result = add_failures(self, older, &failures, err);
	if (result == 0)
		result = add_failures(self, ours, &failures, err);
	if (result == 0) {
		failures_settle(&failures);
		failures_write(&failures, lines);
	}
	failures_release(&failures);
	freeReplyObject(older);
	freeReplyObject(ours);
	return result;
}

const struct keeper_kind keeper_redis_kind = {
	.get = get,
	.save = keeper_redis_save,
	.failed = failed_lines,
	.name = name_of,
	.older_name = older_name_of,
	.left_behind = left_behind,
	.free = free_self,
};

/*
 * Saving is WATCH, look, MULTI, change, EXEC: where somebody else came in between, Redis does nothing
 * and it is done anew from what is there then.
 */
#include <stdio.h>

#include "cursor/keeper_redis.h"

/* Each failed try means that somebody else's went through; so many at once means that something is wrong. */
#define TRIES 100

/* What is there as of now. */
struct looked {
	int64_t cursor;           /* 0: none */
	int64_t failed;           /* objects that failed for good, under our own name */
	bool found;               /* there is a cursor, or was before it was damaged, under our own name */
	redisReply *older_failed; /* what the older version recorded, to be copied; NULL: nothing of it counts */
};

static int
expect_nothing(struct keeper_redis *self, int type, struct err *err)
{
	redisReply *reply = keeper_redis_expect(self, type, err);

	if (reply == NULL)
		return -1;
	freeReplyObject(reply);
	return 0;
}

/* After a failure that --force is to go over: the connection is good then, and the next reply is to come. */
static bool
forced_over(const struct change *change, const struct err *err)
{
	return err->kind == ERR_FAILED && change->force;
}

/* What the older version left, into *looked. */
static int
look_at_older(struct keeper_redis *self, const struct change *change, struct looked *looked, struct err *err)
{
	bool found;

	if (keeper_redis_read_cursor(self, self->older_name, &looked->cursor, &found, err)) {
		if (!forced_over(change, err))
			return -1;
		looked->cursor = 0;
	}
	looked->older_failed = keeper_redis_read_failed(self, self->older_failed_name, err);
	return looked->older_failed != NULL ? 0 : -1;
}

/* What WATCH, GET and HLEN tell. A name that is held by another kind of value is found out here, before anything is changed. */
static int
look(struct keeper_redis *self, const struct change *change, struct looked *looked, struct err *err)
{
	redisReply *reply;

	*looked = (struct looked){0};
	if (keeper_redis_queue(self, err, "WATCH", slice_of_str(self->name), slice_of_str(self->failed_name),
	                       keeper_redis_none) ||
	    keeper_redis_queue(self, err, "GET", slice_of_str(self->name), keeper_redis_none, keeper_redis_none) ||
	    keeper_redis_queue(self, err, "HLEN", slice_of_str(self->failed_name), keeper_redis_none, keeper_redis_none))
		return -1;
	if (expect_nothing(self, REDIS_REPLY_STATUS, err))
		return -1;
	if (keeper_redis_take_cursor(self, self->name, &looked->cursor, &looked->found, err)) {
		if (!forced_over(change, err))
			return -1;
		looked->cursor = 0;
		looked->found = true;
	}
	reply = keeper_redis_expect(self, REDIS_REPLY_INTEGER, err);
	if (reply == NULL)
		return -1;
	looked->failed = reply->integer;
	freeReplyObject(reply);
	if (!looked->found && self->takes_older && look_at_older(self, change, looked, err))
		return -1;
	return keeper_not_lost(change, looked->cursor, redis_name(self->redis), err);
}

/*
 * Queues the copy of what the older version recorded as failed; what is under our own name is newer. Returns how many
 * commands, or -1.
 */
static int
queue_older(struct keeper_redis *self, const struct looked *looked, struct err *err)
{
	const redisReply *reply = looked->older_failed;
	int n = 0;

	for (size_t i = 0; reply != NULL && i + 1 < reply->elements; i += 2, n++) {
		const redisReply *key = reply->element[i], *record = reply->element[i + 1];

		if (keeper_redis_queue(self, err, "HSETNX", slice_of_str(self->failed_name), slice_of(key->str, key->len),
		                       slice_of(record->str, record->len)))
			return -1;
	}
	return n;
}

/* Queues the commands of the change, and `cursor` if it is not -1. Returns how many, or -1. */
static int
queue_changes(struct keeper_redis *self, const struct change *change, int64_t cursor, bool removals, struct err *err)
{
	struct slice failed = slice_of_str(self->failed_name);
	char number[24];
	int n = 0;

	if (change->clear_all) {
		if (keeper_redis_queue(self, err, "DEL", failed, keeper_redis_none, keeper_redis_none))
			return -1;
		n++;
	}
	for (size_t i = 0; i < change->count; i++) {
		struct slice record = change_record(change, i);

		if (record.len == 0 && !removals)
			continue;
		if (record.len ? keeper_redis_queue(self, err, "HSET", failed, change_key(change, i), record)
		               : keeper_redis_queue(self, err, "HDEL", failed, change_key(change, i), keeper_redis_none))
			return -1;
		n++;
	}
	if (cursor >= 0) {
		int len = snprintf(number, sizeof(number), "%lld", (long long)cursor);

		if (keeper_redis_queue(self, err, "SET", slice_of_str(self->name), slice_of(number, (size_t)len),
		                       keeper_redis_none))
			return -1;
		n++;
	}
	return n;
}

/* EXEC's reply, in which the change begins at `at`. Returns 1 where it was done, 0 where somebody else came in between. */
static int
take_exec(struct keeper_redis *self, const struct change *change, size_t at, struct saved *saved, bool removals,
          struct err *err)
{
	redisReply *reply = keeper_redis_expect_or_nil(self, REDIS_REPLY_ARRAY, err);

	if (reply == NULL)
		return -1;
	if (reply->type == REDIS_REPLY_NIL) {
		freeReplyObject(reply);
		return 0;
	}
	for (size_t i = 0; i < reply->elements; i++) {
		if (reply->element[i]->type == REDIS_REPLY_ERROR) {
			redis_refuse(self->redis, slice_of(reply->element[i]->str, reply->element[i]->len), err);
			freeReplyObject(reply);
			return -1;
		}
	}
	saved->removed = 0;
	if (change->clear_all)
		at++; /* counted before */
	for (size_t i = 0; i < change->count; i++) {
		bool removal = change->entries[i].record_len == 0;

		if (removal && !removals)
			continue;
		if (at < reply->elements && removal)
			saved->removed += reply->element[at]->integer;
		at++;
	}
	freeReplyObject(reply);
	return 1;
}

/* The cursor as it is to be stored now; -1: as it is. */
static int64_t
new_cursor(const struct change *change, const struct looked *looked)
{
	if (change->cursor >= 0 && (change->force || !looked->found || change->cursor > looked->cursor))
		return change->force || change->cursor > looked->cursor ? change->cursor : looked->cursor;
	/* From now on there is one under our own name, and what the older version does no longer matters. */
	return looked->older_failed != NULL && (looked->cursor > 0 || looked->older_failed->elements > 0) ? looked->cursor
	                                                                                                  : -1;
}

/* The same as save_once(), from what was looked at. */
static int
save_looked(struct keeper_redis *self, const struct change *change, const struct looked *looked, struct saved *saved,
            struct err *err)
{
	int64_t cursor = new_cursor(change, looked);
	int64_t failed = looked->failed;
	bool removals, adds = false;
	int copied, n, result;

	for (size_t i = 0; i < change->count && !adds; i++)
		adds = change->entries[i].record_len > 0;
	if (looked->older_failed != NULL)
		failed += (int64_t)looked->older_failed->elements / 2;
	removals = failed > 0 || adds; /* else there is nothing to remove, for thousands of objects */
	if (keeper_redis_queue(self, err, "MULTI", keeper_redis_none, keeper_redis_none, keeper_redis_none))
		return -1;
	copied = queue_older(self, looked, err);
	n = copied < 0 ? -1 : queue_changes(self, change, cursor, removals, err);
	if (n < 0 || keeper_redis_queue(self, err, "EXEC", keeper_redis_none, keeper_redis_none, keeper_redis_none) ||
	    expect_nothing(self, REDIS_REPLY_STATUS, err))
		return -1;
	for (int i = 0; i < copied + n; i++)
		if (expect_nothing(self, REDIS_REPLY_STATUS, err)) /* QUEUED */
			return -1;
	result = take_exec(self, change, (size_t)copied, saved, removals, err);
	if (result == 1) {
		saved->cursor = cursor >= 0 ? cursor : looked->cursor;
		if (change->clear_all)
			saved->removed = failed;
	}
	return result;
}

/* Returns 1 where it is saved, 0 where somebody else came in between. */
static int
save_once(struct keeper_redis *self, const struct change *change, struct saved *saved, struct err *err)
{
	struct looked looked;
	int result = look(self, change, &looked, err);

	if (result == 0)
		result = save_looked(self, change, &looked, saved, err);
	freeReplyObject(looked.older_failed);
	return result;
}

static int
save_connected(struct keeper_redis *self, const struct change *change, struct saved *saved, struct err *err)
{
	for (int i = 0; i < TRIES; i++) {
		int result = save_once(self, change, saved, err);

		if (result < 0)
			return -1;
		self->used = true;
		if (result == 1)
			return 0;
	}
	return err_set(err, ERR_TEMPORARY, "%s: %d others changed the cursor %s meanwhile", redis_name(self->redis), TRIES,
	               self->name);
}

int
keeper_redis_save(void *keeper, const struct change *change, struct saved *saved, struct err *err)
{
	struct keeper_redis *self = keeper;
	bool old = self->redis && self->used;
	int result;

	result = keeper_redis_connect(self, err) ? -1 : save_connected(self, change, saved, err);
	if (result == 0)
		return 0;
	keeper_redis_disconnect(self);
	/* Servers close connections that were idle for long. Doing it twice does no harm. */
	if (old && err->kind == ERR_TEMPORARY) {
		result = keeper_redis_connect(self, err) ? -1 : save_connected(self, change, saved, err);
		if (result)
			keeper_redis_disconnect(self);
	}
	return result;
}

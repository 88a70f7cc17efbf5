/*
 * Saves a cursor in Redis: WATCH, read the stored data, MULTI, change, EXEC. If another process
 * changed it in between, Redis does nothing, and we start again with the new data.
 */
#include <stdio.h>

#include "cursor/cursor_store_redis.h"

/*
 * Each failed try means that another process's succeeded. This many in a row mean that something is
 * wrong.
 */
#define TRIES 100

/* The data that is stored now. */
struct stored {
	int64_t cursor;                   /* 0: none */
	int64_t failed;                   /* objects that failed for good, under our own name */
	bool found;                       /* there is a cursor, or was before it was damaged, under our own name */
	struct redis_reply *older_failed; /* the older version's data, to be copied; NULL: it does not count */
};

static int
discard_reply(struct cursor_store_redis *self, enum redis_type type, struct err *err)
{
	struct redis_reply *reply = cursor_store_redis_expect(self, type, err);

	if (reply == NULL)
		return -1;
	redis_reply_free(reply);
	return 0;
}

/*
 * Whether --force passes over this failure: the connection is still good, and the next reply is
 * due.
 */
static bool
is_forced_over(const struct change *change, const struct err *err)
{
	return err->kind == ERR_FAILED && change->force;
}

/* Reads the older version's data into *stored. */
static int
read_older(struct cursor_store_redis *self, const struct change *change, struct stored *stored, struct err *err)
{
	bool found;

	if (cursor_store_redis_read_cursor(self, self->older_name, &stored->cursor, &found, err)) {
		if (!is_forced_over(change, err))
			return -1;
		stored->cursor = 0;
	}
	stored->older_failed = cursor_store_redis_read_failed(self, self->older_failed_name, err);
	return stored->older_failed != NULL ? 0 : -1;
}

/*
 * Reads the stored data: WATCH, GET and HLEN. A key that holds another type of value is found here,
 * before anything is changed.
 */
static int
read_stored(struct cursor_store_redis *self, const struct change *change, struct stored *stored, struct err *err)
{
	struct redis_reply *reply;

	*stored = (struct stored){0};
	if (cursor_store_redis_queue(self, err, "WATCH", slice_of_str(self->name), slice_of_str(self->failed_name),
	                             NO_WORD) ||
	    cursor_store_redis_queue(self, err, "GET", slice_of_str(self->name), NO_WORD, NO_WORD) ||
	    cursor_store_redis_queue(self, err, "HLEN", slice_of_str(self->failed_name), NO_WORD, NO_WORD))
		return -1;
	if (discard_reply(self, REDIS_STATUS, err))
		return -1;
	if (cursor_store_redis_take_cursor(self, self->name, &stored->cursor, &stored->found, err)) {
		if (!is_forced_over(change, err))
			return -1;
		stored->cursor = 0;
		stored->found = true;
	}
	reply = cursor_store_redis_expect(self, REDIS_INTEGER, err);
	if (reply == NULL)
		return -1;
	stored->failed = reply->integer;
	redis_reply_free(reply);
	if (!stored->found && self->takes_older && read_older(self, change, stored, err))
		return -1;
	return cursor_store_check_not_lost(change, stored->cursor, redis_name(self->redis), err);
}

/*
 * Queues the copy of the failed objects that the older version recorded; data under our own name is
 * newer. Returns how many commands, or -1.
 */
static int
queue_older_failed(struct cursor_store_redis *self, const struct stored *stored, struct err *err)
{
	const struct redis_reply *reply = stored->older_failed;
	int n = 0;

	for (size_t i = 0; reply != NULL && i + 1 < reply->count; i += 2, n++) {
		const struct redis_reply *key = &reply->items[i], *record = &reply->items[i + 1];

		if (cursor_store_redis_queue(self, err, "HSETNX", slice_of_str(self->failed_name), key->text, record->text))
			return -1;
	}
	return n;
}

/* Queues the commands of the change, and `cursor` if it is not -1. Returns how many, or -1. */
static int
queue_changes(struct cursor_store_redis *self, const struct change *change, int64_t cursor, bool removals,
              struct err *err)
{
	struct slice failed = slice_of_str(self->failed_name);
	char number[24];
	int n = 0;

	if (change->clear_all) {
		if (cursor_store_redis_queue(self, err, "DEL", failed, NO_WORD, NO_WORD))
			return -1;
		n++;
	}
	for (size_t i = 0; i < change->count; i++) {
		struct slice record = change_record(change, i);

		if (record.len == 0 && !removals)
			continue;
		if (record.len ? cursor_store_redis_queue(self, err, "HSET", failed, change_key(change, i), record)
		               : cursor_store_redis_queue(self, err, "HDEL", failed, change_key(change, i), NO_WORD))
			return -1;
		n++;
	}
	if (cursor >= 0) {
		int len = snprintf(number, sizeof(number), "%lld", (long long)cursor);

		if (cursor_store_redis_queue(self, err, "SET", slice_of_str(self->name), slice_of(number, (size_t)len),
		                             NO_WORD))
			return -1;
		n++;
	}
	return n;
}

/*
 * EXEC's reply, in which the change begins at `at`. Returns 1 if it was done, 0 if somebody else
 * came in between.
 */
static int
take_exec_reply(struct cursor_store_redis *self, const struct change *change, size_t at, struct saved *saved,
                bool removals, struct err *err)
{
	struct redis_reply *reply = cursor_store_redis_expect_or_nil(self, REDIS_ARRAY, err);

	if (reply == NULL)
		return -1;
	if (reply->type == REDIS_NIL) {
		redis_reply_free(reply);
		return 0;
	}
	for (size_t i = 0; i < reply->count; i++) {
		if (reply->items[i].type == REDIS_ERROR) {
			redis_refuse(self->redis, reply->items[i].text, err);
			redis_reply_free(reply);
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
		if (at < reply->count && removal)
			saved->removed += reply->items[at].integer;
		at++;
	}
	redis_reply_free(reply);
	return 1;
}

/* The cursor to store now; -1: leave it as it is. */
static int64_t
choose_cursor(const struct change *change, const struct stored *stored)
{
	if (change->cursor >= 0 && (change->force || !stored->found || change->cursor > stored->cursor))
		return change->force || change->cursor > stored->cursor ? change->cursor : stored->cursor;
	/*
	 * From now on there is a cursor under our own name, and the older version's no longer counts.
	 */
	return stored->older_failed != NULL && (stored->cursor > 0 || stored->older_failed->count > 0) ? stored->cursor
	                                                                                               : -1;
}

/* The rest of save_once(), after the stored data was read. */
static int
save_from(struct cursor_store_redis *self, const struct change *change, const struct stored *stored,
          struct saved *saved, struct err *err)
{
	int64_t cursor = choose_cursor(change, stored);
	int64_t failed = stored->failed;
	bool removals, adds = false;
	int copied, n, result;

	for (size_t i = 0; i < change->count && !adds; i++)
		adds = change->entries[i].record_len > 0;
	if (stored->older_failed != NULL)
		failed += (int64_t)stored->older_failed->count / 2;
	removals = failed > 0 || adds; /* else there is nothing to remove, for thousands of objects */
	if (cursor_store_redis_queue(self, err, "MULTI", NO_WORD, NO_WORD, NO_WORD))
		return -1;
	copied = queue_older_failed(self, stored, err);
	n = copied < 0 ? -1 : queue_changes(self, change, cursor, removals, err);
	if (n < 0 || cursor_store_redis_queue(self, err, "EXEC", NO_WORD, NO_WORD, NO_WORD) ||
	    discard_reply(self, REDIS_STATUS, err))
		return -1;
	for (int i = 0; i < copied + n; i++)
		if (discard_reply(self, REDIS_STATUS, err)) /* QUEUED */
			return -1;
	result = take_exec_reply(self, change, (size_t)copied, saved, removals, err);
	if (result == 1) {
		saved->cursor = cursor >= 0 ? cursor : stored->cursor;
		if (change->clear_all)
			saved->removed = failed;
	}
	return result;
}

/* Returns 1 if it is saved, 0 if somebody else came in between. */
static int
save_once(struct cursor_store_redis *self, const struct change *change, struct saved *saved, struct err *err)
{
	struct stored stored;
	int result = read_stored(self, change, &stored, err);

	if (result == 0)
		result = save_from(self, change, &stored, saved, err);
	redis_reply_free(stored.older_failed);
	return result;
}

static int
save_connected(struct cursor_store_redis *self, const struct change *change, struct saved *saved, struct err *err)
{
	for (int i = 0; i < TRIES; i++) {
		int result = save_once(self, change, saved, err);

		if (result < 0)
			return -1;
		self->used = true;
		if (result == 1)
			return 0;
	}
	err_set(err, ERR_TEMPORARY, "%d others changed the cursor %s meanwhile", TRIES, self->name);
	return err_set_object(err, "%s", redis_name(self->redis));
}

int
cursor_store_redis_save(void *opaque, const struct change *change, struct saved *saved, struct err *err)
{
	struct cursor_store_redis *self = opaque;
	bool old = self->redis && self->used;
	int result;

	result = cursor_store_redis_connect(self, err) ? -1 : save_connected(self, change, saved, err);
	if (result == 0)
		return 0;
	cursor_store_redis_disconnect(self);
	/* Servers close connections that were idle for long. Saving twice does no harm. */
	if (old && err->kind == ERR_TEMPORARY) {
		result = cursor_store_redis_connect(self, err) ? -1 : save_connected(self, change, saved, err);
		if (result)
			cursor_store_redis_disconnect(self);
	}
	return result;
}

/*
 * The cursor in Redis: a string that names both buckets and prefixes, and a hash beside it, field by
 * field a failed object. Plain commands only; the braces put both keys into one slot of a cluster.
 *
 *   seniority:cursor:{rl-data/job-postings-raw/>rl-data/job-postings-mod/}
 *   seniority:cursor:{rl-data/job-postings-raw/>rl-data/job-postings-mod/}:failed
 *
 * Saving is WATCH, look, MULTI, change, EXEC: where somebody else came in between, Redis does nothing
 * and it is done anew from what is there then.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cursor/failures.h"
#include "cursor/keeper.h"
#include "redis/redis.h"

/* Each failed try means that somebody else's went through; so many at once means that something is wrong. */
#define TRIES 100

struct keeper_redis {
	const struct settings *settings;
	struct redis *redis; /* NULL: not connected */
	bool used;           /* the connection has answered before: where it breaks now, it may only be old */
	char *name;
	char *failed_name;
};

/* A part of the name; what would make two places look alike is written as %xx. */
static void
append_part(struct buf *to, const char *text, bool bucket)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c <= ' ' || c >= 127 || strchr("%>{}", c) || (bucket && c == '/'))
			buf_printf(to, "%%%02x", c);
		else
			buf_append_byte(to, (char)c);
	}
}

void *
keeper_redis_new(const struct settings *settings, struct err *err)
{
	const char *input = settings_require(settings, "input_bucket", err);
	const char *output = input ? settings_require(settings, "output_bucket", err) : NULL;
	const char *raw = settings_text(settings, "raw_prefix");
	const char *mod = settings_text(settings, "mod_prefix");
	struct keeper_redis *self;
	struct buf name = BUF_INIT;

	if (output == NULL)
		return NULL;
	self = mem_zero(1, sizeof(*self));
	self->settings = settings;
	buf_append_str(&name, "seniority:cursor:{");
	append_part(&name, input, true);
	buf_append_byte(&name, '/');
	append_part(&name, raw ? raw : "", false);
	buf_append_byte(&name, '>');
	append_part(&name, output, true);
	buf_append_byte(&name, '/');
	append_part(&name, mod ? mod : "", false);
	buf_append_byte(&name, '}');
	self->name = mem_dup(buf_cstr(&name));
	buf_append_str(&name, ":failed");
	self->failed_name = mem_dup(buf_cstr(&name));
	buf_release(&name);
	return self;
}

static void
disconnect(struct keeper_redis *self)
{
	redis_free(self->redis);
	self->redis = NULL;
	self->used = false;
}

static void
free_self(void *keeper)
{
	struct keeper_redis *self = keeper;

	disconnect(self);
	free(self->name);
	free(self->failed_name);
	free(self);
}

static const char *
name_of(const void *keeper)
{
	return ((const struct keeper_redis *)keeper)->name;
}

static int
connect_self(struct keeper_redis *self, struct err *err)
{
	if (self->redis == NULL)
		self->redis = redis_open(self->settings, err);
	return self->redis ? 0 : -1;
}

/* Queues a command of one to four words. */
static int
queue(struct keeper_redis *self, struct err *err, const char *command, struct slice a, struct slice b, struct slice c)
{
	struct slice argv[] = {slice_of_str(command), a, b, c};
	int argc = c.ptr ? 4 : b.ptr ? 3 : a.ptr ? 2 : 1;

	return redis_append(self->redis, argc, argv, err);
}

static const struct slice none = {NULL, 0};

static redisReply *
refuse_reply(struct keeper_redis *self, redisReply *reply, struct err *err)
{
	freeReplyObject(reply);
	err_set(err, ERR_FAILED, "%s: an answer of an unexpected kind", redis_name(self->redis));
	return NULL;
}

/* Takes a reply that must be of this type. */
static redisReply *
expect(struct keeper_redis *self, int type, struct err *err)
{
	redisReply *reply = redis_reply(self->redis, err);

	return reply == NULL || reply->type == type ? reply : refuse_reply(self, reply, err);
}

/* A reply that is of this type, or nil. */
static redisReply *
expect_or_nil(struct keeper_redis *self, int type, struct err *err)
{
	redisReply *reply = redis_reply(self->redis, err);

	return reply == NULL || reply->type == type || reply->type == REDIS_REPLY_NIL ? reply
	                                                                              : refuse_reply(self, reply, err);
}

static int
expect_nothing(struct keeper_redis *self, int type, struct err *err)
{
	redisReply *reply = expect(self, type, err);

	if (reply == NULL)
		return -1;
	freeReplyObject(reply);
	return 0;
}

/* The reply to a GET of the cursor. *found: there is one. */
static int
take_cursor(struct keeper_redis *self, int64_t *cursor, bool *found, struct err *err)
{
	redisReply *reply = expect_or_nil(self, REDIS_REPLY_STRING, err);
	int result = 0;

	if (reply == NULL)
		return -1;
	*cursor = 0;
	*found = reply->type == REDIS_REPLY_STRING;
	if (*found && !keeper_number(slice_of(reply->str, reply->len), cursor))
		result = err_set(err, ERR_FAILED, "%s: the cursor %s is damaged: not a number ('cursor set N --force' sets it)",
		                 redis_name(self->redis), self->name);
	freeReplyObject(reply);
	return result;
}

static int
get_once(struct keeper_redis *self, int64_t *cursor, struct err *err)
{
	bool found;

	if (queue(self, err, "GET", slice_of_str(self->name), none, none))
		return -1;
	return take_cursor(self, cursor, &found, err);
}

static int
get(void *keeper, int64_t *cursor, struct err *err)
{
	struct keeper_redis *self = keeper;

	return connect_self(self, err) ? -1 : get_once(self, cursor, err);
}

/* What WATCH, GET and HLEN tell. A name that is held by another kind of value is found out here, before anything is changed. */
static int
look(struct keeper_redis *self, const struct change *change, int64_t *cursor, bool *write, int64_t *failed,
     struct err *err)
{
	redisReply *reply;
	bool found;

	if (queue(self, err, "WATCH", slice_of_str(self->name), slice_of_str(self->failed_name), none) ||
	    queue(self, err, "GET", slice_of_str(self->name), none, none) ||
	    queue(self, err, "HLEN", slice_of_str(self->failed_name), none, none))
		return -1;
	if (expect_nothing(self, REDIS_REPLY_STATUS, err))
		return -1;
	if (take_cursor(self, cursor, &found, err)) {
		/* A damaged one may be replaced by force; the connection is good then, and the next reply is to come. */
		if (err->kind != ERR_FAILED || !change->force)
			return -1;
		*cursor = 0;
		found = false;
	}
	reply = expect(self, REDIS_REPLY_INTEGER, err);
	if (reply == NULL)
		return -1;
	*failed = reply->integer;
	freeReplyObject(reply);
	if (keeper_not_lost(change, *cursor, redis_name(self->redis), err))
		return -1;
	*write = change->cursor >= 0 && (change->force || !found || change->cursor > *cursor);
	return 0;
}

/* Queues the commands between MULTI and EXEC. Returns how many, or -1. */
static int
queue_changes(struct keeper_redis *self, const struct change *change, bool write, bool removals, struct err *err)
{
	struct slice failed = slice_of_str(self->failed_name);
	char number[24];
	int n = 0;

	if (change->clear_all) {
		if (queue(self, err, "DEL", failed, none, none))
			return -1;
		n++;
	}
	for (size_t i = 0; i < change->count; i++) {
		struct slice record = change_record(change, i);

		if (record.len == 0 && !removals)
			continue;
		if (record.len ? queue(self, err, "HSET", failed, change_key(change, i), record)
		               : queue(self, err, "HDEL", failed, change_key(change, i), none))
			return -1;
		n++;
	}
	if (write) {
		int len = snprintf(number, sizeof(number), "%lld", (long long)change->cursor);

		if (queue(self, err, "SET", slice_of_str(self->name), slice_of(number, (size_t)len), none))
			return -1;
		n++;
	}
	return n;
}

/* EXEC's reply. Returns 1 where it was done, 0 where somebody else came in between. */
static int
take_exec(struct keeper_redis *self, const struct change *change, struct saved *saved, bool removals, struct err *err)
{
	redisReply *reply = expect_or_nil(self, REDIS_REPLY_ARRAY, err);
	size_t at = 0;

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

/* Returns 1 where it is saved, 0 where somebody else came in between. */
static int
save_once(struct keeper_redis *self, const struct change *change, struct saved *saved, struct err *err)
{
	bool write, removals, adds = false;
	int64_t failed;
	int n, result;

	if (look(self, change, &saved->cursor, &write, &failed, err))
		return -1;
	for (size_t i = 0; i < change->count && !adds; i++)
		adds = change->entries[i].record_len > 0;
	removals = failed > 0 || adds; /* else there is nothing to remove, for thousands of objects */
	if (queue(self, err, "MULTI", none, none, none))
		return -1;
	n = queue_changes(self, change, write, removals, err);
	if (n < 0 || queue(self, err, "EXEC", none, none, none) || expect_nothing(self, REDIS_REPLY_STATUS, err))
		return -1;
	while (n-- > 0)
		if (expect_nothing(self, REDIS_REPLY_STATUS, err)) /* QUEUED */
			return -1;
	result = take_exec(self, change, saved, removals, err);
	if (result == 1) {
		if (write)
			saved->cursor = change->cursor;
		if (change->clear_all)
			saved->removed = failed;
	}
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

static int
save(void *keeper, const struct change *change, struct saved *saved, struct err *err)
{
	struct keeper_redis *self = keeper;
	bool old = self->redis && self->used;
	int result;

	result = connect_self(self, err) ? -1 : save_connected(self, change, saved, err);
	if (result == 0)
		return 0;
	disconnect(self);
	/* Servers close connections that were idle for long. Doing it twice does no harm. */
	if (old && err->kind == ERR_TEMPORARY) {
		result = connect_self(self, err) ? -1 : save_connected(self, change, saved, err);
		if (result)
			disconnect(self);
	}
	return result;
}

static int
failed_lines(void *keeper, struct buf *lines, struct err *err)
{
	struct keeper_redis *self = keeper;
	struct failures failures = FAILURES_INIT;
	redisReply *reply;

	if (connect_self(self, err) || queue(self, err, "HGETALL", slice_of_str(self->failed_name), none, none))
		return -1;
	reply = expect(self, REDIS_REPLY_ARRAY, err);
	if (reply == NULL)
		return -1;
	for (size_t i = 0; i + 1 < reply->elements; i += 2) {
		const redisReply *key = reply->element[i], *record = reply->element[i + 1];

		if (key->type != REDIS_REPLY_STRING || record->type != REDIS_REPLY_STRING) {
			failures_release(&failures);
			refuse_reply(self, reply, err);
			return -1;
		}
		failures_add(&failures, slice_of(key->str, key->len), slice_of(record->str, record->len));
	}
	failures_settle(&failures);
	failures_write(&failures, lines);
	failures_release(&failures);
	freeReplyObject(reply);
	return 0;
}

const struct keeper_kind keeper_redis_kind = {get, save, failed_lines, name_of, free_self};

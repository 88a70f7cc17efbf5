/*
 * The cursor in Redis: a string that names the identity, and a hash beside it, with a field for
 * each failed object. Plain commands only.
 *
 *   seniority:cursor:{rl-data/job-postings-raw/>rl-data/job-postings-mod/}@aws>aws
 *   seniority:cursor:{rl-data/job-postings-raw/>rl-data/job-postings-mod/}@aws>aws:failed
 *
 * Older versions had the same without the servers: up to the "}", and ":failed". These two are only
 * ever read. The braces put all four keys into one slot of a cluster.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "cursor/cursor_store_redis.h"
#include "cursor/failures.h"

static void
free_store(void *opaque)
{
	struct cursor_store_redis *self = opaque;

	cursor_store_redis_disconnect(self);
	free(self->name);
	free(self->failed_name);
	free(self->older_name);
	free(self->older_failed_name);
	free(self);
}

static const char *
name_of(const void *opaque)
{
	return ((const struct cursor_store_redis *)opaque)->name;
}

static const char *
older_name_of(const void *opaque)
{
	return ((const struct cursor_store_redis *)opaque)->older_name;
}

static int
read_cursor(struct cursor_store_redis *self, int64_t *cursor, struct err *err)
{
	bool found;

	if (cursor_store_redis_read_cursor(self, self->name, cursor, &found, err))
		return -1;
	return found || !self->takes_older ? 0
	                                   : cursor_store_redis_read_cursor(self, self->older_name, cursor, &found, err);
}

static int
get_cursor(void *opaque, int64_t *cursor, struct err *err)
{
	struct cursor_store_redis *self = opaque;

	return cursor_store_redis_connect(self, err) ? -1 : read_cursor(self, cursor, err);
}

/* Whether there is a cursor under our own name, be it damaged. */
static int
is_stored(struct cursor_store_redis *self, bool *found, struct err *err)
{
	struct redis_reply *reply;

	if (cursor_store_redis_queue(self, err, "GET", slice_of_str(self->name), NO_WORD, NO_WORD) ||
	    (reply = cursor_store_redis_expect_or_nil(self, REDIS_STRING, err)) == NULL)
		return -1;
	*found = reply->type == REDIS_STRING;
	redis_reply_free(reply);
	return 0;
}

static int
find_left_behind(void *opaque, int64_t *cursor, struct err *err)
{
	struct cursor_store_redis *self = opaque;
	struct redis_reply *failed;
	bool found;
	int result;

	if (self->takes_older)
		return 0;
	if (cursor_store_redis_connect(self, err) || is_stored(self, &found, err))
		return -1;
	if (found)
		return 0;
	if (cursor_store_redis_read_cursor(self, self->older_name, cursor, &found, err))
		return -1;
	failed = cursor_store_redis_read_failed(self, self->older_failed_name, err);
	if (failed == NULL)
		return -1;
	result = found || failed->count > 0;
	redis_reply_free(failed);
	return result;
}

/* Adds the reply of HGETALL. */
static int
add_failures(struct cursor_store_redis *self, struct redis_reply *reply, struct failures *failures, struct err *err)
{
	for (size_t i = 0; i + 1 < reply->count; i += 2) {
		const struct redis_reply *key = &reply->items[i], *record = &reply->items[i + 1];

		if (key->type != REDIS_STRING || record->type != REDIS_STRING)
			return redis_unexpected(self->redis, "", err);
		failures_add(failures, key->text, record->text);
	}
	return 0;
}

static int
append_failed_lines(void *opaque, struct buf *lines, struct err *err)
{
	struct cursor_store_redis *self = opaque;
	struct failures failures = FAILURES_INIT;
	struct redis_reply *older = NULL, *ours = NULL;
	bool found = true;
	int result = cursor_store_redis_connect(self, err);

	if (result == 0 && self->takes_older)
		result = is_stored(self, &found, err);
	if (result == 0 && !found && (older = cursor_store_redis_read_failed(self, self->older_failed_name, err)) == NULL)
		result = -1;
	if (result == 0 && (ours = cursor_store_redis_read_failed(self, self->failed_name, err)) == NULL)
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
	redis_reply_free(older);
	redis_reply_free(ours);
	return result;
}

const struct cursor_store_kind cursor_store_redis_kind = {
	.get = get_cursor,
	.save = cursor_store_redis_save,
	.failed = append_failed_lines,
	.name = name_of,
	.older_name = older_name_of,
	.left_behind = find_left_behind,
	.free = free_store,
};

void *
cursor_store_redis_new(const struct settings *settings, const struct identity *identity)
{
	struct cursor_store_redis *self = mem_zero(1, sizeof(*self));

	self->settings = settings;
	self->takes_older = !identity->custom;
	self->older_name = mem_printf("seniority:cursor:{%s}", identity->older);
	self->name = mem_printf("%s@%s", self->older_name, identity->servers);
	self->failed_name = mem_printf("%s:failed", self->name);
	self->older_failed_name = mem_printf("%s:failed", self->older_name);
	return self;
}

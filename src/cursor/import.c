/* Cursors of others, read from Redis. */
#include "cursor/import.h"

#include "base/clock.h"
#include "redis/redis.h"
#include "streams/layout.h"

/* How the names of our own cursors start, of every version. */
#define OWN "seniority:cursor:"

/* A cursor's value, or the predecessor's: the key of the last object. */
static bool
parse_cursor(const struct settings *settings, struct slice value, int64_t *number)
{
	const char *raw = settings_text(settings, "raw_prefix");
	int64_t now = clock_unix();

	/* 0 is how a cursor of ours begins, and no number of an object */
	if (slice_equal_str(value, "0")) {
		*number = 0;
		return true;
	}
	return layout_number(value, slice_of_str(raw ? raw : ""), now, number) == LAYOUT_NUMBER ||
	       layout_number(value, slice_of(NULL, 0), now, number) == LAYOUT_NUMBER;
}

/* Returns 1 with change->cursor, 0 if there is none, or -1 with err. */
static int
read_cursor(struct redis *redis, const struct settings *settings, const char *name, struct change *change,
            struct err *err)
{
	struct slice argv[] = {SLICE("GET"), slice_of_str(name)};
	struct redis_reply *reply = redis_command(redis, err, 2, argv);
	int result = 1;

	if (reply == NULL)
		return -1;
	if (reply->type != REDIS_STRING)
		result = 0;
	else if (!parse_cursor(settings, reply->text, &change->cursor)) {
		err_set(err, ERR_FAILED, "'%s' is '%.*s', which is not a number, nor raw_prefix and a number", name,
		        (int)(reply->text.len < 200 ? reply->text.len : 200), reply->text.ptr);
		result = err_set_object(err, "%s", redis_name(redis));
	}
	redis_reply_free(reply);
	return result;
}

/* Adds the objects that failed for good. Returns how many, or -1 with err. */
static int
read_failed(struct redis *redis, const char *name, struct change *change, struct err *err)
{
	struct buf failed = BUF_INIT;
	struct slice argv[2];
	struct redis_reply *reply;
	int count = 0;

	buf_printf(&failed, "%s:failed", name);
	argv[0] = SLICE("HGETALL");
	argv[1] = slice_of_buf(&failed);
	reply = redis_command(redis, err, 2, argv);
	buf_release(&failed);
	if (reply == NULL)
		return -1;
	for (size_t i = 0; reply->type == REDIS_ARRAY && i + 1 < reply->count; i += 2) {
		const struct redis_reply *key = &reply->items[i], *record = &reply->items[i + 1];

		if (key->type == REDIS_STRING && record->type == REDIS_STRING && record->text.len > 0) {
			change_add(change, key->text, record->text);
			count++;
		}
	}
	redis_reply_free(reply);
	return count;
}

/* The same as import_read(), with a connection. */
static int
read_first_name(struct redis *redis, const struct settings *settings, const char *const *names, struct change *change,
                const char **from, struct err *err)
{
	struct buf tried = BUF_INIT;

	for (; *names != NULL; names++) {
		bool own = strncmp(*names, OWN, sizeof(OWN) - 1) == 0;
		int there = read_cursor(redis, settings, *names, change, err);
		int failed = there >= 0 && own ? read_failed(redis, *names, change, err) : 0;

		*from = *names;
		/* Failed objects without a cursor are those of a first run that went no further. */
		if (there == 0 && failed > 0)
			change->cursor = 0;
		if (there != 0 || failed != 0) {
			buf_release(&tried);
			return there < 0 || failed < 0 ? -1 : 0;
		}
		buf_printf(&tried, "%s'%s'", tried.len > 0 ? " and no key " : "", *names);
	}
	err_set(err, ERR_FAILED, "%s has no key %s", redis_name(redis), buf_cstr(&tried));
	err_tell_object(err, redis_name(redis));
	buf_release(&tried);
	return -1;
}

int
import_read(const struct settings *settings, const char *const *names, struct change *change, const char **from,
            struct err *err)
{
	struct redis *redis = redis_open(settings, err);
	int result;

	if (redis == NULL)
		return -1;
	result = read_first_name(redis, settings, names, change, from, err);
	redis_free(redis);
	return result;
}

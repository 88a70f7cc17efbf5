/* SCAN, page by page. */
#include "sencache/scan.h"

/* Redis answers no other client while it collects a page: this takes it about a millisecond. */
#define PAGE "2000"

/* A cursor, and an array of names. */
static bool
is_page(const struct redis_reply *reply)
{
	const struct redis_reply *keys;

	if (reply->type != REDIS_ARRAY || reply->count != 2 || reply->items[0].type != REDIS_STRING)
		return false;
	keys = &reply->items[1];
	if (keys->type != REDIS_ARRAY)
		return false;
	for (size_t i = 0; i < keys->count; i++)
		if (keys->items[i].type != REDIS_STRING)
			return false;
	return true;
}

void
scan_init(struct scan *scan, struct redis *redis, const char *match)
{
	*scan = (struct scan){.redis = redis, .match = match, .more = true};
	buf_append_byte(&scan->cursor, '0');
}

void
scan_release(struct scan *scan)
{
	redis_reply_free(scan->page);
	buf_release(&scan->cursor);
}

int
scan_ask(struct scan *scan, struct err *err)
{
	struct slice argv[] = {SLICE("SCAN"),  slice_of_buf(&scan->cursor),
	                       SLICE("COUNT"), SLICE(PAGE),
	                       SLICE("MATCH"), slice_of_str(scan->match ? scan->match : "")};

	return scan->more ? redis_append(scan->redis, scan->match ? 6 : 4, argv, err) : 0;
}

int
scan_take(struct scan *scan, struct err *err)
{
	struct redis_reply *reply = redis_reply(scan->redis, err);

	if (reply == NULL)
		return -1;
	if (!is_page(reply)) {
		redis_reply_free(reply);
		return redis_unexpected(scan->redis, "SCAN", err);
	}
	redis_reply_free(scan->page);
	scan->page = reply;
	buf_reset(&scan->cursor);
	buf_append_slice(&scan->cursor, reply->items[0].text);
	scan->more = !(scan->cursor.len == 1 && scan->cursor.data[0] == '0');
	return 0;
}

size_t
scan_count(const struct scan *scan)
{
	return scan->page->items[1].count;
}

struct slice
scan_key(const struct scan *scan, size_t i)
{
	return scan->page->items[1].items[i].text;
}

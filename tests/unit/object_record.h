/*
 * An object record and a position member by member: what the object writer's text is compared with.
 * Needs streams/records.h.
 */
#ifndef UNIT_OBJECT_RECORD_H
#define UNIT_OBJECT_RECORD_H

#include <inttypes.h>

static inline void
write_position(struct buf *to, const struct list_position *position)
{
	static const char *const last[] = {"", ",\"last\":false", ",\"last\":true"};

	buf_printf(to, "{\"after\":%" PRId64 ",\"seq\":%" PRId64 ",\"upto\":%" PRId64 "%s}", position->after, position->seq,
	           position->upto, last[position->last]);
}

static inline void
write_string(struct buf *to, const char *name, struct slice text)
{
	if (text.len == 0)
		return;
	buf_printf(to, "\"%s\":", name);
	json_quote(to, text);
	buf_append_byte(to, ',');
}

static inline void
write_object_record(struct buf *to, const struct object_record *record)
{
	buf_append_byte(to, '{');
	write_string(to, "bucket", record->bucket);
	buf_append_str(to, "\"key\":");
	json_quote(to, record->key);
	buf_append_byte(to, ',');
	if (record->size >= 0)
		buf_printf(to, "\"size\":%" PRId64 ",", record->size);
	write_string(to, "etag", record->etag);
	write_string(to, "last_modified", record->last_modified);
	if (record->rewritten)
		buf_append_str(to, "\"rewritten\":true,");
	if (record->list.len > 0) {
		buf_append_str(to, "\"list\":");
		buf_append_slice(to, record->list);
		buf_append_byte(to, ',');
	}
	to->len--;
	buf_append_str(to, "}\n");
}

#endif

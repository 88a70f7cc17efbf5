/* Writing records. Members that are not given are left out; strings go through json_quote, `list` as it came.
 */
#include "streams/records.h"

#include "json/base64.h"

/* ,"name": or, for the first member, {"name": */
static void
write_name(struct buf *to, const char *name)
{
	/* A record begins behind a '\n' or at the start, a thread with its own '{': so nothing else ends in
	 * '{'. */
	buf_append_str(to, to->data[to->len - 1] == '{' ? "\"" : ",\"");
	buf_append_str(to, name);
	buf_append_str(to, "\":");
}

static void
write_text(struct buf *to, const char *name, struct slice text)
{
	write_name(to, name);
	json_quote(to, text);
}

static void
write_text_if(struct buf *to, const char *name, struct slice text)
{
	if (text.len > 0)
		write_text(to, name, text);
}

static void
write_int(struct buf *to, const char *name, int64_t number)
{
	write_name(to, name);
	buf_append_int(to, number);
}

static void
write_bool(struct buf *to, const char *name, bool value)
{
	write_name(to, name);
	buf_append_str(to, value ? "true" : "false");
}

static void
write_list(struct buf *to, struct slice list)
{
	if (list.len == 0)
		return;
	write_name(to, "list");
	buf_append_slice(to, list);
}

static void
write_end(struct buf *to)
{
	buf_append_str(to, "}\n");
}

/* bucket, key, size, etag: what an object record and a begin have in common. */
static void
write_object(struct buf *to, const struct object_record *object)
{
	write_text_if(to, "bucket", object->bucket);
	write_text(to, "key", object->key);
	if (object->size >= 0)
		write_int(to, "size", object->size);
	write_text_if(to, "etag", object->etag);
}

void
thread_write(struct buf *to, const struct thread *thread)
{
	buf_append_byte(to, '{');
	write_int(to, "after", thread->after);
	write_int(to, "seq", thread->seq);
	write_int(to, "upto", thread->upto);
	buf_append_byte(to, '}');
}

void
object_record_write(struct buf *to, const struct object_record *record)
{
	buf_append_byte(to, '{');
	write_object(to, record);
	write_text_if(to, "last_modified", record->last_modified);
	write_list(to, record->list);
	write_end(to);
}

void
control_write_begin(struct buf *to, const struct object_record *object)
{
	buf_append_str(to, "{\"@\":\"begin\"");
	write_object(to, object);
	write_list(to, object->list);
	write_end(to);
}

void
control_write_end(struct buf *to, struct slice key, int64_t lines)
{
	buf_append_str(to, "{\"@\":\"end\"");
	write_text(to, "key", key);
	write_int(to, "lines", lines);
	write_end(to);
}

void
control_write_reject(struct buf *to, struct slice key, int64_t line, struct slice reason, struct slice raw)
{
	buf_append_str(to, "{\"@\":\"reject\"");
	write_text(to, "key", key);
	write_int(to, "line", line);
	write_text(to, "reason", reason);
	if (slice_is_utf8(raw)) {
		write_text(to, "raw", raw);
	} else {
		write_name(to, "raw_base64");
		buf_append_byte(to, '"');
		base64_encode(to, raw);
		buf_append_byte(to, '"');
	}
	write_end(to);
}

void
control_write_error(struct buf *to, struct slice key, struct slice stage, struct slice reason, bool temporary,
                    struct slice list)
{
	buf_append_str(to, "{\"@\":\"error\"");
	write_text(to, "key", key);
	write_text(to, "stage", stage);
	write_text(to, "reason", reason);
	write_bool(to, "temporary", temporary);
	write_list(to, list);
	write_end(to);
}

void
receipt_write(struct buf *to, const struct receipt *receipt)
{
	buf_append_byte(to, '{');
	write_text(to, "source", receipt->source);
	if (receipt->failed) {
		write_text(to, "error", receipt->error);
		write_text(to, "stage", receipt->stage);
		write_bool(to, "temporary", receipt->temporary);
	} else {
		write_text(to, "key", receipt->key);
		write_text_if(to, "etag", receipt->etag);
		write_int(to, "bytes", receipt->bytes);
		write_int(to, "lines", receipt->lines);
		write_int(to, "rejected", receipt->rejected);
		write_text_if(to, "reject_key", receipt->reject_key);
	}
	write_list(to, receipt->list);
	write_end(to);
}

/*
 * Writing records. Members that are not set are left out; strings go through json_quote, `list`
 * unchanged.
 */
#include "streams/records.h"

#include "base/base64.h"

/*
 * The text before a member's value. A literal: so its length is known, and it is copied without a
 * call.
 */
#define NAME(name) SLICE(",\"" name "\":")

/* More than all takes that is written of an object's facts in one go: names, numbers, a time. */
#define FACTS_ROOM ((size_t)128)

/* ,"name": or, for the first member, "name": */
static inline void
write_name(struct buf *to, struct slice name)
{
	/* A record begins after a '\n' or at the start: so nothing else ends in '{'. */
	if (to->data[to->len - 1] == '{')
		buf_append(to, name.ptr + 1, name.len - 1);
	else
		buf_append(to, name.ptr, name.len);
}

static inline void
write_text(struct buf *to, struct slice name, struct slice text)
{
	write_name(to, name);
	json_quote(to, text);
}

static inline void
write_text_if(struct buf *to, struct slice name, struct slice text)
{
	if (text.len > 0)
		write_text(to, name, text);
}

static inline void
write_int(struct buf *to, struct slice name, int64_t number)
{
	write_name(to, name);
	buf_append_int(to, number);
}

static inline void
write_bool(struct buf *to, struct slice name, bool value)
{
	write_name(to, name);
	buf_append_str(to, value ? "true" : "false");
}

static void
write_fault(struct buf *to, enum fault fault)
{
	write_bool(to, NAME("temporary"), fault != FAULT_OBJECT);
	write_text(to, NAME("fault"), slice_of_str(fault_name(fault)));
}

static void
write_list(struct buf *to, struct slice list)
{
	if (list.len == 0)
		return;
	write_name(to, NAME("list"));
	buf_append_slice(to, list);
}

static void
write_end(struct buf *to)
{
	buf_append_str(to, "}\n");
}

/* bucket, key, size, etag: the members that object records and begin have in common. */
static void
write_object(struct buf *to, const struct object_record *object)
{
	write_text_if(to, NAME("bucket"), object->bucket);
	write_text(to, NAME("key"), object->key);
	if (object->size >= 0)
		write_int(to, NAME("size"), object->size);
	write_text_if(to, NAME("etag"), object->etag);
}

void
object_count_write(struct buf *to, const struct object_count *count)
{
	const struct object_record object = {
		.bucket = count->bucket, .key = count->key, .size = count->size, .etag = count->etag};

	buf_append_byte(to, '{');
	write_object(to, &object);
	write_int(to, NAME("lines"), count->lines);
	write_text_if(to, NAME("source_etag"), count->source_etag);
	write_end(to);
}

void
object_writer_init(struct object_writer *writer, struct slice bucket, const int64_t *after)
{
	*writer = (struct object_writer){0};
	buf_append_byte(&writer->before_key, '{');
	write_text_if(&writer->before_key, NAME("bucket"), bucket);
	write_name(&writer->before_key, NAME("key"));
	if (after == NULL)
		return;
	buf_append_str(&writer->before_seq, ",\"list\":{");
	write_int(&writer->before_seq, NAME("after"), *after);
	write_name(&writer->before_seq, NAME("seq"));
}

void
object_writer_begin(struct object_writer *writer, struct buf *to, const struct object_facts *facts)
{
	char *at;

	buf_append_slice(to, slice_of_buf(&writer->before_key));
	json_quote(to, facts->key);
	buf_reserve(to, FACTS_ROOM);
	at = to->data + to->len;
	if (facts->size >= 0)
		at = put_int(put_slice(at, NAME("size")), facts->size);
	if (facts->etag.len > 0) {
		to->len = (size_t)(put_slice(at, NAME("etag")) - to->data);
		json_quote(to, facts->etag);
		buf_reserve(to, FACTS_ROOM);
		at = to->data + to->len;
	}
	if (facts->modified >= 0) {
		clock_format_next(&writer->time, facts->modified);
		at = put_slice(at, SLICE(",\"last_modified\":\""));
		memcpy(at, writer->time.iso, sizeof(writer->time.iso));
		at = put_slice(at + writer->time.len, SLICE("\""));
	}
	if (facts->rewritten)
		at = put_slice(at, SLICE(",\"rewritten\":true"));
	to->len = (size_t)(at - to->data);
}

void
object_writer_end(struct object_writer *writer, struct buf *to, int64_t seq, int64_t upto, bool last)
{
	char *at;

	buf_append_slice(to, slice_of_buf(&writer->before_seq));
	buf_reserve(to, FACTS_ROOM);
	at = to->data + to->len;
	if (writer->before_seq.len > 0) {
		at = put_int(at, seq);
		at = put_int(put_slice(at, NAME("upto")), upto);
		if (last)
			at = put_slice(at, SLICE(",\"last\":true"));
		else if (seq == 1)
			at = put_slice(at, SLICE(",\"last\":false"));
		at = put_slice(at, SLICE("}"));
	}
	at = put_slice(at, SLICE("}\n"));
	to->len = (size_t)(at - to->data);
}

void
object_writer_release(struct object_writer *writer)
{
	buf_release(&writer->before_key);
	buf_release(&writer->before_seq);
}

void
control_write_begin(struct buf *to, const struct object_record *object)
{
	buf_append_str(to, "{\"@\":\"begin\"");
	write_object(to, object);
	if (object->rewritten)
		write_bool(to, NAME("rewritten"), true);
	write_list(to, object->list);
	write_end(to);
}

void
control_write_end(struct buf *to, struct slice key, int64_t lines)
{
	buf_append_str(to, "{\"@\":\"end\"");
	write_text(to, NAME("key"), key);
	write_int(to, NAME("lines"), lines);
	write_end(to);
}

void
control_write_reject(struct buf *to, struct slice key, int64_t line, struct slice reason, struct slice raw)
{
	buf_append_str(to, "{\"@\":\"reject\"");
	write_text(to, NAME("key"), key);
	write_int(to, NAME("line"), line);
	write_text(to, NAME("reason"), reason);
	if (slice_is_utf8(raw)) {
		write_text(to, NAME("raw"), raw);
	} else {
		write_name(to, NAME("raw_base64"));
		buf_append_byte(to, '"');
		base64_encode(to, raw);
		buf_append_byte(to, '"');
	}
	write_end(to);
}

void
control_write_error(struct buf *to, struct slice key, struct slice stage, struct slice reason, enum fault fault,
                    struct slice list)
{
	buf_append_str(to, "{\"@\":\"error\"");
	write_text(to, NAME("key"), key);
	write_text(to, NAME("stage"), stage);
	write_text(to, NAME("reason"), reason);
	write_fault(to, fault);
	write_list(to, list);
	write_end(to);
}

void
receipt_write(struct buf *to, const struct receipt *receipt)
{
	buf_append_byte(to, '{');
	write_text(to, NAME("source"), receipt->source);
	if (receipt->failed) {
		write_text(to, NAME("error"), receipt->error);
		write_text(to, NAME("stage"), receipt->stage);
		write_fault(to, receipt->fault);
	} else {
		write_text(to, NAME("key"), receipt->key);
		write_text_if(to, NAME("etag"), receipt->etag);
		write_int(to, NAME("bytes"), receipt->bytes);
		write_int(to, NAME("lines"), receipt->lines);
		write_int(to, NAME("rejected"), receipt->rejected);
		write_text_if(to, NAME("reject_key"), receipt->reject_key);
	}
	write_list(to, receipt->list);
	write_end(to);
}

/*
 * Any bytes as a record of each kind: what is accepted, written anew and read again, is written the same;
 * and a written record is one line of JSON. Any bytes as a rejected line come back whole.
 */
#include <stdlib.h>

#include "base/base64.h"
#include "streams/records.h"
#include "../unit/object_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct records records;
static struct buf first, second;

/* Without its '\n', in memory of its own size, for the sanitizer. */
static void
check_line(const struct buf *buf)
{
	const char *why;

	if (buf->len < 2 || memchr(buf->data, '\n', buf->len) != buf->data + buf->len - 1)
		abort();
	if (!json_parse(&records.json, slice_of(buf->data, buf->len - 1), &why))
		abort();
}

static void
check_same(void)
{
	check_line(&second);
	if (!slice_equal(slice_of_buf(&first), slice_of_buf(&second)))
		abort();
}

static void
fuzz_object(struct slice line)
{
	struct object_record record;
	const char *why = NULL;

	buf_reset(&first);
	buf_reset(&second);
	if (!object_record_parse(&records, line, &record, &why)) {
		if (why == NULL)
			abort();
		return;
	}
	write_object_record(&first, &record);
	if (!object_record_parse(&records, slice_of(first.data, first.len - 1), &record, &why))
		abort();
	write_object_record(&second, &record);
	check_same();
}

static void
write_control(struct buf *to, const struct control *control)
{
	const struct object_record object = {
		.bucket = control->bucket,
		.key = control->key,
		.size = control->size,
		.etag = control->etag,
		.list = control->list,
	};

	switch (control->kind) {
	case CONTROL_BEGIN:
		control_write_begin(to, &object);
		break;
	case CONTROL_END:
		control_write_end(to, control->key, control->lines);
		break;
	case CONTROL_ERROR:
		control_write_error(to, control->key, control->stage, control->reason, control->fault, control->list);
		break;
	case CONTROL_REJECT:
		control_write_reject(to, control->key, control->line, control->reason, SLICE("raw"));
		break;
	case CONTROL_OTHER:
		break;
	}
}

static void
fuzz_control(struct slice line)
{
	struct control control;
	const char *why = NULL;

	buf_reset(&first);
	buf_reset(&second);
	if (!control_parse(&records, line, &control, &why)) {
		if (why == NULL)
			abort();
		return;
	}
	if (control.kind == CONTROL_OTHER)
		return;
	write_control(&first, &control);
	if (!control_parse(&records, slice_of(first.data, first.len - 1), &control, &why))
		abort();
	write_control(&second, &control);
	check_same();
}

static void
fuzz_receipt(struct slice line)
{
	struct receipt receipt;
	struct list_position position;
	const char *why = NULL;

	buf_reset(&first);
	buf_reset(&second);
	if (!receipt_parse(&records, line, &receipt, &why)) {
		if (why == NULL)
			abort();
		return;
	}
	if (receipt.list.len > 0 && list_position_parse(&records, receipt.list, &position, &why) &&
	    (position.after < 0 || position.seq < 1 || position.upto < position.after))
		abort();
	receipt_write(&first, &receipt);
	if (!receipt_parse(&records, slice_of(first.data, first.len - 1), &receipt, &why))
		abort();
	receipt_write(&second, &receipt);
	check_same();
}

static void
fuzz_reject(struct slice raw)
{
	struct control control;
	const char *why;
	int token;

	buf_reset(&first);
	buf_reset(&second);
	control_write_reject(&first, SLICE("k"), 1, SLICE("r"), raw);
	check_line(&first);
	if (!control_parse(&records, slice_of(first.data, first.len - 1), &control, &why))
		abort();
	token = json_member(&records.json, SLICE("raw_base64"));
	if (token != -1) {
		struct slice text = json_raw(&records.json, token);

		if (!base64_decode(&second, slice_of(text.ptr + 1, text.len - 2)))
			abort();
	} else {
		json_quote(&second, raw);
		if (!slice_equal(slice_of_buf(&second), json_raw(&records.json, json_member(&records.json, SLICE("raw")))))
			abort();
		return;
	}
	if (!slice_equal(slice_of_buf(&second), raw))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice line = slice_of((const char *)data, size);

	/* A line has no '\n'. */
	if (size > 0 && memchr(data, '\n', size) != NULL)
		return 0;
	fuzz_object(line);
	fuzz_control(line);
	fuzz_receipt(line);
	fuzz_reject(line);
	return 0;
}

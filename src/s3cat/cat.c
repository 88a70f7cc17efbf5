/* One loop: start transfers, write the head of the line, wait for either. */
#include "s3cat/cat.h"

#include <unistd.h>

#include "base/log.h"
#include "base/signals.h"

/* How much may be written before stdin and the other transfers get their turn. */
#define SERVE_BYTES ((size_t)1024 * 1024)

static void
note_error(struct cat *cat, const struct err *err)
{
	err_log(err);
	cat->status = status_worse(cat->status, err_status(err));
}

/* The bucket of a key that comes without one. */
static int
set_bucket(struct cat *cat, struct object_record *record, struct err *err)
{
	const char *bucket;

	if (record->bucket.len > 0)
		return 0;
	bucket = settings_require(cat->settings, "input_bucket", err);
	if (bucket == NULL) {
		/* "nothing was done" is true of the first object only */
		if (cat->objects + cat->failed > 0 || cat->queue.ring.count > 0)
			err->kind = ERR_FAILED;
		return -1;
	}
	record->bucket = slice_of_str(bucket);
	return 0;
}

/* Starts transfers of wanted objects, if there is room. Returns whether there was any. */
static bool
start_transfers(struct cat *cat)
{
	struct object_record record;
	struct err err = ERR_INIT;
	bool started = false;
	int got;

	while (queue_has_room(&cat->queue, cat->store) && (got = wanted_next(&cat->wanted, &record, &err)) != 0) {
		if (got == 1 && set_bucket(cat, &record, &err) == 0) {
			queue_add(&cat->queue, cat->store, &record);
			started = true;
		} else if (cat->framed && record.list.len > 0 && err.kind != ERR_USAGE) {
			queue_add_refused(&cat->queue, &record, &err);
		} else {
			note_error(cat, &err);
		}
		if (cat->status == STATUS_USAGE) {
			cat->wanted.ended = true;
			break;
		}
	}
	return started;
}

static void
write_begin(struct cat *cat, struct transfer *head)
{
	const struct store_info *info = store_get_info(head->get);
	struct object_record record = head->record;

	head->begun = true;
	cat->refused = (struct err)ERR_INIT;
	decompress_start(cat->decompress);
	body_start(&cat->body, record.bucket, record.key);
	if (!cat->framed || cat->count)
		return;
	/* The size and ETag of the download count, not those of the listing. */
	if (info->size >= 0)
		record.size = info->size;
	if (info->etag[0] != '\0')
		record.etag = slice_of_str(info->etag);
	buf_reset(&cat->record);
	control_write_begin(&cat->record, &record);
	out_write_slice(cat->out, slice_of_buf(&cat->record));
}

static void
write_count(struct cat *cat, const struct transfer *head)
{
	const struct store_info *info = store_get_info(head->get);
	const struct object_count count = {
		.bucket = head->record.bucket,
		.key = head->record.key,
		.size = info->size,
		.etag = slice_of_str(info->etag),
		.lines = cat->body.lines,
		.source_etag = slice_of_str(info->source_etag),
	};

	buf_reset(&cat->record);
	object_count_write(&cat->record, &count);
	out_write_slice(cat->out, slice_of_buf(&cat->record));
}

static void
end_head(struct cat *cat)
{
	struct transfer *head = queue_head(&cat->queue);

	if (cat->count) {
		write_count(cat, head);
	} else if (cat->framed) {
		buf_reset(&cat->record);
		control_write_end(&cat->record, head->record.key, cat->body.lines);
		out_write_slice(cat->out, slice_of_buf(&cat->record));
	}
	if (cat->body.left_out > 0) {
		log_error("s3://%s/%s: %lld of %lld lines were left out", head->record.bucket.ptr, head->record.key.ptr,
		          (long long)cat->body.left_out, (long long)cat->body.lines);
		cat->status = status_worse(cat->status, STATUS_FAILED);
	}
	cat->objects++;
	cat->lines += cat->body.lines;
	cat->forged += cat->body.forged;
	queue_pop(&cat->queue);
}

/* Gives the head up. */
static void
give_head_up(struct cat *cat, const struct err *err)
{
	struct transfer *head = queue_head(&cat->queue);

	cat->status = status_worse(cat->status, err_status(err));
	if (cat->framed) {
		buf_reset(&cat->record);
		control_write_error(&cat->record, head->record.key, SLICE("s3cat"), slice_of_str(ERR_RECORD_TEXT(err)),
		                    err_fault(err), head->record.list);
		out_write_slice(cat->out, slice_of_buf(&cat->record));
	}
	cat->failed++;
	cat->failed_by[err_fault(err)]++;
	queue_pop(&cat->queue);
}

static void
fail_get(struct cat *cat, const struct err *err)
{
	struct transfer *head = queue_head(&cat->queue);

	cat->stopped = cat->stoppable && err_fault(err) == FAULT_EVERYBODY;
	if (cat->stopped)
		err_log_stop(err, head->record.key.ptr);
	else
		err_log(err);
	give_head_up(cat, err);
}

static void
fail_body(struct cat *cat, struct err *err)
{
	struct transfer *head = queue_head(&cat->queue);

	err_set_object(err, "s3://%s/%s", head->record.bucket.ptr, head->record.key.ptr);
	err_log(err);
	give_head_up(cat, err);
}

/* The head's record was refused. Its error has waited for its turn. */
static void
fail_refused(struct cat *cat)
{
	const struct err err = queue_head(&cat->queue)->refused;

	err_log(&err);
	give_head_up(cat, &err);
}

/* Takes the output that the decompressor has ready. Returns 0, or -1 with err. */
static int
pass_text_on(struct cat *cat, struct err *err)
{
	struct slice piece;
	int got;

	/* A small block may expand to much: whether anybody still wants it is asked in between. */
	while (!cat->out->failed && (got = decompress_next(cat->decompress, &piece, err)) != 0)
		if (got < 0 || body_feed(&cat->body, piece, err) < 0)
			return -1;
	return 0;
}

static int
end_text(struct cat *cat, struct err *err)
{
	decompress_finish(cat->decompress);
	return pass_text_on(cat, err) < 0 ? -1 : body_end(&cat->body, err);
}

/*
 * Like store_get_read. With --unordered, a transfer that has bytes takes the place of a head that
 * has had none.
 */
static int
read_head(struct cat *cat, struct slice *data, struct err *err)
{
	struct transfer *head = queue_head(&cat->queue);
	int got = store_get_read(head->get, false, data, err);

	if (!cat->unordered || head->begun)
		return got;
	for (size_t i = 1; got == 2 && i < cat->queue.ring.count; i++) {
		struct store_get *get = queue_at(&cat->queue, i)->get;

		got = get == NULL ? 2 : store_get_read(get, false, data, err);
		if (got != 2)
			queue_prefer(&cat->queue, i);
	}
	return got;
}

/* The next step of the head. Returns whether there was one to take. */
static bool
step_head(struct cat *cat)
{
	struct err err = ERR_INIT;
	struct transfer *head;
	struct slice data;
	int got;

	if (queue_head(&cat->queue)->get == NULL) {
		fail_refused(cat);
		return true;
	}
	got = read_head(cat, &data, &err);
	head = queue_head(&cat->queue);
	if (got == 2 || signals_stop())
		return false;
	if (got == -1) {
		fail_get(cat, &err);
		return true;
	}
	if (!head->begun)
		write_begin(cat, head);
	if (got == 0) {
		if (cat->refused.kind != ERR_NONE)
			fail_body(cat, &cat->refused);
		else if (end_text(cat, &err) < 0)
			fail_body(cat, &err);
		else
			end_head(cat);
		cat->unserved = SERVE_BYTES;
		return true;
	}
	cat->bytes += (int64_t)data.len;
	cat->unserved += data.len;
	if (cat->refused.kind != ERR_NONE)
		return true;
	decompress_feed(cat->decompress, data);
	if (pass_text_on(cat, &err) < 0) {
		if (err_fault(&err) == FAULT_OBJECT)
			cat->refused = err;
		else
			fail_body(cat, &err);
	}
	return true;
}

/* Looks after the transfers and stdin; waits for one of them if `block`. */
static void
wait_for_work(struct cat *cat, bool block)
{
	bool hungry = !cat->wanted.ended && queue_has_room(&cat->queue, cat->store);
	struct err err = ERR_INIT;
	int readable;

	cat->unserved = 0;
	if (block)
		out_flush(cat->out);
	readable = store_wait(cat->store, hungry ? STDIN_FILENO : -1, block ? -1 : 0);
	if (readable > 0 && wanted_read(&cat->wanted, &err) < 0 && !signals_stop())
		note_error(cat, &err);
}

void
cat_run(struct cat *cat)
{
	while (!cat->out->failed && !cat->stopped && !signals_stop()) {
		/* The store must go on while the head is being printed. */
		if (start_transfers(cat))
			wait_for_work(cat, false);
		if (cat->queue.ring.count == 0) {
			if (cat->wanted.ended)
				return;
			wait_for_work(cat, true);
		} else if (!step_head(cat)) {
			wait_for_work(cat, true);
		} else if (cat->unserved >= SERVE_BYTES) {
			wait_for_work(cat, false);
		}
	}
}

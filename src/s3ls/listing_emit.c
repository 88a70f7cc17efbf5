/* Records in order, with the cursor's thread. */
#include "s3ls/listing.h"

#include "base/clock.h"
#include "cli/progress.h"

/* A reader down the pipe starts on what is there while the listing goes on. */
#define FLUSH_MS 200

void
listing_emit_init(struct listing_emit *emit, struct out *out, struct slice bucket, bool threaded, int64_t after,
                  int64_t settled_ms)
{
	*emit = (struct listing_emit){
		.out = out,
		.bucket = bucket,
		.threaded = threaded,
		.thread = {.after = after, .seq = 0, .upto = after},
		.settled_ms = settled_ms,
		.before = INT64_MAX,
		.most = INT64_MAX,
		.flushed_ms = clock_mono_coarse_ms(),
	};
}

/* The held item, as the last of its number or as one that others follow. */
static void
print_held(struct listing_emit *emit, bool last_of_number)
{
	const struct listing_item *item = &emit->held;
	struct object_record record = {.bucket = emit->bucket, .key = item->key, .size = item->size, .etag = item->etag};
	char time[32];
	int64_t now;

	emit->holding = false;
	emit->thread.seq++;
	if (last_of_number && item->number > emit->thread.upto)
		emit->thread.upto = item->number;
	buf_reset(&emit->list);
	if (emit->threaded)
		thread_write(&emit->list, &emit->thread);
	clock_format_iso(item->modified, time);
	record.last_modified = slice_of_str(time);
	record.list = slice_of_buf(&emit->list);
	buf_reset(&emit->line);
	object_record_write(&emit->line, &record);
	out_write_slice(emit->out, slice_of_buf(&emit->line));

	if (emit->listed++ == 0)
		emit->first = item->number;
	emit->last = item->number;
	emit->bytes += item->size;
	progress_tick();
	now = clock_mono_coarse_ms();
	if (now - emit->flushed_ms >= FLUSH_MS) {
		out_flush(emit->out);
		emit->flushed_ms = now;
	}
}

static void
hold(struct listing_emit *emit, const struct listing_item *item)
{
	buf_reset(&emit->held_key);
	buf_append_slice(&emit->held_key, item->key);
	buf_reset(&emit->held_etag);
	buf_append_slice(&emit->held_etag, item->etag);
	emit->held = *item;
	emit->held.key = slice_of_buf(&emit->held_key);
	emit->held.etag = slice_of_buf(&emit->held_etag);
	emit->holding = true;
}

bool
listing_emit_item(struct listing_emit *emit, const struct listing_item *item)
{
	if (item->number >= emit->before) {
		if (emit->holding)
			print_held(emit, true);
		emit->enough = true;
		return false;
	}
	if (item->modified > emit->settled_ms / 1000) {
		if (emit->holding)
			print_held(emit, item->number != emit->held.number);
		emit->cut = true;
		return false;
	}
	if (item->left_out)
		return true;
	if (emit->holding)
		print_held(emit, item->number != emit->held.number);
	if (emit->listed >= emit->most) {
		emit->enough = true;
		return false;
	}
	hold(emit, item);
	return emit->out->failed == 0;
}

void
listing_emit_end(struct listing_emit *emit, bool whole)
{
	if (emit->holding)
		print_held(emit, whole);
}

void
listing_emit_release(struct listing_emit *emit)
{
	buf_release(&emit->held_key);
	buf_release(&emit->held_etag);
	buf_release(&emit->line);
	buf_release(&emit->list);
}

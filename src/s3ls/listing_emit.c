/* Records in order, each with its position in the listing. */
#include "s3ls/listing.h"

#include "base/backoff.h"
#include "base/clock.h"
#include "cli/progress.h"

/* A reader down the pipe starts with the first records while the listing goes on. */
#define FLUSH_MS 200
#define LOOK_EVERY 32 /* objects */
/* A pipe takes it in one write. */
#define BLOCK ((size_t)60 * 1024)
/*
 * How long the output may block before the store gets no more turns, about as long as a page of a
 * listing takes; in steps so short that no reader waits for the next.
 */
#define PATIENCE_MS 2000
#define STEP_MAX_MS 16

/*
 * For who reads down the pipe, or watches; often enough, and not so often that it costs more than
 * the records.
 */
static void
look_at_clock(struct listing_emit *emit)
{
	int64_t now;

	if (emit->seen++ % LOOK_EVERY != 0)
		return;
	progress_tick();
	now = clock_mono_coarse_ms();
	if (now - emit->flushed_ms >= FLUSH_MS) {
		out_flush(emit->out);
		emit->flushed_ms = now;
	}
}

/*
 * While the reader is slow, the store continues its transfers: otherwise a server would wait for
 * minutes for somebody to take its page, and give up.
 */
static void
write_block(struct listing_emit *emit)
{
	int waited = 0, step = 1;

	while (emit->store != NULL && waited < PATIENCE_MS && !io_writable(emit->out->fd)) {
		if (store_wait(emit->store, -1, step) < 0)
			break;
		waited += step;
		step = (int)backoff_next(step, 1, STEP_MAX_MS);
	}
	out_flush(emit->out);
}

/*
 * The held record: as the last of its number or as one that others follow; as the last of the
 * listing or not.
 */
static void
print_held(struct listing_emit *emit, bool last_of_number, bool last)
{
	emit->holding = false;
	emit->position.seq++;
	if (last_of_number && emit->held_number > emit->position.upto && !listing_emit_is_future(emit, emit->held_number))
		emit->position.upto = emit->held_number;
	object_writer_end(&emit->writer, &emit->line, emit->position.seq, emit->position.upto, last);
	out_write_slice(emit->out, slice_of_buf(&emit->line));

	if (emit->listed++ == 0)
		emit->first = emit->held_number;
	emit->last = emit->held_number;
	emit->bytes += emit->held_size;
	if (emit->out->buf.len >= BLOCK)
		write_block(emit);
}

/* All of the record but its position. */
static void
hold_record(struct listing_emit *emit, const struct listing_item *item)
{
	const struct object_facts facts = {item->key, item->size, item->etag, item->modified, item->rewritten};

	buf_reset(&emit->line);
	object_writer_begin(&emit->writer, &emit->line, &facts);
	emit->held_number = item->number;
	emit->held_size = item->size;
	emit->holding = true;
}

void
listing_emit_init(struct listing_emit *emit, struct out *out, struct slice bucket, bool positions, int64_t after,
                  int64_t settled_ms)
{
	*emit = (struct listing_emit){
		.out = out,
		.position = {.after = after, .seq = 0, .upto = after},
		.settled_ms = settled_ms,
		.before = INT64_MAX,
		.most = INT64_MAX,
		.flushed_ms = clock_mono_coarse_ms(),
	};
	object_writer_init(&emit->writer, bucket, positions ? &after : NULL);
}

bool
listing_emit_is_future(struct listing_emit *emit, int64_t number)
{
	if (number > emit->now)
		emit->now = emit->store != NULL ? store_clock(emit->store) : clock_unix();
	return number > emit->now;
}

bool
listing_emit_is_settled(const struct listing_emit *emit, int64_t modified)
{
	return emit->settled_ms == INT64_MAX || (modified >= 0 && modified <= emit->settled_ms / 1000);
}

bool
listing_emit_item(struct listing_emit *emit, const struct listing_item *item)
{
	look_at_clock(emit);
	if (item->number >= emit->before) {
		if (emit->holding)
			print_held(emit, true, true);
		emit->enough = true;
		return false;
	}
	if (!listing_emit_is_settled(emit, item->modified)) {
		if (emit->holding)
			print_held(emit, item->number != emit->held_number, true);
		emit->cut = true;
		emit->cut_unknown = item->modified < 0;
		return false;
	}
	if (item->left_out)
		return true;
	if (emit->holding) {
		bool enough = emit->listed + 1 >= emit->most;

		print_held(emit, item->number != emit->held_number, enough);
		emit->enough = enough;
		if (enough)
			return false;
	}
	hold_record(emit, item);
	return emit->out->failed == 0;
}

void
listing_emit_end(struct listing_emit *emit, bool whole)
{
	if (emit->holding)
		print_held(emit, whole, whole);
}

void
listing_emit_release(struct listing_emit *emit)
{
	object_writer_release(&emit->writer);
	buf_release(&emit->line);
}

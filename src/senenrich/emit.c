/* Writes postings, rejects and control records in order. */
#include "senenrich/emit.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static void
worsen_status(struct emit *emit, enum exit_status status)
{
	emit->status = status_worse(emit->status, status);
}

static void
copy_text(struct buf *to, struct slice text)
{
	buf_reset(to);
	buf_append_slice(to, text);
}

/* The model's answer cannot be had: fails the open frame, or drops the line. Reported once. */
static void
fail_frame_or_line(struct emit *emit, const char *reason)
{
	worsen_status(emit, STATUS_TEMPORARY);
	if (!emit->framed) {
		/*
		 * during an outage that may be every line: the first message says why, the last one how
		 * many
		 */
		if (emit->dropped++ == 0)
			log_error("line %llu: dropped: %s", (unsigned long long)emit->line_number, reason);
		return;
	}
	if (emit->failed)
		return;
	emit->failed = true;
	copy_text(&emit->failure, slice_of_str(reason));
	log_error("%.*s: %s", SLICE_ARGS(slice_of_buf(&emit->key)), reason);
}

static void
write_reject(struct emit *emit, struct slice raw, enum reject_kind kind, const char *reason)
{
	struct slice key = slice_of_buf(&emit->key);

	emit->rejected++;
	emit->rejects[kind]++;
	buf_reset(&emit->line);
	control_write_reject(&emit->line, emit->framed ? key : SLICE(""), (int64_t)emit->line_number, slice_of_str(reason),
	                     raw);
	if (emit->framed) {
		out_write_slice(emit->out, slice_of_buf(&emit->line));
		return;
	}
	log_error("line %llu: rejected: %s", (unsigned long long)emit->line_number, reason);
	if (emit->rejects_fd < 0)
		worsen_status(emit, STATUS_FAILED);
	else if (io_write_all(emit->rejects_fd, emit->line.data, emit->line.len) < 0) {
		log_error("cannot write to the rejects file: %m");
		worsen_status(emit, STATUS_FAILED);
	}
}

/* Writes a posting that does not fit into a block of the output. */
static void
write_long_posting(struct out *out, struct slice head, struct slice member, int seniority, struct slice tail)
{
	char digit = (char)('0' + seniority);

	out_write_slice(out, head);
	out_write_slice(out, member);
	out_write(out, &digit, 1);
	out_write_slice(out, tail);
	out_write(out, "\n", 1);
}

/* Writes the line up to the cut, the seniority, and the rest after the cut. */
static void
write_posting(struct emit *emit, struct slice line, const struct item *item, int seniority)
{
	static const struct slice member = {",\"seniority\":", 13};
	struct slice head = slice_of(line.ptr, item->cut_start);
	struct slice tail = slice_of(line.ptr + item->cut_end, line.len - item->cut_end);
	size_t room = line.len + member.len + sizeof("7\n");
	bool replace = item->cut_end > item->cut_start;
	char *start, *to;

	emit->postings++;
	emit->levels[seniority & 7]++;
	if (room > OUT_BLOCK) {
		write_long_posting(emit->out, head, replace ? SLICE("") : member, seniority, tail);
		return;
	}
	start = to = out_room(emit->out, room);
	to = put_slice(to, head);
	if (!replace)
		to = put_slice(to, member);
	*to++ = (char)('0' + seniority);
	to = put_slice(to, tail);
	*to++ = '\n';
	out_put(emit->out, (size_t)(to - start));
}

/* Returns false if the pair is still on its way. */
static bool
emit_posting(struct emit *emit, struct batch *batch, struct item *item)
{
	struct slice line = batch_line(batch, item);
	struct pair *pair = item->pair;

	if (pair == NULL) {
		emit->line_number++;
		emit->answered[FROM_MEMO] += !emit->failed;
		if (!emit->failed)
			write_posting(emit, line, item, item->seniority);
		return true;
	}
	if (!pair_is_settled(pair))
		return false;
	emit->line_number++;
	if (pair->state == PAIR_FAILED) {
		fail_frame_or_line(emit, pair->reason);
	} else if (!emit->failed && pair->state == PAIR_REFUSED) {
		write_reject(emit, line, REJECT_MODEL, pair->reason);
	} else if (!emit->failed) {
		emit->answered[pair->source]++;
		write_posting(emit, line, item, pair->seniority);
	}
	pairs_drop(emit->pairs, pair);
	return true;
}

static void
begin_frame(struct emit *emit, const struct control *control)
{
	if (emit->framed) {
		log_error("%.*s: begins inside %.*s", SLICE_ARGS(control->key), SLICE_ARGS(slice_of_buf(&emit->key)));
		worsen_status(emit, STATUS_FAILED);
	}
	emit->framed = true;
	emit->failed = false;
	emit->line_number = 0;
	copy_text(&emit->key, control->key);
	copy_text(&emit->list, control->list);
}

/*
 * Ends a frame. One that failed ends in an error record, with the list position of its begin
 * record.
 */
static void
end_frame(struct emit *emit, struct slice line)
{
	if (emit->failed) {
		buf_reset(&emit->line);
		control_write_error(&emit->line, slice_of_buf(&emit->key), SLICE("senenrich"), slice_of_buf(&emit->failure),
		                    FAULT_NOBODY, slice_of_buf(&emit->list));
		out_write_slice(emit->out, slice_of_buf(&emit->line));
	} else {
		out_write_slice(emit->out, line);
		out_write(emit->out, "\n", 1);
	}
	emit->framed = emit->failed = false;
	emit->line_number = 0;
}

static void
emit_control(struct emit *emit, struct slice line)
{
	struct control control;
	const char *why;

	if (!control_parse(&emit->records, line, &control, &why)) {
		log_error("a bad control record: %s: %.*s", why, (int)(line.len < 200 ? line.len : 200), line.ptr);
		worsen_status(emit, STATUS_FAILED);
		control.kind = CONTROL_OTHER; /* passed on: the next stage refuses its object */
	}
	switch (control.kind) {
	case CONTROL_BEGIN:
		begin_frame(emit, &control);
		break;
	case CONTROL_END:
		end_frame(emit, line);
		return;
	case CONTROL_ERROR:
		emit->framed = emit->failed = false;
		emit->line_number = 0;
		break;
	case CONTROL_REJECT:
		emit->line_number++; /* it takes the place of its line */
		emit->rejected += !emit->failed;
		emit->rejects[REJECT_FORGED] += !emit->failed;
		if (emit->failed)
			return;
		break;
	case CONTROL_OTHER:
		break;
	}
	out_write_slice(emit->out, line);
	out_write(emit->out, "\n", 1);
}

void
emit_init(struct emit *emit, struct out *out, struct pairs *pairs)
{
	*emit = (struct emit){.out = out, .rejects_fd = -1, .pairs = pairs, .max_rejects = INT64_MAX};
}

int
emit_open_rejects(struct emit *emit, const char *path, struct err *err)
{
	emit->rejects_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	return emit->rejects_fd >= 0 ? 0 : err_set_errno(err, ERR_USAGE, "cannot open %s", path);
}

void
emit_release(struct emit *emit)
{
	if (emit->rejects_fd >= 0)
		close(emit->rejects_fd);
	records_release(&emit->records);
	buf_release(&emit->line);
	buf_release(&emit->key);
	buf_release(&emit->list);
	buf_release(&emit->failure);
}

bool
emit_too_many(const struct emit *emit)
{
	return emit->rejected > emit->max_rejects;
}

bool
emit_batch(struct emit *emit, struct batch *batch)
{
	for (; batch->written < batch->count; batch->written++) {
		struct item *item = &batch->items[batch->written];

		switch ((enum item_kind)item->kind) {
		case ITEM_POSTING:
			if (!emit_posting(emit, batch, item))
				return false;
			break;
		case ITEM_REJECT:
			emit->line_number++;
			if (!emit->failed)
				write_reject(emit, batch_line(batch, item), (enum reject_kind)item->reject,
				             batch->reasons.data + item->reason);
			break;
		case ITEM_CONTROL:
			if (emit_too_many(emit))
				return false;
			emit_control(emit, batch_line(batch, item));
			break;
		case ITEM_BLANK:
			emit->line_number++;
			break;
		case ITEM_LONG:
			emit->line_number++;
			log_error("%.*s%sline %llu: longer than max_line, left out", SLICE_ARGS(slice_of_buf(&emit->key)),
			          emit->framed ? ": " : "", (unsigned long long)emit->line_number);
			worsen_status(emit, STATUS_FAILED);
			break;
		}
	}
	return true;
}

void
emit_finish(struct emit *emit)
{
	if (emit->dropped > 1)
		log_error("%lld lines were dropped in total", (long long)emit->dropped);
	if (!emit->framed)
		return;
	log_error("the input ended inside %.*s: the previous stage died", SLICE_ARGS(slice_of_buf(&emit->key)));
	worsen_status(emit, STATUS_FAILED);
}

void
emit_stats(const struct emit *emit, struct stats *stats)
{
	static const char *const levels[] = {"",        "level_1", "level_2", "level_3",
	                                     "level_4", "level_5", "level_6", "level_7"};
	static const char *const rejects[REJECT_KINDS] = {"rejected_line", "rejected_company", "rejected_title",
	                                                  "rejected_model", "rejected_forged"};

	for (int i = 1; i <= 7; i++)
		stats_int(stats, levels[i], emit->levels[i]);
	for (int i = 0; i < REJECT_KINDS; i++)
		stats_int(stats, rejects[i], emit->rejects[i]);
}

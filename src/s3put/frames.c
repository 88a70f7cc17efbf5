/* The protocol of the frames, line by line; postings go on in runs of whole lines. */
#include "s3put/frames.h"

#include <inttypes.h>
#include <unistd.h>

#include "base/log.h"
#include "base/signals.h"
#include "cli/progress.h"
#include "streams/lines.h"

/*
 * A reject has its line as a JSON string, in which a control byte becomes six bytes; the rest is
 * for key and reason.
 */
#define ESCAPED_MAX ((size_t)6)
#define RECORD_EXTRA ((size_t)64 * 1024)
/*
 * How much is read, if available, before the uploads get their turn, which polls all connections.
 */
#define SERVE_BYTES ((size_t)1024 * 1024)

struct frames {
	struct upload_queue *queue;
	struct lines lines;
	struct records records;
	struct upload *open; /* the frame that has begun; else NULL */
	struct slice run;    /* consecutive postings in the lines' buffer */
	int64_t run_count;
	size_t unserved; /* bytes read since the uploads were served */
};

/*
 * Hands the run on. Must be called before the buffer changes, and before anything else is done with
 * the upload.
 */
static void
flush_run(struct frames *frames)
{
	if (frames->run_count == 0)
		return;
	upload_postings(frames->open, frames->run, frames->run_count);
	frames->run_count = 0;
}

static int
report_broken(const struct frames *frames, struct err *err, const char *what)
{
	return err_set(err, ERR_FAILED, "stdin, line %" PRIu64 ": %s", frames->lines.number, what);
}

static int
report_broken_key(const struct frames *frames, struct err *err, const char *what, struct slice key)
{
	/* A key may be long, and err has little room. */
	int shown = key.len > 200 ? 200 : (int)key.len;

	if (frames->open == NULL)
		return err_set(err, ERR_FAILED, "stdin, line %" PRIu64 ": %s of %.*s outside a frame", frames->lines.number,
		               what, shown, key.ptr);
	return err_set(err, ERR_FAILED, "stdin, line %" PRIu64 ": %s of %.*s inside the frame of %.200s",
	               frames->lines.number, what, shown, key.ptr, buf_cstr(&frames->open->source));
}

static int
on_begin(struct frames *frames, const struct control *control, struct err *err)
{
	if (frames->open != NULL)
		return report_broken_key(frames, err, "begin", control->key);
	if (frames->queue->target->stopped)
		return -1;
	frames->open = upload_queue_add(frames->queue);
	if (frames->open == NULL)
		return -1;
	upload_start(frames->open, frames->queue->target, control);
	return 0;
}

static int
on_error(struct frames *frames, const struct control *control, struct err *err)
{
	struct upload *upload = frames->open;

	if (upload != NULL) {
		if (!slice_equal(control->key, slice_of_buf(&upload->source)))
			return report_broken_key(frames, err, "error", control->key);
		upload_error(upload, control);
		frames->open = NULL;
		return 0;
	}
	upload = upload_queue_add(frames->queue);
	if (upload == NULL)
		return -1;
	upload_lost(upload, frames->queue->target, control);
	return 0;
}

/* A control record that belongs to the frame that is open. */
static int
on_end_or_reject(struct frames *frames, const struct control *control, struct slice line, struct err *err)
{
	bool is_end = control->kind == CONTROL_END;
	struct upload *upload = frames->open;

	if (upload == NULL || !slice_equal(control->key, slice_of_buf(&upload->source)))
		return report_broken_key(frames, err, is_end ? "end" : "reject", control->key);
	if (is_end) {
		upload_end(upload, control->lines);
		frames->open = NULL;
	} else {
		upload_reject(upload, slice_of(line.ptr, line.len + 1));
	}
	return 0;
}

static int
on_control(struct frames *frames, struct slice line, struct err *err)
{
	struct control control;
	const char *why;

	flush_run(frames);
	if (!control_parse(&frames->records, line, &control, &why))
		return err_set(err, ERR_FAILED, "stdin, line %" PRIu64 ": not a control record: %s", frames->lines.number, why);
	switch (control.kind) {
	case CONTROL_BEGIN:
		return on_begin(frames, &control, err);
	case CONTROL_ERROR:
		return on_error(frames, &control, err);
	case CONTROL_END:
	case CONTROL_REJECT:
		return on_end_or_reject(frames, &control, line, err);
	case CONTROL_OTHER:
		log_debug("stdin, line %" PRIu64 ": a control record of an unknown kind is ignored", frames->lines.number);
		break;
	}
	return 0;
}

static int
on_line(struct frames *frames, struct slice line, struct err *err)
{
	if (line_is_control(line))
		return on_control(frames, line, err);
	if (frames->open == NULL)
		return report_broken(frames, err, "a line outside a frame (s3cat --frames makes them; a KEY takes any bytes)");
	/* most lines show by their first byte that they are not blank */
	if ((line.len == 0 || line.ptr[0] <= ' ') && line_is_blank(line)) {
		flush_run(frames);
		return 0;
	}
	if (frames->run_count++ == 0)
		frames->run = slice_of(line.ptr, 0);
	frames->run.len = (size_t)(line.ptr + line.len + 1 - frames->run.ptr);
	return 0;
}

/* All lines that are there. */
static int
take_lines(struct frames *frames, struct err *err)
{
	struct slice line;
	enum line kind;

	while ((kind = lines_next(&frames->lines, &line)) != LINE_MORE) {
		if (kind == LINE_LONG)
			return report_broken(frames, err, "longer than any line of a stage");
		if (on_line(frames, line, err) < 0)
			return -1;
	}
	flush_run(frames);
	return 0;
}

/* Lets the uploads move on until stdin is readable. Returns 0, or -1. */
static int
serve_uploads(struct frames *frames)
{
	struct upload_queue *queue = frames->queue;
	int readable;

	frames->unserved = 0;
	do {
		upload_queue_step(queue);
		progress_tick();
		if (queue->out->failed || queue->target->stopped || signals_stop())
			return -1;
		readable = store_wait(queue->target->store, STDIN_FILENO, -1);
	} while (readable == 0);
	return readable < 0 ? -1 : 0;
}

/* Reads a block. Returns 1, 0 at the end, -1. */
static int
read_block(struct frames *frames, struct err *err)
{
	ssize_t n;

	if ((frames->unserved == 0 || frames->unserved >= SERVE_BYTES || io_readable(STDIN_FILENO, 0) <= 0) &&
	    serve_uploads(frames) < 0)
		return -1;
	n = lines_read(&frames->lines, STDIN_FILENO);
	if (n < 0 && !signals_stop())
		return err_set_errno(err, ERR_FAILED, "cannot read stdin");
	if (n > 0)
		frames->unserved += (size_t)n;
	return n < 0 ? -1 : n > 0;
}

static int
check_end(struct frames *frames, struct err *err)
{
	struct slice line;

	if (lines_rest(&frames->lines, &line) != LINE_MORE)
		return report_broken(frames, err, "cut off (it does not end in a newline): the previous stage died");
	if (frames->open == NULL)
		return 0;
	return err_set(err, ERR_FAILED, "stdin ended inside the frame of %.200s: the previous stage died",
	               buf_cstr(&frames->open->source));
}

int
frames_run(struct upload_queue *queue, size_t max_line, struct err *err)
{
	struct frames frames = {.queue = queue};
	int result;

	lines_init(&frames.lines, ESCAPED_MAX * max_line + RECORD_EXTRA);
	do {
		result = read_block(&frames, err);
		if (result > 0 && (take_lines(&frames, err) < 0 || queue->target->stopped))
			result = -1;
	} while (result > 0);
	if (result == 0)
		result = check_end(&frames, err);
	if (frames.open != NULL)
		upload_queue_drop(queue);
	if (upload_queue_finish(queue) < 0)
		result = -1;
	lines_release(&frames.lines);
	records_release(&frames.records);
	return result;
}

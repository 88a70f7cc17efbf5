/* Lines of an object: passed on in blocks, checked one by one. */
#include "s3cat/body.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "s3cat/plain.h"
#include "streams/lines.h"
#include "streams/records.h"

static const char byte_order_mark[] = {'\xef', '\xbb', '\xbf'};

enum { MARK_DONE = 3 };

/* Checked together: if one line needs a closer look, all of them get one. */
#define PIECE ((size_t)64 * 1024)

/* One of these lines is suspicious, a million of them a flood. */
static struct log_site left_out_site;

/* The output. */
static inline void
write_out(struct body *body, const char *data, size_t len)
{
	if (!body->silent)
		out_write(body->out, data, len);
}

static void
skip_line(struct body *body, const char *why)
{
	log_warning_limited(&left_out_site, "s3://%.*s/%.*s: line %" PRIu64 " is left out: %s", SLICE_ARGS(body->bucket),
	                    SLICE_ARGS(body->key), body->number, why);
	body->left_out++;
}

static int
skip_long_line(struct body *body, struct err *err)
{
	if (body->framed)
		return err_set(err, ERR_OBJECT, "line %" PRIu64 ": longer than max_line, %zu bytes", body->number,
		               body->max_line);
	body->lines++;
	skip_line(body, "longer than max_line");
	return 0;
}

static void
take_forged_record(struct body *body, struct slice line)
{
	if (body->records) {
		write_out(body, line.ptr, line.len);
		write_out(body, "\n", 1);
		return;
	}
	body->forged++;
	if (!body->framed) {
		skip_line(body, "it imitates a control record");
		return;
	}
	buf_reset(&body->record);
	control_write_reject(&body->record, body->key, (int64_t)body->number, SLICE("imitates a control record"), line);
	write_out(body, body->record.data, body->record.len);
}

/* Whether a line may go out unchanged; `number` and `lines` count it then. */
static inline bool
plain_line(struct body *body, const char *line, size_t len)
{
	if (len > body->max_line || line_is_control(slice_of(line, len)))
		return false;
	body->number++;
	/* most lines show by their first byte that they are not blank */
	body->lines += len > 0 && (line[0] > ' ' || !line_is_blank(slice_of(line, len)));
	return true;
}

static int
odd_line(struct body *body, struct slice line, struct err *err)
{
	body->number++;
	if (line.len > body->max_line)
		return skip_long_line(body, err);
	body->lines++;
	take_forged_record(body, line);
	return 0;
}

/* The line in the carry has ended. */
static int
finish_carry(struct body *body, struct err *err)
{
	struct slice line = slice_of_buf(&body->carry);
	int result = 0;

	if (body->dropping) {
		body->dropping = false;
		body->number++;
		result = skip_long_line(body, err);
	} else if (plain_line(body, line.ptr, line.len)) {
		write_out(body, line.ptr, line.len);
		write_out(body, "\n", 1);
	} else {
		result = odd_line(body, line, err);
	}
	buf_reset(&body->carry);
	return result;
}

/* Bytes of a line without its end. */
static int
keep_bytes(struct body *body, const char *data, size_t len, struct err *err)
{
	if (body->dropping || len == 0)
		return 0;
	if (len <= body->max_line - body->carry.len) {
		buf_append(&body->carry, data, len);
		return 0;
	}
	if (body->framed) {
		body->number++;
		return skip_long_line(body, err);
	}
	body->dropping = true;
	buf_reset(&body->carry);
	return 0;
}

/* Takes the byte-order mark off, though it may come in pieces. */
static struct slice
skip_mark(struct body *body, struct slice data)
{
	while (body->mark < MARK_DONE && data.len > 0 && data.ptr[0] == byte_order_mark[body->mark]) {
		data = slice_of(data.ptr + 1, data.len - 1);
		body->mark++;
	}
	if (body->mark < MARK_DONE && data.len > 0) {
		buf_append(&body->carry, byte_order_mark, (size_t)body->mark);
		body->mark = MARK_DONE;
	}
	return data;
}

/* The end of a piece of these whole lines: after a '\n'. */
static const char *
piece_end(const char *lines, const char *end)
{
	const char *newline;

	if ((size_t)(end - lines) <= PIECE)
		return end;
	newline = memrchr(lines, '\n', PIECE);
	if (newline == NULL)
		newline = memchr(lines + PIECE, '\n', (size_t)(end - lines) - PIECE);
	return newline + 1;
}

/* Whole lines, one by one. *run is the start of the lines that go out unchanged. */
static int
feed_lines(struct body *body, const char *line, const char *end, const char **run, struct err *err)
{
	while (line < end) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)(newline - line);

		if (!plain_line(body, line, len)) {
			write_out(body, *run, (size_t)(line - *run));
			if (odd_line(body, slice_of(line, len), err) < 0)
				return -1;
			*run = newline + 1;
		}
		line = newline + 1;
	}
	return 0;
}

static int
feed_pieces(struct body *body, const char *lines, const char *end, struct err *err)
{
	const char *run = lines, *next;

	for (; lines < end; lines = next) {
		int64_t count = -1;

		next = piece_end(lines, end);
		if ((size_t)(next - lines) <= body->max_line)
			count = plain_count(lines, (size_t)(next - lines));
		if (count >= 0) {
			body->number += (uint64_t)count;
			body->lines += count;
		} else if (feed_lines(body, lines, next, &run, err) < 0) {
			return -1;
		}
	}
	write_out(body, run, (size_t)(end - run));
	return 0;
}

void
body_init(struct body *body, struct out *out, size_t max_line, bool framed)
{
	*body = (struct body){.out = out, .max_line = max_line, .framed = framed};
}

void
body_release(struct body *body)
{
	buf_release(&body->carry);
	buf_release(&body->record);
}

void
body_start(struct body *body, struct slice bucket, struct slice key)
{
	body->bucket = bucket;
	body->key = key;
	body->number = 0;
	body->lines = body->forged = body->left_out = 0;
	buf_reset(&body->carry);
	body->dropping = false;
	body->mark = 0;
}

int
body_feed(struct body *body, struct slice data, struct err *err)
{
	const char *line, *end, *newline;

	if (body->mark < MARK_DONE)
		data = skip_mark(body, data);
	if (data.len == 0)
		return 0;
	line = data.ptr;
	end = data.ptr + data.len;
	if (body->carry.len > 0 || body->dropping) {
		newline = memchr(line, '\n', data.len);
		if (newline == NULL)
			return keep_bytes(body, line, data.len, err);
		if (keep_bytes(body, line, (size_t)(newline - line), err) < 0 || finish_carry(body, err) < 0)
			return -1;
		line = newline + 1;
	}
	newline = memrchr(line, '\n', (size_t)(end - line));
	if (newline != NULL) {
		if (feed_pieces(body, line, newline + 1, err) < 0)
			return -1;
		line = newline + 1;
	}
	return keep_bytes(body, line, (size_t)(end - line), err);
}

int
body_end(struct body *body, struct err *err)
{
	if (body->mark < MARK_DONE)
		buf_append(&body->carry, byte_order_mark, (size_t)body->mark);
	if (body->carry.len > 0 || body->dropping)
		return finish_carry(body, err);
	return 0;
}

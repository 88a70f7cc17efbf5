/*
 * Lines out of blocks. The buffer holds bytes that were read and not yet returned: whole lines,
 * then the beginning of one. It grows only if a line is longer than the room; bytes of a line over
 * `max` are dropped as they come.
 */
#include "streams/lines.h"

#include <string.h>

#include "base/io.h"

enum {
	BLOCK = 256 * 1024, /* of one read(2): few system calls, and still within the second-level cache */
};

/* Drops returned bytes, if that costs nothing or pays off. */
static void
compact_buf(struct lines *lines, size_t room)
{
	size_t left = lines->buf.len - lines->start;

	if (left == 0) {
		lines->buf.len = 0;
		lines->start = 0;
	} else if (lines->buf.cap - lines->buf.len < room && left <= lines->start) {
		/*
		 * Never moves more than was returned since the last move: linear in the input, whatever the
		 * blocks.
		 */
		buf_consume(&lines->buf, lines->start);
		lines->start = 0;
	}
	buf_reserve(&lines->buf, room);
}

/* How to treat the bytes of a line that is over `max` already. */
static void
drop_unfinished(struct lines *lines)
{
	lines->dropping = 1;
	lines->start = lines->buf.len;
	lines->scanned = 0;
}

static enum line
finish_line(struct lines *lines, size_t len, struct slice *line)
{
	bool is_long = lines->dropping || len > lines->max;

	*line = is_long ? slice_of(NULL, 0) : slice_of(lines->buf.data + lines->start, len);
	lines->dropping = 0;
	lines->scanned = 0;
	lines->number++;
	return is_long ? LINE_LONG : LINE_WHOLE;
}

void
lines_init(struct lines *lines, size_t max)
{
	*lines = (struct lines){.buf = BUF_INIT, .max = max, .block = BLOCK};
}

void
lines_release(struct lines *lines)
{
	buf_release(&lines->buf);
}

ssize_t
lines_read(struct lines *lines, int fd)
{
	ssize_t got;

	compact_buf(lines, lines->block);
	got = io_read(fd, lines->buf.data + lines->buf.len, lines->block);
	if (got > 0)
		lines->buf.len += (size_t)got;
	return got;
}

void
lines_feed(struct lines *lines, const void *data, size_t len)
{
	if (len == 0)
		return;
	compact_buf(lines, len);
	buf_append(&lines->buf, data, len);
}

enum line
lines_next(struct lines *lines, struct slice *line)
{
	size_t left = lines->buf.len - lines->start, len;
	const char *start, *end;
	enum line kind;

	*line = slice_of(NULL, 0);
	if (left == lines->scanned)
		return LINE_MORE;
	start = lines->buf.data + lines->start;
	end = memchr(start + lines->scanned, '\n', left - lines->scanned);
	if (end == NULL) {
		lines->scanned = left;
		if (lines->dropping || left > lines->max)
			drop_unfinished(lines);
		return LINE_MORE;
	}
	len = (size_t)(end - start);
	kind = finish_line(lines, len, line);
	lines->start += len + 1;
	return kind;
}

enum line
lines_rest(struct lines *lines, struct slice *line)
{
	size_t left = lines->buf.len - lines->start;
	enum line kind;

	*line = slice_of(NULL, 0);
	if (left == 0 && !lines->dropping)
		return LINE_MORE;
	kind = finish_line(lines, left, line);
	lines->start = lines->buf.len;
	return kind;
}

bool
line_is_blank(struct slice line)
{
	size_t i;

	for (i = 0; i < line.len; i++)
		if (line.ptr[i] != ' ' && line.ptr[i] != '\t' && line.ptr[i] != '\r')
			return false;
	return true;
}

/*
 * The one line reader. Bytes go in by lines_read (from a file descriptor) or lines_feed (from
 * anywhere else); lines come out by lines_next as slices into the reader's own buffer, without
 * their '\n', valid until the next lines_read or lines_feed.
 *
 * Memory is bounded: a line longer than `max` is not kept; it is reported once, as LINE_LONG, when
 * its end is found.
 */
#ifndef STREAMS_LINES_H
#define STREAMS_LINES_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

enum line {
	LINE_WHOLE, /* *line is set */
	LINE_MORE,  /* no whole line is there: read or feed more */
	LINE_LONG,  /* a line over `max` was dropped; *line is empty */
};

struct lines {
	struct buf buf;
	size_t start;    /* of the next line in buf */
	size_t scanned;  /* bytes from start on that are known to have no '\n' */
	size_t max;      /* longest line, without '\n' */
	size_t block;    /* bytes asked of one read(2) */
	int dropping;    /* inside a line over `max` */
	uint64_t number; /* of the line last returned, from 1 */
};

void lines_init(struct lines *lines, size_t max);
void lines_release(struct lines *lines);

/* One read(2) into the buffer. Returns bytes, 0 at the end, -1 with errno. */
ssize_t lines_read(struct lines *lines, int fd);

/* Bytes from elsewhere; copied. */
void lines_feed(struct lines *lines, const void *data, size_t len);

enum line lines_next(struct lines *lines, struct slice *line);

/*
 * At the end of the input: the rest without a '\n'. LINE_WHOLE if there is any (one call; counts as
 * a line), LINE_LONG, or LINE_MORE if there is nothing.
 */
enum line lines_rest(struct lines *lines, struct slice *line);

/* Whether the line is blank: only space, tab and '\r' (DESIGN: it is counted and dropped). */
bool line_is_blank(struct slice line);

#endif

/*
 * Names as times: cuts a listing into ranges of about a page each. A range goes from one number to
 * another, and a name belongs to it by byte order alone, so other names (without a number, of other
 * widths) are listed too. Pure functions; list_window.c uses them.
 */
#ifndef S3_SPAN_H
#define S3_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "s3/page.h"

/* The end of a range that has none. */
#define S3_SPAN_OPEN INT64_MAX

/*
 * The number of a key: the ten digits after the prefix, without a leading zero, and without another
 * digit after them. False: it has none.
 */
bool s3_span_number(struct slice key, struct slice prefix, int64_t *number);

/*
 * Where any key stands among them: the highest number that as a name (the prefix and ten digits)
 * does not come after it; 0 if all of them do. For "17.jsonl" that is 1699999999, for "x"
 * 9999999999.
 */
int64_t s3_span_place(struct slice key, struct slice prefix);

/*
 * How wide a range must be so that it has about as many names as this page: at least 1, or 0 if the
 * page does not show it. By the mean of the page's eighths without the widest, so that a gap in it
 * does not count, and a little less than that, because most listings are uneven.
 */
int64_t s3_span_of_page(const struct s3_page *page, struct slice prefix);

/* The known width (0: none) and that of a page (0: none), smoothed, unless they are far apart. */
int64_t s3_span_learn(int64_t known, int64_t seen);

/*
 * The end of the range that begins at `from`: S3_SPAN_OPEN if it would reach `horizon`, after which
 * few names are expected.
 */
int64_t s3_span_end(int64_t from, int64_t span, int64_t horizon);

/*
 * Into how many ranges to cut the rest (`rest` seconds) of a range that turned out too wide; 1: it
 * is not worth it.
 */
int64_t s3_span_pieces(int64_t rest, int64_t span);

#endif

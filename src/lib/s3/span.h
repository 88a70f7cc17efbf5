/*
 * Names as times: how a listing is cut into ranges of about a page each. A range goes from one
 * number to another, and a name belongs to it by the order of bytes alone, so whatever else is
 * there (names without a number, of other widths) is listed too. Pure functions; list_window.c
 * uses them.
 */
#ifndef S3_SPAN_H
#define S3_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "s3/page.h"

/* The end of a range that has none. */
#define S3_SPAN_OPEN INT64_MAX

/*
 * The number of a key: the ten digits behind the prefix, without a leading zero, and no digit
 * behind them. False: it has none.
 */
bool s3_span_number(struct slice key, struct slice prefix, int64_t *number);

/*
 * Where any key is among them: the highest number that as a name (the prefix and ten digits) does
 * not come behind it; 0 if all of them do. Of "17.jsonl" that is 1699999999, of "x" 9999999999.
 */
int64_t s3_span_place(struct slice key, struct slice prefix);

/*
 * How wide a range is to be so that a page like this one holds it: at least 1, or 0 if the page
 * does not tell. By the mean of the page's eighths but for the widest, so that a gap in it does not
 * count, and a little less than that, as most listings are uneven.
 */
int64_t s3_span_of_page(const struct s3_page *page, struct slice prefix);

/*
 * What was known (0: nothing), and what a page says (0: nothing): smoothed, unless they are far
 * from each other.
 */
int64_t s3_span_learn(int64_t known, int64_t seen);

/*
 * The end of the range that begins at `from`: S3_SPAN_OPEN if it would reach `horizon`, behind
 * which few names are expected.
 */
int64_t s3_span_end(int64_t from, int64_t span, int64_t horizon);

/*
 * In how many ranges what is left of one that turned out too wide (`rest` seconds) should be cut;
 * 1: it is not worth it.
 */
int64_t s3_span_pieces(int64_t rest, int64_t span);

#endif

/*
 * Following the thread that a listing gave its records (streams/records.h), receipt by receipt: how far
 * may the cursor move? Pure arithmetic: no clock, no files.
 *
 *   - A thread begins with seq 1 and an `after` that is not beyond the cursor: what lies between would be lost.
 *   - Each next receipt carries the next seq; after it, the cursor may take its `upto`.
 *   - At a gap, or where an object is left for a later run, the thread has stopped and stays so.
 *   - If a thread marks its last record, and that never comes, its tail was lost.
 *   - A further listing may begin anew with seq 1 while nothing has stopped. A receipt that came before, once more,
 *     changes nothing.
 */
#ifndef CURSOR_FOLLOW_H
#define CURSOR_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "streams/records.h"

struct follow {
	int64_t position; /* the cursor may take this */
	bool begun;
	bool stopped;
	int64_t after; /* of the thread that is followed */
	int64_t seq;   /* last taken */
	int64_t upto;  /* of that */
	bool marked;   /* the thread says which record is its last */
	bool ended;    /* that one was taken */
};

enum follow_step {
	FOLLOW_ON,     /* position holds the receipt's upto */
	FOLLOW_REPEAT, /* came before */
	FOLLOW_GAP,    /* one or more receipts are missing: stopped now */
	FOLLOW_AHEAD,  /* the listing began behind the cursor: stopped now */
	FOLLOW_WRONG,  /* upto goes back inside a thread: stopped now */
	FOLLOW_IDLE,   /* it had stopped before */
};

/* From the stored cursor on. */
void follow_init(struct follow *follow, int64_t cursor);

/* One receipt of something that is done (stored, or recorded as failed for good). */
enum follow_step follow_take(struct follow *follow, const struct list_position *position);

/* One receipt of something that is left for a later run, or that cannot be read. */
void follow_stop(struct follow *follow);

/* Whether the end of the thread that is followed is missing, at the end of the input. */
bool follow_lost_tail(const struct follow *follow);
/* Whether it is a thread that cannot tell: its listing is of an older version. */
bool follow_unmarked(const struct follow *follow);

/* Somebody else moved the stored cursor. */
void follow_stored(struct follow *follow, int64_t cursor);

#endif

/*
 * Follows the positions that a listing gave its records (streams/records.h), receipt by receipt:
 * how far may the cursor move? Pure arithmetic: no clock, no files.
 *
 *   - A sequence begins with seq 1 and an `after` that is not beyond the cursor; else objects
 *     between the two would be lost.
 *   - Each next receipt carries the next seq; after it, the cursor may take its `upto`.
 *   - At a gap, or if an object is left for a later run, the sequence has stopped and stays so.
 *   - If a listing marks its last record, and that never comes, its tail was lost.
 *   - While nothing has stopped, a further listing may begin again with seq 1. A receipt that came
 *     before changes nothing.
 */
#ifndef CURSOR_SEQUENCE_H
#define CURSOR_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "streams/records.h"

struct sequence {
	int64_t cursor; /* the cursor may take this */
	bool begun;
	bool stopped;
	int64_t after; /* of the listing that is followed */
	int64_t seq;   /* last taken */
	int64_t upto;  /* of that */
	bool marked;   /* the listing says which record is its last */
	bool ended;    /* that one was taken */
};

enum sequence_step {
	SEQUENCE_MOVED,     /* the receipt was the next one: `cursor` has its upto */
	SEQUENCE_REPEAT,    /* came before */
	SEQUENCE_GAP,       /* one or more receipts are missing: stopped now */
	SEQUENCE_AHEAD,     /* the listing began beyond the cursor: stopped now */
	SEQUENCE_BACKWARDS, /* upto goes back inside a listing: stopped now */
	SEQUENCE_STOPPED,   /* it had stopped before */
};

/* Starts at the stored cursor. */
void sequence_init(struct sequence *sequence, int64_t cursor);

/* One receipt of something that is done (stored, or recorded as failed for good). */
enum sequence_step sequence_take(struct sequence *sequence, const struct list_position *position);

/* One receipt of something that is left for a later run, or that cannot be read. */
void sequence_stop(struct sequence *sequence);

/* Whether the input ended before the listing that is followed. */
bool sequence_lost_tail(const struct sequence *sequence);
/*
 * Whether a lost tail would not be noticed: the listing is of an older version, which does not mark
 * its end.
 */
bool sequence_unmarked(const struct sequence *sequence);

/* Somebody else moved the stored cursor. */
void sequence_stored(struct sequence *sequence, int64_t cursor);

#endif

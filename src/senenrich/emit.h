/*
 * Writes batches in order, as soon as their pairs are known. Stores the state of a frame: its line
 * numbers, its rejects, and an error record if the model is not available.
 */
#ifndef SENENRICH_EMIT_H
#define SENENRICH_EMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/exits.h"
#include "base/io.h"
#include "senenrich/batch.h"
#include "senenrich/memo.h"
#include "cli/stats.h"
#include "senenrich/resolve.h"
#include "streams/records.h"

/* Why lines were rejected, by kind. */

struct emit {
	struct out *out;
	int rejects_fd; /* --rejects FILE, or -1 */
	struct pairs *pairs;
	struct records records;
	struct buf line; /* the control record that is being written */
	enum exit_status status;

	/* the open frame */
	bool framed;
	bool failed; /* it will end in an error record */
	struct buf key, list, failure;
	uint64_t line_number; /* in the source object; without a frame, in the input */

	int64_t max_rejects; /* --max-rejects: set after emit_init if it is not INT64_MAX */
	int64_t postings, rejected;
	int64_t dropped; /* plain lines that were dropped because the model was not available */
	int64_t answered[PAIR_SOURCES];
	int64_t levels[8]; /* postings by seniority, 1..7 */
	int64_t rejects[REJECT_KINDS];
};

void emit_init(struct emit *emit, struct out *out, struct pairs *pairs);
/* Lines rejected from plain input are appended to this file. -1 with err (ERR_USAGE). */
int emit_open_rejects(struct emit *emit, const char *path, struct err *err);
void emit_release(struct emit *emit);

/*
 * Writes items until it meets a pair that is not known yet. Returns true once the whole batch is
 * written. `out` stores a failure of stdout; faults of the input are reported and set `status`.
 */
bool emit_batch(struct emit *emit, struct batch *batch);
/*
 * Whether more lines than max_rejects were rejected. Then the open frame gets no end record, so
 * that nothing is stored.
 */
bool emit_too_many(const struct emit *emit);

/* Adds the counts by level and by kind of reject. */
void emit_stats(const struct emit *emit, struct stats *stats);

/*
 * Call it at the end of the input: reports a frame that was cut off, and how many lines were
 * dropped.
 */
void emit_finish(struct emit *emit);

#endif

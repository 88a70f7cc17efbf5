/*
 * Writing batches out, in order, as far as their pairs are known; and what a frame needs on the way: its
 * line numbers, its rejects, and an error record where the model could not be had.
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
#include "senenrich/pairs.h"
#include "streams/records.h"

/* What was wrong with rejected lines, roughly. */
enum reject_kind { REJECT_LINE, REJECT_COMPANY, REJECT_TITLE, REJECT_MODEL, REJECT_FORGED, REJECT_KINDS };

struct emit {
	struct out *out;
	int rejects_fd; /* --rejects FILE, or -1 */
	struct pairs *pairs;
	struct records records;
	struct buf line; /* a control record that is being made */
	enum exit_status status;

	/* the frame that is open */
	bool framed;
	bool failed; /* it will end in an error record */
	struct buf key, list, failure;
	uint64_t line_number; /* in the source; without a frame, in the input */

	int64_t max_rejects; /* --max-rejects; set after emit_init, where it is not INT64_MAX */
	int64_t postings, rejected;
	int64_t dropped; /* plain lines that the model could not be had for */
	int64_t answered[PAIR_SOURCES];
	int64_t levels[8]; /* postings by seniority, 1..7 */
	int64_t rejects[REJECT_KINDS];
};

void emit_init(struct emit *emit, struct out *out, int rejects_fd, struct pairs *pairs);
void emit_release(struct emit *emit);

/*
 * Writes items until one's pair is not known yet. Returns true when the batch is through. A failure
 * of stdout is kept in `out`; what fails of the input is reported and kept in `status`.
 */
bool emit_batch(struct emit *emit, struct batch *batch);
/* Whether it is to be given up. The frame that is open then gets no end, so that nothing is made of it. */
bool emit_too_many(const struct emit *emit);

/* The counts by kind and by level. */
void emit_stats(const struct emit *emit, struct stats *stats);

/* At the end of the input. */
void emit_finish(struct emit *emit);

#endif

/*
 * The engine: reads postings and writes them with their seniority, in the same order, while
 * look-ups and calls are under way.
 *
 *	read -> batch -> parse -> memo -> Redis -> claim -> model -> write
 *
 * One thread does all of it, and waits for the input, Redis and the model. The window bounds the
 * memory: reading stops while that many bytes of lines are not yet written.
 */
#ifndef SENENRICH_ENRICH_H
#define SENENRICH_ENRICH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/io.h"
#include "cli/stats.h"
#include "senenrich/dispatcher.h"
#include "senenrich/batch.h"
#include "senenrich/claims.h"
#include "senenrich/emit.h"
#include "senenrich/lookup.h"
#include "senenrich/memo.h"
#include "senenrich/resolve.h"
#include "senenrich/time_profile.h"
#include "streams/lines.h"

struct enrich_options {
	int64_t batch_lines;      /* --batch */
	uint64_t window;          /* --window, bytes */
	int64_t memo_pairs;       /* --memo */
	bool require_cache;       /* --require-cache */
	const char *rejects_path; /* --rejects, or NULL */
};

struct enrich {
	struct enrich_options options;
	int fd;
	size_t max_line;
	struct lines lines;
	struct out *out;
	struct json json;
	struct buf scratch, hash_scratch;
	struct memo *memo;
	struct time_profile profile;
	struct pairs pairs;
	struct lookup lookup;
	struct dispatcher dispatcher;
	struct claims claims;
	struct resolve resolve;
	struct emit emit;

	struct batch *filling;      /* is being filled */
	struct batch *first, *last; /* closed, not yet written */
	struct batch *spare;
	size_t window_bytes;
	int window_batches;
	bool input_end;
	int64_t last_input_ms;
};

/* Reads from fd and writes to `out`, which must outlive it. Connects to Redis. -1 with err. */
int enrich_init(struct enrich *enrich, int fd, struct out *out, const struct settings *settings,
                const struct enrich_options *options, struct err *err);

/*
 * Runs until all of the input is written. Returns 0, or -1 with err. Faults of the input are in
 * emit.status.
 */
int enrich_run(struct enrich *enrich, struct err *err);

void enrich_stats(const struct enrich *enrich, struct stats *stats);
void enrich_release(struct enrich *enrich);

#endif

/*
 * One call of the program, and the code that all its commands share. commands.h declares the
 * commands.
 */
#ifndef SENCACHE_CALL_H
#define SENCACHE_CALL_H

#include <stdbool.h>

#include "cache/cache.h"
#include "cache/legacy.h"
#include "cli/cli.h"
#include "sencache/report.h"

struct options {
	bool legacy;
	bool dry_run;
	bool json;
	const char *split;
};

/* One call of the program. */
struct call {
	struct cli *cli;
	const struct options *options;
	struct cache *cache; /* connected */
	struct report report;
};

/* Connects, runs the command, and prints its report. */
enum exit_status run_call(struct cli *cli, const struct options *options);

/* Sends the queued writes and waits until at most `keep` of them are unanswered. */
int call_settle_writes(struct call *call, size_t keep, struct err *err);

#endif

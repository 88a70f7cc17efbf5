/* The commands of sencache, a file each. All return an exit status and print their own errors. */
#ifndef SENCACHE_SENCACHE_H
#define SENCACHE_SENCACHE_H

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
	const struct cli *cli;
	const struct options *options;
	int argc; /* operands behind the command's name */
	char **argv;
	struct cache *cache; /* connected */
	struct report report;
};

int run_get(struct call *call);    /* pair.c */
int run_set(struct call *call);    /* pair.c */
int run_forget(struct call *call); /* pair.c */
int run_stats(struct call *call);  /* survey.c */
int run_server(struct call *call); /* server.c */
int run_import(struct call *call); /* import.c: pairs on stdin */
int run_legacy(struct call *call); /* legacy.c: the predecessor's keys */

/* Prints it; returns its exit status. */
int fail(const struct err *err);

/* Sends the queued writes and waits until at most `keep` of them are unanswered. */
int settle(struct cache *cache, size_t keep, struct err *err);

#endif

/* The commands of cursor. */
#ifndef CURSOR_COMMANDS_H
#define CURSOR_COMMANDS_H

#include <stdbool.h>

#include "base/io.h"
#include "cli/cli.h"
#include "cli/stats.h"
#include "cursor/cursor_store.h"

struct options {
	bool force;
	bool dry_run;
	bool clear;
	bool older;
	const char *reason;
};

/* One call of the program. */
struct call {
	struct cli *cli;
	const struct options *options;
	int argc; /* operands behind the command's name */
	char **argv;
	struct cursor_store *store;
	struct out out;
	struct stats stats;
};

/* Prints the error. Returns the exit status that it calls for. */
int command_failed(const struct err *err);

/* The commands. Each prints its own errors and returns the exit status. */
int run_get(struct call *call);
int run_set(struct call *call);
int run_failed(struct call *call);
int run_skip(struct call *call);
int run_key(struct call *call);
int run_identity(struct call *call);
int run_lock(struct call *call);
int run_import(struct call *call);

#endif

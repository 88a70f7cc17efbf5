/* The commands of cursor. */
#ifndef CURSOR_COMMANDS_H
#define CURSOR_COMMANDS_H

#include <stdbool.h>

#include "cli/cli.h"
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
	struct cursor_store *store;
};

/*
 * The commands. Each prints its own errors and returns the exit status; `call` is a struct call.
 */
enum exit_status run_get(void *call);
enum exit_status run_set(void *call);
enum exit_status run_failed(void *call);
enum exit_status run_skip(void *call);
enum exit_status run_key(void *call);
enum exit_status run_identity(void *call);
enum exit_status run_lock(void *call);
enum exit_status run_import(void *call);

#endif

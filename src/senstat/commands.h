/* What the options ask for. */
#ifndef SENSTAT_COMMANDS_H
#define SENSTAT_COMMANDS_H

#include "cli/cli.h"

struct options {
	const char *format, *counters, *figures, *title;
	int64_t objects;
};

/* Prints the format that is named; returns the exit status, prints its own errors. */
enum exit_status print_format(struct cli *cli, const struct options *options);

#endif

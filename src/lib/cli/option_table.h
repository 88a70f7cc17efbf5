/*
 * The options of one call: the program's own, then those that every program has, with everything
 * that a setting lends to its option filled in. For cli.c, parse.c and help.c.
 */
#ifndef CLI_OPTION_TABLE_H
#define CLI_OPTION_TABLE_H

#include "base/buf.h"
#include "cli/cli.h"

enum { OPTIONS_MAX = 64 };

/* The options that every program has; they follow the program's own in the table. */
enum common_option {
	COMMON_CONFIG,
	COMMON_STATS,
	COMMON_PROGRESS,
	COMMON_PRINT,
	COMMON_PRINT_SETTING,
	COMMON_PRINT_NEAREST,
	COMMON_FORMAT,
	COMMON_VERBOSE,
	COMMON_QUIET,
	COMMON_HELP,
	COMMON_VERSION,
	COMMON_OPTIONS,
	COMMON_SETTINGS,
	COMMON_COUNT,
};

struct option_table {
	struct cli_option rows[OPTIONS_MAX];
	int own; /* how many are the program's own */
	int count;
	char *texts[2 * OPTIONS_MAX]; /* names and helps that were made for it */
	int text_count;
};

void option_table_init(struct option_table *table, const struct cli_option *own);
void option_table_release(struct option_table *table);

/* --help, as the text of `program`. */
void option_table_help(const struct option_table *table, const struct cli_program *program, struct buf *to);
/* A line for each option with help: letter, name, argument, help, with tabs between them. */
void option_table_rows(const struct option_table *table, struct buf *to);

#endif

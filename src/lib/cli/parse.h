/* The command line: for cli.c. */
#ifndef CLI_PARSE_H
#define CLI_PARSE_H

#include "cli/cli.h"

enum {
	GIVEN_MAX = 16,
	PRINTED_MAX = 16,
};

struct parsed {
	const char *config, *progress; /* the files that these options name, or NULL */
	bool print_config;
	const char *print_settings[PRINTED_MAX]; /* names that --print-setting was given with */
	int print_setting_count;
	int verbosity; /* -v counts up, -q is -1 */
	/*
	 * The program's own options that were given, without settings; if there are too many, the first
	 * ones.
	 */
	const char *given[GIVEN_MAX];
	int given_count;
};

/*
 * Parses the command line into the options' targets, cli->settings, cli->operands,
 * cli->stats_path and *parsed. Returns true to go on; false with *status if the program is to end
 * here: after --help and the like, which are printed to cli->out, or a usage error, which is
 * printed.
 */
bool parse_arguments(struct cli *cli, int argc, char **argv, struct parsed *parsed, enum exit_status *status);

/*
 * Takes the command's name off the operands, and checks the operands after it and the options that
 * were given. Returns STATUS_OK with cli->command, or the status of a usage error, which is
 * printed.
 */
enum exit_status parse_command(struct cli *cli, const struct parsed *parsed);

/*
 * Has messages written as the setting log_format says. Returns STATUS_OK, or that of a usage error,
 * which is printed.
 */
enum exit_status parse_log_format(const struct cli *cli);

#endif

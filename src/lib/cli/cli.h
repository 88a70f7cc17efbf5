/*
 * The one option parser. A program states its options in one table; the table parses the command
 * line (getopt_long), prints --help, and is what the man page and the completions are made of.
 *
 * Every program has, without listing them: --config FILE, --stats FILE, --progress FILE,
 * --print-config, --log-format text|json, -v/--verbose, -q/--quiet, -h/--help, --version. For the
 * build, which makes man pages and completions of them, there are two that --help does not show:
 * --print-options (letter, name, argument, help) and --print-settings (settings_print_table).
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include "settings/settings.h"

enum cli_kind {
	CLI_END = 0, /* ends the table */
	CLI_FLAG,    /* bool *target: set to true */
	CLI_INT,     /* int64_t *target, min..max */
	CLI_SIZE,    /* uint64_t *target: bytes, units as in base/units.h */
	CLI_TIME,    /* int64_t *target: milliseconds */
	CLI_TEXT,    /* const char **target: points into argv */
	CLI_SETTING, /* the setting of that name with '-' for '_' (--redis-host is redis_host); no target */
};

struct cli_option {
	enum cli_kind kind;
	char letter;      /* 0: long form only */
	const char *name; /* without the dashes */
	const char *arg;  /* how --help calls the value: "N", "TIME", "KEY"; NULL: it takes none */
	const char *help; /* one line; defaults in parentheses at its end */
	void *target;
	int64_t min, max; /* CLI_INT */
};

struct cli {
	const char *program;
	const char *purpose;      /* one line */
	const char *const *usage; /* lines after the program's name, NULL at the end: "[OPTION]... [KEY]..." */
	const struct cli_option *options;
	const char *const *examples; /* whole command lines, NULL at the end */

	/* set by cli_start */
	struct settings *settings; /* owned by cli */
	const char *stats_path;    /* --stats FILE or NULL */
	char **operands;           /* what is not an option; points into argv */
	int operand_count;
	int status; /* what to exit with where cli_start returns false */
};

/*
 * Starts a program: names it for messages, installs the signal flags, parses, loads the settings
 * (config.yaml, .env, environment, flags). Returns true to go on; false if the program should end
 * with cli->status (after --help, --version, --print-config or a usage error, which is already
 * printed).
 */
bool cli_start(struct cli *cli, int argc, char **argv);

/* Prints "PROGRAM: text" and "Try 'PROGRAM --help'."; returns STATUS_USAGE. */
int cli_usage_error(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

void cli_release(struct cli *cli);

#endif

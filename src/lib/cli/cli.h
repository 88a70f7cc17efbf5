/*
 * The skeleton of a program. A main is data: options, subcommands and a `run` function, which
 * cli_run() calls between a beginning and an ending that are the same for all programs.
 *
 * The tables of options are the only place where an option is stated: they parse the command line
 * (getopt_long), print --help, and are what the man pages and the completions are made of.
 *
 * Every program has, without listing them: --config FILE, --stats FILE, --progress FILE,
 * --print-config, --log-format text|json, -v/--verbose, -q/--quiet, -h/--help, --version. --help does
 * not show those for scripts: --print-setting NAME (may come several times: a line for each value)
 * and --print-nearest WORD NAME... (the name that a mistyped word means); nor those that the build
 * makes man pages and completions from: --print-options (letter, name, argument, help) and
 * --print-settings (settings_print_table).
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/exits.h"
#include "base/io.h"
#include "cli/stats.h"
#include "settings/settings.h"

enum cli_kind {
	CLI_END = 0, /* ends the table */
	CLI_FLAG,    /* bool *target: set to true */
	CLI_INT,     /* int64_t *target, min..max */
	CLI_SIZE,    /* uint64_t *target: bytes, units as in base/units.h */
	CLI_TIME,    /* int64_t *target: milliseconds */
	CLI_TEXT,    /* const char **target: points into argv */
	CLI_SETTING, /* the setting `setting`; no target */
};

struct cli_option {
	enum cli_kind kind;
	char letter;         /* 0: long form only */
	const char *name;    /* without the dashes; NULL: the setting's, with '-' for '_' */
	const char *arg;     /* what --help calls the value: "N", "TIME", "KEY"; NULL: it takes none */
	const char *help;    /* one line; the default in parentheses at its end */
	void *target;        /* static, as the tables are */
	int64_t min, max;    /* CLI_INT */
	const char *setting; /* CLI_SETTING: argument, help and default come from settings/table.c */
};

/* clang-format off */
#define OPT_FLAG(letter, name, target, help) {CLI_FLAG, letter, name, NULL, help, target, 0, 0, NULL}
#define OPT_INT(letter, name, arg, target, min, max, help) {CLI_INT, letter, name, arg, help, target, min, max, NULL}
#define OPT_SIZE(letter, name, target, help) {CLI_SIZE, letter, name, "SIZE", help, target, 0, 0, NULL}
#define OPT_TIME(letter, name, target, help) {CLI_TIME, letter, name, "TIME", help, target, 0, 0, NULL}
#define OPT_TEXT(letter, name, arg, target, help) {CLI_TEXT, letter, name, arg, help, target, 0, 0, NULL}
/* The setting redis_host as --redis-host. */
#define OPT_SETTING(setting) {CLI_SETTING, 0, NULL, NULL, NULL, NULL, 0, 0, setting}
/* A setting under a name of this program's own, which is shorter. */
#define OPT_SETTING_AS(letter, name, setting) {CLI_SETTING, letter, name, NULL, NULL, NULL, 0, 0, setting}
#define OPT_END {CLI_END, 0, NULL, NULL, NULL, NULL, 0, 0, NULL}

/* The settings of whatever opens a store. */
#define OPT_STORE_SETTINGS \
	OPT_SETTING("endpoint_url"), OPT_SETTING("region"), OPT_SETTING("profile"), OPT_SETTING("no_sign_request"), \
	OPT_SETTING("stall_timeout")
/* The settings of whatever connects to Redis. */
#define OPT_REDIS_SETTINGS \
	OPT_SETTING("redis_host"), OPT_SETTING("redis_port"), OPT_SETTING("redis_db"), OPT_SETTING("redis_socket"), \
	OPT_SETTING("redis_user"), OPT_SETTING("redis_timeout")
/* clang-format on */

struct cli;

enum {
	CLI_ANY_OPERANDS = INT_MAX,
	CLI_COMMAND_OPTIONS_MAX = 4,
};

/* A subcommand: the program's first operand. The table ends with an empty row. */
struct cli_command {
	const char *name;
	const char *operands; /* what it takes behind its name, for the usage error: "COMPANY and TITLE" */
	int operands_min, operands_max;
	/* Of the options that any command names here, it takes these; all other options go with all. */
	const char *options[CLI_COMMAND_OPTIONS_MAX];
	/* Returns the exit status, prints its own errors. `context` is what the program gave cli_run_command(). */
	enum exit_status (*run)(void *context);
};

struct cli_program {
	const char *name;
	const char *purpose;      /* one line */
	const char *const *usage; /* lines after the program's name, NULL at the end: "[OPTION]... [KEY]..." */
	const struct cli_option *options;
	const struct cli_command *commands; /* NULL: it has none */
	const char *const *examples;        /* whole command lines, NULL at the end */
	/*
	 * Does the work and returns the exit status; prints its own errors. It writes to cli->out,
	 * notes its numbers in cli->stats, and releases what it opened. On a signal (base/signals.h)
	 * it returns early.
	 */
	enum exit_status (*run)(struct cli *cli);
};

/* One call of a program. */
struct cli {
	const struct cli_program *program;
	struct settings *settings;
	char **operands; /* what is not an option, behind the command's name; points into argv */
	int operand_count;
	struct out out;     /* standard output */
	struct stats stats; /* of this run; saved if --stats names a file */
	/* cli.c's and parse.c's own */
	const char *stats_path;
	const struct cli_command *command;
};

/*
 * Runs a program from its first line to its last, and returns the exit status for main.
 *
 * Begins: standard descriptors, messages, signals, options, settings (config.yaml, .env,
 * environment, flags), --progress. Ends, always in this order: close standard output and check it;
 * save the statistics (unless the status is STATUS_USAGE: nothing was done); release; die by the
 * signal that asked to stop, SIGPIPE if the reader of standard output has left. A failure of
 * standard output or of the statistics worsens the status to STATUS_FAILED.
 */
int cli_run(const struct cli_program *program, int argc, char **argv);

/* For a program's run(): runs the command that the operands named. */
enum exit_status cli_run_command(const struct cli *cli, void *context);

/* Prints "PROGRAM: error: text (try 'PROGRAM --help')"; returns STATUS_USAGE. */
enum exit_status cli_usage_error(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints the error with its advice, and returns the status that it calls for. */
enum exit_status cli_error(const struct err *err);

#endif

/*
 * cursor: remember how far everything is done.
 *
 *	cursor get                     prints the last unix second up to which everything is done, 0 for none
 *	cursor set N [--force]         sets it; it only grows unless --force
 *	cursor set < receipts          moves it along the receipts that s3put writes
 *	cursor failed                  prints the objects that failed for good, as NDJSON
 *	cursor failed --clear [KEY]... forgets them
 *	cursor skip KEY... --reason TEXT  counts objects that are stuck among them
 *	cursor key [--older]           prints the name under which it is kept
 *	cursor identity                prints the server, buckets and prefixes that it belongs to
 *	cursor lock                    prints the file that a run is to lock
 *	cursor import [NAME]           takes the cursor that an older version, or the Python predecessor, kept
 *
 * Exit: 0 done; 1 an object failed for good, or a receipt is damaged; 2 usage; 75 Redis cannot be
 * reached, or something was left for a later run.
 */
#include <unistd.h>

#include "base/log.h"
#include "base/signals.h"
#include "cli/option_rows.h"
#include "cursor/commands.h"

static const char *const usage[] = {
	"get|identity|lock|key [OPTION]...",
	"set N [--force] [--dry-run], or set [--dry-run] < RECEIPTS",
	"failed [--clear [KEY]...] [OPTION]...",
	"skip KEY... --reason TEXT [OPTION]...",
	"import [NAME] [--force] [--dry-run] [OPTION]...",
	NULL,
};

static const char *const examples[] = {
	"cursor set 1721183934 --force",
	"cursor failed | jq -r '.key + \"\\t\" + .reason'",
	NULL,
};

/* clang-format off */
static const struct command {
	const char *name;
	int operands; /* at most; -1: any number */
	const char *options; /* which it takes: f(orce), d(ry-run), c(lear), r(eason), o(lder) */
	int (*run)(struct call *call);
} commands[] = {
	{"get", 0, "", run_get},
	{"set", 1, "fd", run_set},
	{"failed", -1, "c", run_failed},
	{"skip", -1, "r", run_skip},
	{"key", 0, "o", run_key},
	{"identity", 0, "", run_identity},
	{"lock", 0, "", run_lock},
	{"import", 1, "fd", run_import},
};
#define COMMANDS "get, set, failed, skip, key, identity, lock or import"
/* clang-format on */

/* Whether the command takes the options that were given. */
static bool
takes_options(const struct command *command, const struct options *options)
{
	return (!options->force || strchr(command->options, 'f')) && (!options->dry_run || strchr(command->options, 'd')) &&
	       (!options->clear || strchr(command->options, 'c')) &&
	       (options->reason == NULL || strchr(command->options, 'r')) &&
	       (!options->older || strchr(command->options, 'o'));
}

/* The command that the operands name, checked; NULL after a usage error, which is printed. */
static const struct command *
find_command(const struct call *call)
{
	const struct cli *cli = call->cli;
	const struct command *command = NULL;

	if (cli->operand_count == 0) {
		cli_usage_error(cli, "no command: " COMMANDS);
		return NULL;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(cli->operands[0], commands[i].name) == 0)
			command = &commands[i];
	if (command == NULL)
		cli_usage_error(cli, "unknown command '%s': " COMMANDS, cli->operands[0]);
	else if (command->operands >= 0 && call->argc > command->operands)
		cli_usage_error(cli, "%s: too many arguments", command->name);
	else if (!takes_options(command, call->options))
		cli_usage_error(cli, "%s does not take this option", command->name);
	else
		return command;
	return NULL;
}

static int
run_command(struct call *call)
{
	const struct command *command = find_command(call);
	struct err err = ERR_INIT;
	int status;

	if (command == NULL)
		return STATUS_USAGE;
	call->store = cursor_store_open(call->cli->settings, &err);
	if (call->store == NULL)
		return command_failed(&err);
	out_init(&call->out, STDOUT_FILENO);
	stats_init(&call->stats, "cursor");
	status = command->run(call);
	cursor_store_free(call->store);
	if (stats_save(&call->stats, call->cli->stats_path, &err))
		status = status_worse(status, command_failed(&err));
	stats_release(&call->stats);
	if (signals_stop())
		signals_die(signals_stop());
	if (out_close(&call->out, &err))
		status = status_worse(status, command_failed(&err));
	return status;
}

int
main(int argc, char **argv)
{
	static struct options options;
	const struct cli_option table[] = {
		{CLI_FLAG, 0, "force", NULL, "set, import: move it back too, over anything", &options.force, 0, 0},
		{CLI_FLAG, 0, "dry-run", NULL, "set, import: say what would be done, change nothing", &options.dry_run, 0, 0},
		{CLI_FLAG, 0, "clear", NULL, "failed: forget them all, or KEY", &options.clear, 0, 0},
		{CLI_FLAG, 0, "older", NULL, "key: that of an older version, if it counts here", &options.older, 0, 0},
		{CLI_TEXT, 0, "reason", "TEXT", "skip: why; `cursor failed` shows it", &options.reason, 0, 0},
		{CLI_SETTING, 0, "cursor-store", "STORE", "where it is kept: redis, or file:PATH (redis)", NULL, 0, 0},
		{CLI_SETTING, 0, "input-bucket", "BUCKET", "bucket of the raw postings", NULL, 0, 0},
		{CLI_SETTING, 0, "output-bucket", "BUCKET", "bucket of the enriched ones", NULL, 0, 0},
		{CLI_SETTING, 0, "raw-prefix", "PREFIX", "prefix of the raw objects (job-postings-raw/)", NULL, 0, 0},
		{CLI_SETTING, 0, "mod-prefix", "PREFIX", "prefix of the enriched ones (job-postings-mod/)", NULL, 0, 0},
		{CLI_SETTING, 0, "endpoint-url", "URL", "another S3 server than AWS, or file:///FOLDER", NULL, 0, 0},
		CLI_REDIS_ROWS,
		{CLI_END, 0, NULL, NULL, NULL, NULL, 0, 0},
	};
	struct cli cli = {
		.program = "cursor",
		.purpose = "Remember how far everything is done.",
		.usage = usage,
		.options = table,
		.examples = examples,
	};
	struct call call = {.cli = &cli, .options = &options};

	if (cli_start(&cli, argc, argv)) {
		call.argc = cli.operand_count > 0 ? cli.operand_count - 1 : 0;
		call.argv = cli.operands + 1;
		cli.status = run_command(&call);
	}
	cli_release(&cli);
	return cli.status;
}

/*
 * cursor: remember how far everything is done.
 *
 *	cursor get                     prints the last unix second up to which everything is done, 0 for none
 *	cursor set N [--force]         sets it; without --force it never goes back
 *	cursor set < receipts          moves it along the receipts that s3put writes
 *	cursor failed                  prints the objects that failed for good, as NDJSON
 *	cursor failed --clear [KEY]... forgets them
 *	cursor skip KEY... --reason TEXT  adds objects that are stuck to them
 *	cursor key [--older]           prints the name under which it is stored
 *	cursor identity                prints the server, buckets and prefixes that it belongs to
 *	cursor lock                    prints the file that a run locks
 *	cursor import [NAME]           takes over the cursor of an older version, or of the Python predecessor
 *
 * Exit: 0 done; 1 an object failed for good, or a receipt is damaged; 2 usage; 75 Redis cannot be
 * reached, or something was left for a later run.
 */
#include "cursor/commands.h"

static struct options options;

/* clang-format off */
static const struct cli_option option_table[] = {
	OPT_FLAG(0, "force", &options.force, "set, import: also move it back, over anything"),
	OPT_FLAG(0, "dry-run", &options.dry_run, "set, import: print what would be done, do nothing"),
	OPT_FLAG(0, "clear", &options.clear, "failed: forget all of them, or KEY"),
	OPT_FLAG(0, "older", &options.older, "key: the key of an older version, if it counts here"),
	OPT_TEXT(0, "reason", "TEXT", &options.reason, "skip: the reason, which `cursor failed` shows"),
	OPT_SETTING("cursor_store"),
	OPT_SETTING("input_bucket"),
	OPT_SETTING("output_bucket"),
	OPT_SETTING("raw_prefix"),
	OPT_SETTING("mod_prefix"),
	OPT_SETTING("endpoint_url"),
	OPT_REDIS_SETTINGS,
	OPT_END,
};

static const struct cli_command commands[] = {
	{"get", "no operands", 0, 0, {NULL}, run_get},
	{"set", "N, or receipts on standard input", 0, 1, {"force", "dry-run"}, run_set},
	{"failed", "KEYs", 0, CLI_ANY_OPERANDS, {"clear"}, run_failed},
	{"skip", "a KEY or several", 1, CLI_ANY_OPERANDS, {"reason"}, run_skip},
	{"key", "no operands", 0, 0, {"older"}, run_key},
	{"identity", "no operands", 0, 0, {NULL}, run_identity},
	{"lock", "no operands", 0, 0, {NULL}, run_lock},
	{"import", "one NAME at most", 0, 1, {"force", "dry-run"}, run_import},
	{NULL, NULL, 0, 0, {NULL}, NULL},
};
/* clang-format on */

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

static enum exit_status
run_cursor(struct cli *cli)
{
	struct call call = {.cli = cli, .options = &options};
	struct err err = ERR_INIT;
	enum exit_status status;

	call.store = cursor_store_open(cli->settings, &err);
	if (call.store == NULL)
		return cli_error(&err);
	status = cli_run_command(cli, &call);
	cursor_store_free(call.store);
	return status;
}

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "cursor",
		.purpose = "Remember how far everything is done.",
		.usage = usage,
		.options = option_table,
		.commands = commands,
		.examples = examples,
		.run = run_cursor,
	};

	return cli_run(&program, argc, argv);
}

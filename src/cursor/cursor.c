/*
 * cursor: remember how far everything is done.
 *
 *	cursor get                     prints the last unix second up to which everything is done, 0 for none
 *	cursor set N [--force]         sets it; it only grows unless --force
 *	cursor set < receipts          moves it along the thread of the receipts that s3put writes
 *	cursor failed                  prints the objects that failed for good, as NDJSON
 *	cursor failed --clear [KEY]... forgets them
 *	cursor skip KEY... --reason TEXT  counts objects that are stuck among them
 *	cursor key                     prints the name under which it is kept
 *	cursor import [NAME]           takes the cursor that the Python predecessor kept in Redis
 *
 * Exit: 0 done; 1 an object failed for good, or a receipt is damaged; 2 usage; 75 Redis cannot be reached, or
 * something was left for a later run.
 */
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/units.h"
#include "cli/cli.h"
#include "cli/option_rows.h"
#include "cli/stats.h"
#include "cursor/keeper.h"
#include "cursor/receipts.h"
#include "cursor/skip.h"
#include "redis/redis.h"
#include "streams/layout.h"

#define YEAR_SECONDS (366 * INT64_C(86400))

struct options {
	bool force;
	bool dry_run;
	bool clear;
	const char *reason;
};

/* One call of the program. */
struct call {
	struct cli *cli;
	const struct options *options;
	int argc; /* operands behind the command's name */
	char **argv;
	struct keeper *keeper;
	struct out out;
	struct stats stats;
};

static const char *const usage[] = {
	"get [OPTION]...",
	"set N [--force] [--dry-run] [OPTION]...",
	"set [--dry-run] [OPTION]... < RECEIPTS",
	"failed [--clear [KEY]...] [OPTION]...",
	"skip KEY... --reason TEXT [OPTION]...",
	"key [OPTION]...",
	"import [NAME] [--force] [--dry-run] [OPTION]...",
	NULL,
};

static const char *const examples[] = {
	"cursor set 1721183934 --force",
	"cursor failed | jq -r '.key + \"\\t\" + .reason'",
	NULL,
};

static int
fail(const struct err *err)
{
	err_log(err);
	return err_status(err);
}

static int
run_get(struct call *call)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	int64_t cursor;

	if (keeper_get(call->keeper, &cursor, &err))
		return fail(&err);
	buf_append_int(&text, cursor);
	buf_append_byte(&text, '\n');
	out_write_slice(&call->out, slice_of_buf(&text));
	buf_release(&text);
	stats_int(&call->stats, "cursor", cursor);
	return STATUS_OK;
}

static void
print_move(struct call *call, int64_t from, int64_t to)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "would move from %lld to %lld\n", (long long)from, (long long)to);
	out_write_slice(&call->out, slice_of_buf(&text));
	buf_release(&text);
}

/* Moves it to a number that somebody gave; back only with --force. */
static int
move_to(struct call *call, int64_t number)
{
	struct change change = CHANGE_INIT;
	struct saved saved;
	struct err err = ERR_INIT;
	int64_t before = 0;

	change.cursor = number;
	change.force = call->options->force;
	/* With --force what is stored does not matter: it may be damaged. */
	if (keeper_get(call->keeper, &before, &err) && (call->options->dry_run || !change.force || err.kind != ERR_FAILED))
		return fail(&err);
	if (number < before && !change.force) {
		log_error("the cursor is at %lld and only grows; --force moves it back to %lld", (long long)before,
		          (long long)number);
		return STATUS_FAILED;
	}
	if (call->options->dry_run) {
		print_move(call, before, number);
		return STATUS_OK;
	}
	if (keeper_save(call->keeper, &change, &saved, &err))
		return fail(&err);
	stats_int(&call->stats, "moved_to", saved.cursor);
	if (number < before)
		log_warning("moved back from %lld to %lld", (long long)before, (long long)number);
	if (saved.cursor <= number)
		return STATUS_OK;
	log_error("the cursor was moved to %lld meanwhile, and only grows", (long long)saved.cursor);
	return STATUS_FAILED;
}

static int
run_set_number(struct call *call)
{
	int64_t number;

	if (!units_parse_int(call->argv[0], 0, INT64_MAX, &number))
		return cli_usage_error(call->cli, "'%s' is not a time in unix seconds", call->argv[0]);
	if (number > clock_unix() + YEAR_SECONDS && !call->options->force)
		return cli_usage_error(call->cli, "%lld is more than a year in the future (milliseconds?): --force takes it",
		                       (long long)number);
	return move_to(call, number);
}

static int
run_set_receipts(struct call *call)
{
	struct receipts_result result;
	struct err err = ERR_INIT;

	if (call->options->force)
		return cli_usage_error(call->cli, "--force needs a value: cursor set N --force");
	if (receipts_run(call->keeper, STDIN_FILENO, call->options->dry_run, &result, &err))
		return fail(&err);
	stats_int(&call->stats, "receipts", result.receipts);
	stats_int(&call->stats, "failed", result.failed);
	stats_int(&call->stats, "moved_from", result.from);
	stats_int(&call->stats, "moved_to", result.to);
	if (call->options->dry_run)
		print_move(call, result.from, result.to);
	return result.status;
}

static int
run_set(struct call *call)
{
	return call->argc ? run_set_number(call) : run_set_receipts(call);
}

static int
clear_failed(struct call *call)
{
	struct change change = CHANGE_INIT;
	struct saved saved;
	struct err err = ERR_INIT;
	int status = STATUS_OK;

	change.clear_all = call->argc == 0;
	for (int i = 0; i < call->argc; i++) {
		if (*call->argv[i] == '\0')
			return cli_usage_error(call->cli, "an empty KEY");
		change_remove(&change, slice_of_str(call->argv[i]));
	}
	if (keeper_save(call->keeper, &change, &saved, &err)) {
		status = fail(&err);
	} else if (saved.removed < call->argc) {
		log_error("of %d keys only %lld were among the failed", call->argc, (long long)saved.removed);
		status = STATUS_FAILED;
	}
	change_release(&change);
	return status;
}

static int
run_failed(struct call *call)
{
	struct err err = ERR_INIT;
	struct buf lines = BUF_INIT;

	if (call->options->clear)
		return clear_failed(call);
	if (call->argc)
		return cli_usage_error(call->cli, "failed takes a KEY only with --clear");
	if (keeper_failed(call->keeper, &lines, &err)) {
		buf_release(&lines);
		return fail(&err);
	}
	out_write_slice(&call->out, slice_of_buf(&lines));
	buf_release(&lines);
	return STATUS_OK;
}

static int
run_skip(struct call *call)
{
	struct err err = ERR_INIT;

	if (call->argc == 0)
		return cli_usage_error(call->cli, "skip needs a KEY");
	if (skip_keys(call->keeper, call->cli->settings, call->argv, call->argc, call->options->reason, &err))
		return fail(&err);
	return STATUS_OK;
}

static int
run_key(struct call *call)
{
	out_write_slice(&call->out, slice_of_str(keeper_name(call->keeper)));
	out_write_slice(&call->out, SLICE("\n"));
	return STATUS_OK;
}

/* The predecessor's value: the key of the last object, or its number alone. */
static bool
old_number(const struct settings *settings, struct slice value, int64_t *number)
{
	const char *raw = settings_text(settings, "raw_prefix");
	struct slice prefix = slice_of_str(raw ? raw : "");
	int64_t now = clock_unix();

	return layout_number(value, prefix, now, number) == LAYOUT_NUMBER ||
	       layout_number(value, slice_of(NULL, 0), now, number) == LAYOUT_NUMBER;
}

static int
read_old(const struct settings *settings, const char *name, int64_t *number, struct err *err)
{
	struct slice argv[] = {SLICE("GET"), slice_of_str(name)};
	struct redis *redis = redis_open(settings, err);
	redisReply *reply;
	int result = 0;

	if (redis == NULL)
		return -1;
	reply = redis_command(redis, err, 2, argv);
	if (reply == NULL)
		result = -1;
	else if (reply->type != REDIS_REPLY_STRING)
		result = err_set(err, ERR_FAILED, "%s has no key '%s'", redis_name(redis), name);
	else if (!old_number(settings, slice_of(reply->str, reply->len), number))
		result = err_set(err, ERR_FAILED, "%s: '%s' is '%.*s': no number, alone or behind raw_prefix",
		                 redis_name(redis), name, (int)(reply->len < 200 ? reply->len : 200), reply->str);
	if (reply)
		freeReplyObject(reply);
	redis_free(redis);
	return result;
}

static int
run_import(struct call *call)
{
	struct err err = ERR_INIT;
	int64_t number = 0;

	if (read_old(call->cli->settings, call->argc ? call->argv[0] : "last_key", &number, &err))
		return fail(&err);
	return move_to(call, number);
}

/* clang-format off */
static const struct command {
	const char *name;
	int operands; /* at most; -1: any number */
	bool force, dry_run, clear, reason; /* which of the options it takes */
	int (*run)(struct call *call);
} commands[] = {
	{"get", 0, false, false, false, false, run_get},
	{"set", 1, true, true, false, false, run_set},
	{"failed", -1, false, false, true, false, run_failed},
	{"skip", -1, false, false, false, true, run_skip},
	{"key", 0, false, false, false, false, run_key},
	{"import", 1, true, true, false, false, run_import},
};
/* clang-format on */

/* The command that the operands name, checked; NULL after a usage error, which is printed. */
static const struct command *
find_command(const struct call *call)
{
	const struct cli *cli = call->cli;
	const struct options *options = call->options;
	const struct command *command = NULL;

	if (cli->operand_count == 0) {
		cli_usage_error(cli, "no command: get, set, failed, skip, key or import");
		return NULL;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(cli->operands[0], commands[i].name) == 0)
			command = &commands[i];
	if (command == NULL)
		cli_usage_error(cli, "unknown command '%s': get, set, failed, skip, key or import", cli->operands[0]);
	else if (command->operands >= 0 && call->argc > command->operands)
		cli_usage_error(cli, "%s: too many arguments", command->name);
	else if ((options->force && !command->force) || (options->dry_run && !command->dry_run) ||
	         (options->clear && !command->clear) || (options->reason != NULL && !command->reason))
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
	call->keeper = keeper_open(call->cli->settings, &err);
	if (call->keeper == NULL)
		return fail(&err);
	out_init(&call->out, STDOUT_FILENO);
	stats_init(&call->stats, "cursor");
	status = command->run(call);
	keeper_free(call->keeper);
	if (stats_save(&call->stats, call->cli->stats_path, &err))
		status = status_worse(status, fail(&err));
	stats_release(&call->stats);
	if (signals_stop())
		signals_die(signals_stop());
	if (out_close(&call->out, &err))
		status = status_worse(status, fail(&err));
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
		{CLI_TEXT, 0, "reason", "TEXT", "skip: why; `cursor failed` shows it", &options.reason, 0, 0},
		{CLI_SETTING, 0, "cursor-store", "STORE", "where it is kept: redis, or file:PATH (redis)", NULL, 0, 0},
		{CLI_SETTING, 0, "input-bucket", "BUCKET", "bucket of the raw postings", NULL, 0, 0},
		{CLI_SETTING, 0, "output-bucket", "BUCKET", "bucket of the enriched ones", NULL, 0, 0},
		{CLI_SETTING, 0, "raw-prefix", "PREFIX", "prefix of the raw objects (job-postings-raw/)", NULL, 0, 0},
		{CLI_SETTING, 0, "mod-prefix", "PREFIX", "prefix of the enriched ones (job-postings-mod/)", NULL, 0, 0},
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

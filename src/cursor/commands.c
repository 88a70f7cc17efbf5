/* What each command does, from its arguments to its status. */
#include "cursor/commands.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "cursor/import.h"
#include "cursor/receipts.h"
#include "cursor/run_lock.h"
#include "cursor/skip.h"

#define YEAR_SECONDS (366 * INT64_C(86400))

static int
fail(const struct err *err)
{
	err_log(err);
	return err_status(err);
}

/* What an older version stored may be of another server: only a person can tell. */
static int
warn_left_behind(struct call *call, struct err *err)
{
	int64_t cursor;
	int there = keeper_left_behind(call->keeper, &cursor, err);

	if (there > 0)
		log_warning("an older version, which did not tell servers apart, left a cursor at %lld: if it is that of "
		            "%s, `cursor import` takes it over. Until then everything is looked at that has no counterpart",
		            (long long)cursor, keeper_identity(call->keeper)->text);
	return there < 0 ? -1 : 0;
}

int
run_get(struct call *call)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	int64_t cursor;

	if (keeper_get(call->keeper, &cursor, &err) || (cursor == 0 && warn_left_behind(call, &err)))
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

/* Moves it to a number that somebody gave, in a change that may hold failed objects; back only with --force. */
static int
move_by(struct call *call, struct change *change)
{
	struct saved saved;
	struct err err = ERR_INIT;
	int64_t number = change->cursor, before = 0;

	change->force = call->options->force;
	/* With --force what is stored does not matter: it may be damaged. */
	if (keeper_get(call->keeper, &before, &err) && (call->options->dry_run || !change->force || err.kind != ERR_FAILED))
		return fail(&err);
	if (number < before && !change->force) {
		log_error("the cursor is at %lld and only grows; --force moves it back to %lld", (long long)before,
		          (long long)number);
		return STATUS_FAILED;
	}
	if (call->options->dry_run) {
		print_move(call, before, number);
		return STATUS_OK;
	}
	if (keeper_save(call->keeper, change, &saved, &err))
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
	struct change change = CHANGE_INIT;
	int64_t number;

	if (!units_parse_int(call->argv[0], 0, INT64_MAX, &number))
		return cli_usage_error(call->cli, "'%s' is not a time in unix seconds", call->argv[0]);
	if (number > clock_unix() + YEAR_SECONDS && !call->options->force)
		return cli_usage_error(call->cli, "%lld is more than a year in the future (milliseconds?): --force takes it",
		                       (long long)number);
	change.cursor = number;
	return move_by(call, &change);
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

int
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

int
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

int
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
print_line(struct call *call, const char *text)
{
	out_write_slice(&call->out, slice_of_str(text));
	out_write_slice(&call->out, SLICE("\n"));
	return STATUS_OK;
}

/* Nothing is the older name of what no older version can have meant. */
int
run_key(struct call *call)
{
	if (!call->options->older)
		return print_line(call, keeper_name(call->keeper));
	return keeper_identity(call->keeper)->custom ? STATUS_OK : print_line(call, keeper_older_name(call->keeper));
}

/* The identity, also of a file that is used without buckets: then it says what is missing. */
static const char *
identity_text(struct call *call, struct err *err)
{
	const struct identity *identity = keeper_identity(call->keeper);

	if (identity->text == NULL && settings_require(call->cli->settings, "input_bucket", err) != NULL)
		settings_require(call->cli->settings, "output_bucket", err);
	return identity->text;
}

int
run_identity(struct call *call)
{
	struct err err = ERR_INIT;
	const char *identity = identity_text(call, &err);

	return identity != NULL ? print_line(call, identity) : fail(&err);
}

int
run_lock(struct call *call)
{
	struct err err = ERR_INIT;
	struct buf path = BUF_INIT;
	const char *identity = identity_text(call, &err);
	int status;

	if (identity == NULL || run_lock_prepare(identity, &path, &err))
		status = fail(&err);
	else
		status = print_line(call, buf_cstr(&path));
	buf_release(&path);
	return status;
}

int
run_import(struct call *call)
{
	const char *names[] = {keeper_older_name(call->keeper), "last_key", NULL};
	const char *const given[] = {call->argc ? call->argv[0] : NULL, NULL};
	const struct options *options = call->options;
	struct change change = CHANGE_INIT;
	struct err err = ERR_INIT;
	const char *from;
	int64_t cursor;
	int status, adopted = 0;

	/* A cursor that the file already holds need not be looked for in Redis. */
	if (call->argc == 0)
		adopted = keeper_adopt(call->keeper, options->force, options->dry_run, &cursor, &err);
	if (adopted < 0)
		return fail(&err);
	if (adopted > 0) {
		log_notice("%s %s, at %lld", options->dry_run ? "would take over" : "took over", keeper_name(call->keeper),
		           (long long)cursor);
		return STATUS_OK;
	}
	if (import_read(call->cli->settings, call->argc ? given : names, &change, &from, &err)) {
		change_release(&change);
		return fail(&err);
	}
	status = move_by(call, &change);
	if (status == STATUS_OK && !options->dry_run)
		log_notice("took over %lld and %zu failed objects from %s", (long long)change.cursor, change.count, from);
	change_release(&change);
	return status;
}

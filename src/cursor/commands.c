/* The commands, from arguments to exit status. */
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

/* Warns of an older version's cursor: it may be of another server, and only a person can know. */
static int
warn_left_behind(struct call *call, struct err *err)
{
	int64_t cursor;
	int there = cursor_store_left_behind(call->store, &cursor, err);

	if (there > 0)
		log_warning("an older version, which did not tell servers apart, left a cursor at %lld: if it belongs to %s, "
		            "take it over with `cursor import`. Until then every object without a counterpart is checked",
		            (long long)cursor, cursor_store_identity(call->store)->text);
	return there < 0 ? -1 : 0;
}

static void
print_move(struct call *call, int64_t from, int64_t to)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "would move from %lld to %lld\n", (long long)from, (long long)to);
	out_write_slice(&call->cli->out, slice_of_buf(&text));
	buf_release(&text);
}

/*
 * Moves the cursor to change->cursor, which a person gave; back only with --force. Saves the failed
 * objects with it.
 */
static enum exit_status
move_cursor(struct call *call, struct change *change)
{
	struct saved saved;
	struct err err = ERR_INIT;
	int64_t number = change->cursor, before = 0;

	change->force = call->options->force;
	/* With --force the stored value does not matter: it may be damaged. */
	if (cursor_store_get(call->store, &before, &err) &&
	    (call->options->dry_run || !change->force || err.kind != ERR_FAILED))
		return cli_error(&err);
	if (number < before && !change->force) {
		log_error("the cursor is at %lld and only grows; --force moves it back to %lld", (long long)before,
		          (long long)number);
		return STATUS_FAILED;
	}
	if (call->options->dry_run) {
		print_move(call, before, number);
		return STATUS_OK;
	}
	if (cursor_store_save(call->store, change, &saved, &err))
		return cli_error(&err);
	stats_int(&call->cli->stats, "moved_to", saved.cursor);
	if (number < before)
		log_warning("moved back from %lld to %lld", (long long)before, (long long)number);
	if (saved.cursor <= number)
		return STATUS_OK;
	log_error("the cursor was moved to %lld meanwhile, and it never goes back", (long long)saved.cursor);
	return STATUS_FAILED;
}

static enum exit_status
set_number(struct call *call)
{
	struct change change = CHANGE_INIT;
	int64_t number;

	if (!units_parse_int(call->cli->operands[0], 0, INT64_MAX, &number))
		return cli_usage_error(call->cli, "'%s' is not a time in unix seconds", call->cli->operands[0]);
	if (number > clock_unix() + YEAR_SECONDS && !call->options->force)
		return cli_usage_error(call->cli,
		                       "%lld is more than a year in the future (milliseconds?): use --force to set it anyway",
		                       (long long)number);
	change.cursor = number;
	return move_cursor(call, &change);
}

static enum exit_status
set_by_receipts(struct call *call)
{
	struct receipts_result result;
	struct err err = ERR_INIT;

	if (call->options->force)
		return cli_usage_error(call->cli, "--force needs a value: cursor set N --force");
	if (receipts_run(call->store, STDIN_FILENO, call->options->dry_run, &result, &err))
		return cli_error(&err);
	stats_int(&call->cli->stats, "receipts", result.receipts);
	stats_int(&call->cli->stats, "failed", result.failed);
	stats_int(&call->cli->stats, "moved_from", result.from);
	stats_int(&call->cli->stats, "moved_to", result.to);
	if (call->options->dry_run)
		print_move(call, result.from, result.to);
	return result.status;
}

static enum exit_status
clear_failed(struct call *call)
{
	struct change change = CHANGE_INIT;
	struct saved saved;
	struct err err = ERR_INIT;
	enum exit_status status = STATUS_OK;

	change.clear_all = call->cli->operand_count == 0;
	for (int i = 0; i < call->cli->operand_count; i++) {
		if (*call->cli->operands[i] == '\0')
			return cli_usage_error(call->cli, "an empty KEY");
		change_remove(&change, slice_of_str(call->cli->operands[i]));
	}
	if (cursor_store_save(call->store, &change, &saved, &err)) {
		status = cli_error(&err);
	} else if (saved.removed < call->cli->operand_count) {
		log_error("of %d keys only %lld were among the failed", call->cli->operand_count, (long long)saved.removed);
		status = STATUS_FAILED;
	}
	change_release(&change);
	return status;
}

static enum exit_status
print_line(struct call *call, const char *text)
{
	out_write_slice(&call->cli->out, slice_of_str(text));
	out_write_slice(&call->cli->out, SLICE("\n"));
	return STATUS_OK;
}

/* The identity; NULL with err, which says what is missing. A file can be used without buckets. */
static const char *
identity_text(struct call *call, struct err *err)
{
	const struct identity *identity = cursor_store_identity(call->store);

	if (identity->text == NULL && settings_require(call->cli->settings, "input_bucket", err) != NULL)
		settings_require(call->cli->settings, "output_bucket", err);
	return identity->text;
}

enum exit_status
run_get(void *context)
{
	struct call *call = context;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	int64_t cursor;

	if (cursor_store_get(call->store, &cursor, &err) || (cursor == 0 && warn_left_behind(call, &err)))
		return cli_error(&err);
	buf_append_int(&text, cursor);
	buf_append_byte(&text, '\n');
	out_write_slice(&call->cli->out, slice_of_buf(&text));
	buf_release(&text);
	stats_int(&call->cli->stats, "cursor", cursor);
	return STATUS_OK;
}

enum exit_status
run_set(void *context)
{
	struct call *call = context;

	return call->cli->operand_count ? set_number(call) : set_by_receipts(call);
}

enum exit_status
run_failed(void *context)
{
	struct call *call = context;
	struct err err = ERR_INIT;
	struct buf lines = BUF_INIT;

	if (call->options->clear)
		return clear_failed(call);
	if (call->cli->operand_count)
		return cli_usage_error(call->cli, "failed takes a KEY only with --clear");
	if (cursor_store_failed(call->store, &lines, &err)) {
		buf_release(&lines);
		return cli_error(&err);
	}
	out_write_slice(&call->cli->out, slice_of_buf(&lines));
	buf_release(&lines);
	return STATUS_OK;
}

enum exit_status
run_skip(void *context)
{
	struct call *call = context;
	struct err err = ERR_INIT;

	if (skip_keys(call->store, call->cli->settings, call->cli->operands, call->cli->operand_count,
	              call->options->reason, &err))
		return cli_error(&err);
	return STATUS_OK;
}

enum exit_status
run_key(void *context)
{
	struct call *call = context;

	if (!call->options->older)
		return print_line(call, cursor_store_name(call->store));
	/* An older version had no custom endpoint: with one, there is no older name. */
	return cursor_store_identity(call->store)->custom ? STATUS_OK
	                                                  : print_line(call, cursor_store_older_name(call->store));
}

enum exit_status
run_identity(void *context)
{
	struct call *call = context;
	struct err err = ERR_INIT;
	const char *identity = identity_text(call, &err);

	return identity != NULL ? print_line(call, identity) : cli_error(&err);
}

enum exit_status
run_lock(void *context)
{
	struct call *call = context;
	struct err err = ERR_INIT;
	struct buf path = BUF_INIT;
	const char *identity = identity_text(call, &err);
	enum exit_status status;

	if (identity == NULL || run_lock_prepare(identity, &path, &err))
		status = cli_error(&err);
	else
		status = print_line(call, buf_cstr(&path));
	buf_release(&path);
	return status;
}

enum exit_status
run_import(void *context)
{
	struct call *call = context;
	const char *names[] = {cursor_store_older_name(call->store), "last_key", NULL};
	const char *const given[] = {call->cli->operand_count ? call->cli->operands[0] : NULL, NULL};
	const struct options *options = call->options;
	struct change change = CHANGE_INIT;
	struct err err = ERR_INIT;
	const char *from;
	int64_t cursor;
	enum exit_status status;
	int adopted = 0;

	/* If the file has a cursor already, Redis is not asked for one. */
	if (call->cli->operand_count == 0)
		adopted = cursor_store_adopt(call->store, options->force, options->dry_run, &cursor, &err);
	if (adopted < 0)
		return cli_error(&err);
	if (adopted > 0) {
		log_notice("%s %s, at %lld", options->dry_run ? "would take over" : "took over", cursor_store_name(call->store),
		           (long long)cursor);
		return STATUS_OK;
	}
	if (import_read(call->cli->settings, call->cli->operand_count ? given : names, &change, &from, &err)) {
		change_release(&change);
		return cli_error(&err);
	}
	status = move_cursor(call, &change);
	if (status == STATUS_OK && !options->dry_run)
		log_notice("took over %lld and %zu failed objects from %s", (long long)change.cursor, change.count, from);
	change_release(&change);
	return status;
}

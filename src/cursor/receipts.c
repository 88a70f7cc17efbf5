/*
 * The loop over the receipts. Their results are collected in a change, and saved whenever no
 * further input is ready, every SAVE_EVERY receipts, and at the end. So a killed run loses little,
 * and a fast one does not wait for the store with each receipt.
 *
 * If it cannot be saved, reading goes on, so that the stages before us can finish their work, and
 * saving is tried again from time to time.
 */
#include "cursor/receipts.h"

#include <errno.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/signals.h"
#include "cursor/sequence.h"
#include "streams/lines.h"
#include "streams/records.h"

#define SAVE_EVERY 1000
#define SAVE_AGAIN_MS 1000

/* How many changes may wait for a store that does not answer; beyond that the cursor stops. */
#define UNSAVED_MAX 100000

/* A receipt is a few hundred bytes and two keys of up to 1,024 bytes, escaped. */
#define RECEIPT_MAX (1 << 20)

/* How many lines that are not receipts are shown; a wrong file on standard input has a million. */
#define BAD_SHOWN 10

#define YEAR_SECONDS (366 * INT64_C(86400))

struct run {
	struct cursor_store *store;
	struct receipts_result *result;
	bool dry_run;
	struct lines lines;
	struct records records;
	struct sequence sequence;
	struct change change;
	struct buf record;
	int64_t stored;   /* the cursor as last heard of */
	int64_t latest;   /* no receipt may take the cursor beyond this */
	int unsaved;      /* receipts since the last save */
	bool save_failed; /* the last time */
	int64_t save_again_ms;
	bool unlisted_said;
	bool everybody_said;
	int64_t bad; /* lines that are not receipts */
	struct log_site failures;
};

static void
worsen_status(struct run *run, enum exit_status status)
{
	run->result->status = status_worse(run->result->status, status);
}

static void
warn_unsaved(struct run *run, const struct err *err)
{
	if (!run->save_failed)
		log_with_fields(LOG_WARNING, ERR_FIELDS(err), "the cursor is not saved: %s; reading goes on", ERR_TEXT(err));
	run->save_failed = true;
	run->save_again_ms = clock_mono_ms() + SAVE_AGAIN_MS;
}

/*
 * Saves the changes since the last time. Returns -1 with err if that fails; nothing is forgotten
 * then.
 */
static int
save_progress(struct run *run, struct err *err)
{
	struct saved saved;

	run->unsaved = 0;
	if (run->sequence.cursor > run->stored)
		run->change.cursor = run->sequence.cursor;
	if (run->dry_run || (run->change.cursor < 0 && run->change.count == 0)) {
		change_reset(&run->change);
		return 0;
	}
	run->change.seen = run->stored;
	if (cursor_store_save(run->store, &run->change, &saved, err))
		return -1;
	if (run->save_failed)
		log_warning("the cursor is saved again");
	run->save_failed = false;
	change_reset(&run->change);
	run->stored = saved.cursor;
	sequence_stored(&run->sequence, saved.cursor);
	return 0;
}

static void
save_if_due(struct run *run)
{
	struct err err = ERR_INIT;

	if (run->save_failed && clock_mono_ms() < run->save_again_ms)
		return;
	if (save_progress(run, &err))
		warn_unsaved(run, &err);
}

/* Whether there is room to remember one more thing to be saved. */
static bool
has_room(struct run *run)
{
	if (run->change.count < UNSAVED_MAX)
		return true;
	if (!run->sequence.stopped)
		log_warning("too many changes are not saved: the cursor stops at %lld", (long long)run->sequence.cursor);
	sequence_stop(&run->sequence);
	worsen_status(run, STATUS_TEMPORARY);
	return false;
}

static void
refuse_receipt(struct run *run, const char *why)
{
	if (run->bad++ < BAD_SHOWN)
		log_error("line %llu: not a receipt: %s: the cursor stops at %lld", (unsigned long long)run->lines.number, why,
		          (long long)run->sequence.cursor);
	sequence_stop(&run->sequence);
	worsen_status(run, STATUS_FAILED);
}

/* The position of a receipt in its listing. False if it has none, or if it cannot be read. */
static bool
read_position(struct run *run, const struct receipt *receipt, struct list_position *position)
{
	const char *why;

	if (receipt->list.len == 0) {
		if (!run->unlisted_said)
			log_warning("line %llu: the receipt of %.*s has no \"list\" (keys picked by hand have none): "
			            "such receipts do not move the cursor",
			            (unsigned long long)run->lines.number, SLICE_ARGS(receipt->source));
		run->unlisted_said = true;
		return false;
	}
	if (!list_position_parse(&run->records, receipt->list, position, &why)) {
		refuse_receipt(run, why);
		return false;
	}
	if (position->upto > run->latest) {
		refuse_receipt(run, "list.upto: more than a year in the future");
		return false;
	}
	return true;
}

static void
take_position(struct run *run, const struct receipt *receipt, const struct list_position *position)
{
	const struct sequence before = run->sequence;
	unsigned long long line = run->lines.number;
	long long at = before.cursor, seq = position->seq;

	switch (sequence_take(&run->sequence, position)) {
	case SEQUENCE_MOVED:
	case SEQUENCE_REPEAT:
	case SEQUENCE_STOPPED:
		return;
	case SEQUENCE_GAP:
		if (before.begun)
			log_warning("line %llu: %.*s is number %lld of its listing, the one before was %lld: receipts are missing, "
			            "the cursor stops at %lld",
			            line, SLICE_ARGS(receipt->source), seq, (long long)before.seq, at);
		else
			log_warning("line %llu: %.*s is number %lld of its listing, not the first: the cursor stays at %lld", line,
			            SLICE_ARGS(receipt->source), seq, at);
		break;
	case SEQUENCE_AHEAD:
		log_warning("line %llu: %.*s is from a listing after %lld, but the cursor is at %lld: what lies between may "
		            "not be done, the cursor stays",
		            line, SLICE_ARGS(receipt->source), (long long)position->after, at);
		break;
	case SEQUENCE_BACKWARDS:
		refuse_receipt(run, "list.upto goes back");
		return;
	}
	worsen_status(run, STATUS_TEMPORARY);
}

/* Takes the receipt of an object that is not stored. Returns whether the cursor may pass it. */
static bool
take_failure(struct run *run, const struct receipt *receipt, bool listed)
{
	run->result->failed++;
	if (receipt->fault != FAULT_OBJECT) {
		/* The error that stopped the run is logged once, not for each object that was under way. */
		if (receipt->fault == FAULT_NOBODY || !run->everybody_said)
			log_warning_limited(&run->failures, "%.*s is left for a later run: %.*s: %.*s%s",
			                    SLICE_ARGS(receipt->source), SLICE_ARGS(receipt->stage), SLICE_ARGS(receipt->error),
			                    listed && !run->sequence.stopped ? ": the cursor stops before it" : "");
		run->everybody_said = run->everybody_said || receipt->fault == FAULT_EVERYBODY;
		if (listed)
			sequence_stop(&run->sequence);
		worsen_status(run, receipt->fault == FAULT_NOBODY ? STATUS_TEMPORARY : STATUS_FAILED);
		return false;
	}
	worsen_status(run, STATUS_FAILED);
	log_warning_limited(&run->failures, "%.*s failed for good: %.*s: %.*s", SLICE_ARGS(receipt->source),
	                    SLICE_ARGS(receipt->stage), SLICE_ARGS(receipt->error));
	if (!listed || !has_room(run))
		return false;
	buf_reset(&run->record);
	failed_write(&run->record, receipt->source, receipt->error, receipt->stage, clock_unix());
	change_add(&run->change, receipt->source, slice_of_buf(&run->record));
	return true;
}

static void
take_receipt(struct run *run, struct slice line)
{
	struct receipt receipt;
	struct list_position position;
	const char *why;
	bool listed, passable = true;

	run->result->receipts++;
	if (!receipt_parse(&run->records, line, &receipt, &why)) {
		refuse_receipt(run, why);
		return;
	}
	listed = read_position(run, &receipt, &position);
	if (receipt.failed)
		passable = take_failure(run, &receipt, listed);
	else if (has_room(run))
		change_remove(&run->change, receipt.source);
	if (listed && passable)
		take_position(run, &receipt, &position);
	if (++run->unsaved >= SAVE_EVERY)
		save_if_due(run);
}

static void
take_lines(struct run *run)
{
	struct slice line;

	for (;;) {
		switch (lines_next(&run->lines, &line)) {
		case LINE_WHOLE:
			take_receipt(run, line);
			break;
		case LINE_LONG:
			refuse_receipt(run, "longer than 1 MiB");
			break;
		case LINE_MORE:
			return;
		}
	}
}

static void
take_rest(struct run *run)
{
	struct slice line;

	if (lines_rest(&run->lines, &line) == LINE_MORE)
		return;
	log_error("line %llu has no end: the writer died: the cursor stops at %lld", (unsigned long long)run->lines.number,
	          (long long)run->sequence.cursor);
	sequence_stop(&run->sequence);
	worsen_status(run, STATUS_TEMPORARY);
}

static void
read_all(struct run *run, int fd)
{
	ssize_t n;

	for (;;) {
		take_lines(run);
		if (run->unsaved && io_readable(fd, 0) == 0)
			save_if_due(run);
		/* Something waits to be saved: wait no longer than that for input. */
		if (run->save_failed && io_readable(fd, SAVE_AGAIN_MS) == 0) {
			save_if_due(run);
			continue;
		}
		n = lines_read(&run->lines, fd);
		if (n <= 0)
			break;
	}
	if (n == 0) {
		take_rest(run);
	} else if (errno != EINTR || !signals_stop()) {
		log_error("cannot read the receipts: %s", strerror(errno));
		worsen_status(run, STATUS_FAILED);
	}
}

/* At the end of the input: checks that it was the end of the listing, too. */
static void
check_end(struct run *run)
{
	if (sequence_lost_tail(&run->sequence)) {
		log_warning("receipt %lld is the last one received, but not the last of its listing: the rest is missing, the "
		            "cursor stops at %lld",
		            (long long)run->sequence.seq, (long long)run->sequence.cursor);
		worsen_status(run, STATUS_TEMPORARY);
	} else if (sequence_unmarked(&run->sequence)) {
		log_warning("the listing is from an older s3ls, which does not mark the end: lost receipts at its end would go "
		            "unnoticed");
	}
}

int
receipts_run(struct cursor_store *store, int fd, bool dry_run, struct receipts_result *result, struct err *err)
{
	struct run run = {.store = store, .result = result, .dry_run = dry_run, .change = CHANGE_INIT};
	struct err last = ERR_INIT;

	*result = (struct receipts_result){.status = STATUS_OK};
	if (cursor_store_get(store, &run.stored, err))
		return -1;
	result->from = run.stored;
	run.latest = clock_unix() + YEAR_SECONDS;
	sequence_init(&run.sequence, run.stored);
	lines_init(&run.lines, RECEIPT_MAX);
	read_all(&run, fd);
	check_end(&run);
	if (run.bad > BAD_SHOWN)
		log_error("%lld more lines are not receipts", (long long)(run.bad - BAD_SHOWN));
	if (save_progress(&run, &last)) {
		log_with_fields(LOG_ERROR, ERR_FIELDS(&last), "the cursor is not saved: %s", ERR_TEXT(&last));
		worsen_status(&run, err_status(&last));
	}
	result->to = dry_run ? run.sequence.cursor : run.stored;
	lines_release(&run.lines);
	records_release(&run.records);
	change_release(&run.change);
	buf_release(&run.record);
	return 0;
}

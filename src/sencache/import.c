/*
 * import: reads pairs from standard input, as NDJSON objects with a company, a title and a
 * seniority, and any other members: enriched postings unchanged, plain or in s3cat's frames. They
 * are written by the thousand, while more are read.
 */
#include <errno.h>
#include <unistd.h>

#include "base/log.h"
#include "base/signals.h"
#include "json/json.h"
#include "sencache/commands.h"
#include "streams/lines.h"
#include "streams/records.h"

#define BATCH 5000 /* writes in flight: one batch is answered while the next one is read */

enum { COMPANY, TITLE, SENIORITY, MEMBERS };

static const struct slice names[MEMBERS] = {
	[COMPANY] = {"company", 7},
	[TITLE] = {"title", 5},
	[SENIORITY] = {"seniority", 9},
};

struct pair {
	struct slice texts[2]; /* COMPANY and TITLE */
	int64_t seniority;
};

struct import {
	struct call *call;
	struct lines lines;
	struct records records;
	struct json json;
	struct buf scratch, hash_scratch;
	struct buf frame; /* the key of the frame that is open; empty outside of one */
	int64_t pairs, bad, queued;
	enum exit_status status;
};

static void
worsen_status(struct import *in, enum exit_status status)
{
	in->status = (int)status_worse((enum exit_status)in->status, (enum exit_status)status);
}

static void
refuse_line(struct import *in, const char *why)
{
	log_error("line %llu: %s", (unsigned long long)in->lines.number, why);
	in->bad++;
	worsen_status(in, STATUS_FAILED);
}

/* Reads a pair from a line; -1 with err says why it is not one. */
static int
parse_pair(struct import *in, struct slice line, struct pair *pair, struct err *err)
{
	int values[MEMBERS];
	const char *why;

	if (!json_parse(&in->json, line, &why))
		return err_set(err, ERR_FAILED, "not JSON: %s", why);
	if (!json_is_object(&in->json))
		return err_set(err, ERR_FAILED, "not an object");
	json_members(&in->json, names, MEMBERS, values);
	for (int i = 0; i < MEMBERS; i++)
		if (values[i] < 0)
			return err_set(err, ERR_FAILED, "%s: missing", names[i].ptr);
	/* decoded text is never longer than its source, so the first slice survives the second one */
	buf_reset(&in->scratch);
	buf_reserve(&in->scratch, line.len);
	for (int i = COMPANY; i <= TITLE; i++) {
		if (!json_is_string(&in->json, values[i]))
			return err_set(err, ERR_FAILED, "%s: not a string", names[i].ptr);
		if (!json_string(&in->json, values[i], &in->scratch, &pair->texts[i], &why))
			return err_set(err, ERR_FAILED, "%s: %s", names[i].ptr, why);
	}
	if (pair->texts[TITLE].len == 0)
		return err_set(err, ERR_FAILED, "title: empty");
	if (!json_int(&in->json, values[SENIORITY], &pair->seniority) || pair->seniority < 1 || pair->seniority > 7)
		return err_set(err, ERR_FAILED, "seniority: not a number from 1 to 7");
	return 0;
}

/* Of s3cat's records, only this matters: whether the object is complete. */
static void
take_control(struct import *in, struct slice line)
{
	struct control control;
	const char *why;

	if (!control_parse(&in->records, line, &control, &why)) {
		refuse_line(in, why);
		return;
	}
	if (control.kind == CONTROL_BEGIN)
		buf_append_slice(&in->frame, control.key);
	if (control.kind == CONTROL_END || control.kind == CONTROL_ERROR)
		buf_reset(&in->frame);
	if (control.kind == CONTROL_ERROR) {
		log_error("%.*s: %.*s", SLICE_ARGS(control.key), SLICE_ARGS(control.reason));
		worsen_status(in, control.fault == FAULT_NOBODY ? STATUS_TEMPORARY : STATUS_FAILED);
	}
}

static int
write_pair(struct import *in, const struct pair *pair, struct err *err)
{
	struct cache *cache = in->call->cache;
	struct pair_hash hash = pair_hash(pair->texts[COMPANY], pair->texts[TITLE], &in->hash_scratch);

	in->pairs++;
	if (in->call->options->dry_run)
		return 0;
	if (cache_tell(cache, hash, (int)pair->seniority, err) < 0)
		return -1;
	if (++in->queued < BATCH)
		return 0;
	in->queued = 0;
	return call_settle_writes(in->call, BATCH, err);
}

static int
take_line(struct import *in, struct slice line, enum line what, struct err *err)
{
	struct pair pair = {0};
	struct err why = ERR_INIT;

	if (what == LINE_LONG)
		refuse_line(in, "longer than max_line");
	else if (line_is_control(line))
		take_control(in, line);
	else if (line_is_blank(line))
		return 0;
	else if (parse_pair(in, line, &pair, &why) < 0)
		refuse_line(in, ERR_TEXT(&why));
	else
		return write_pair(in, &pair, err);
	return 0;
}

/*
 * The rest without '\n' may be the last line that a person typed; a control record without it was
 * cut off.
 */
static int
take_rest(struct import *in, struct err *err)
{
	struct slice line;
	enum line what = lines_rest(&in->lines, &line);

	if (what == LINE_WHOLE && line_is_control(line))
		refuse_line(in, "cut off: the program that wrote it died");
	else if (what != LINE_MORE && take_line(in, line, what, err) < 0)
		return -1;
	if (in->frame.len) {
		log_error("the input ended inside %.*s", SLICE_ARGS(slice_of_buf(&in->frame)));
		worsen_status(in, STATUS_FAILED);
	}
	return 0;
}

static int
read_all(struct import *in, struct err *err)
{
	struct slice line;
	enum line what;
	ssize_t n;

	while (!signals_stop() && (n = lines_read(&in->lines, STDIN_FILENO)) != 0) {
		if (n < 0 && errno == EINTR)
			break;
		if (n < 0)
			return err_set_errno(err, ERR_FAILED, "cannot read standard input");
		while ((what = lines_next(&in->lines, &line)) != LINE_MORE)
			if (take_line(in, line, what, err) < 0)
				return -1;
	}
	if (!signals_stop() && take_rest(in, err) < 0)
		return -1;
	return in->call->options->dry_run ? 0 : call_settle_writes(in->call, 0, err);
}

enum exit_status
run_import(void *context)
{
	struct call *call = context;
	struct import in = {.call = call};
	struct err err = ERR_INIT;

	if (call->options->legacy)
		return run_legacy(call);
	if (call->options->split)
		return cli_usage_error(call->cli, "--split needs import --legacy");
	lines_init(&in.lines, (size_t)settings_int(call->cli->settings, "max_line"));
	if (read_all(&in, &err) < 0) {
		/* what was written stays: the same input may simply be imported again */
		err_prefix(&err, "stopped at line %llu; some lines before it may not be written",
		           (unsigned long long)in.lines.number);
		worsen_status(&in, cli_error(&err));
	}
	report_int(&call->report, "lines", (int64_t)in.lines.number);
	report_int(&call->report, "pairs", in.pairs);
	if (!call->options->dry_run)
		report_int(&call->report, "new", cache_added(call->cache));
	report_int(&call->report, "bad", in.bad);
	lines_release(&in.lines);
	records_release(&in.records);
	json_release(&in.json);
	buf_release(&in.scratch);
	buf_release(&in.hash_scratch);
	buf_release(&in.frame);
	return in.status;
}

/*
 * The way of one source from its frame into the store:
 *
 *	open ──── end ─────────► rejects, if there are any; else object
 *	rejects ─ stored ──────► object
 *	object ── stored ──────► alone, if those of an earlier run were replaced, too; else done
 *	alone ─── stored ──────► done
 *
 *	open ──── failure ─────► given up ─── end ───► failed
 *	rejects, object, alone ─── failure ──────────► failed
 */
#include "s3put/upload.h"

#include <inttypes.h>

#include "base/log.h"
#include "base/signals.h"
#include "base/states.h"
#include "s3put/previous_rejects.h"

#define TO(state) STATE(UPLOAD_##state)

/* A state that cannot follow on the one it is in is a bug. */
static void
move_upload(struct upload *upload, enum upload_state to)
{
	static const unsigned followers[UPLOAD_STATES] = {
		[UPLOAD_OPEN] = TO(GIVEN_UP) | TO(REJECTS) | TO(OBJECT) | TO(FAILED),
		[UPLOAD_GIVEN_UP] = TO(FAILED),
		[UPLOAD_REJECTS] = TO(OBJECT) | TO(FAILED),
		[UPLOAD_OBJECT] = TO(ALONE) | TO(DONE) | TO(FAILED),
		[UPLOAD_ALONE] = TO(DONE) | TO(FAILED),
	};

	state_check(followers, upload->state, to, buf_cstr(&upload->source));
	upload->state = to;
}

static void
set_text(struct buf *buf, struct slice s)
{
	buf_reset(buf);
	buf_append_slice(buf, s);
}

static void
fail_upload(struct upload *upload, struct slice stage, struct slice reason, enum fault fault, enum exit_status status)
{
	upload_abort(upload);
	move_upload(upload, upload->state == UPLOAD_OPEN ? UPLOAD_GIVEN_UP : UPLOAD_FAILED);
	upload->fault = fault;
	upload->status = status;
	set_text(&upload->stage, stage);
	set_text(&upload->reason, reason);
}

/* Fails an upload because of its frame. */
static void
fail_frame(struct upload *upload, const char *reason, enum fault fault)
{
	const struct log_fields fields = {.fault = fault_name(fault), .object = buf_cstr(&upload->source)};

	log_with_fields(LOG_ERROR, &fields, "%s: %s", buf_cstr(&upload->source), reason);
	fail_upload(upload, SLICE("s3put"), slice_of_str(reason), fault, STATUS_FAILED);
}

static void
fail_store(struct upload *upload, const struct err *err)
{
	struct target *target = upload->target;

	if (signals_stop())
		return;
	if (err_fault(err) != FAULT_EVERYBODY) {
		err_log(err);
	} else if (!target->stopped) {
		/* Logged once: the uploads beside this one will meet the same. */
		target->stopped = true;
		err_log_stop(err, buf_cstr(&upload->source));
	}
	fail_upload(upload, SLICE("s3put"), slice_of_str(ERR_RECORD_TEXT(err)), err_fault(err), err_status(err));
}

static void
reset_upload(struct upload *upload, struct target *target, const struct control *control)
{
	upload->target = target;
	upload->state = UPLOAD_OPEN; /* of the next source */
	set_text(&upload->source, control->key);
	set_text(&upload->source_etag, control->etag);
	set_text(&upload->list, control->list);
	upload->replace_rejects = target->replace_rejects || control->rewritten;
	upload->lines = upload->rejected = 0;
	upload->status = STATUS_OK;
	upload->info = (struct store_info){.size = 0};
}

static void
open_sink(struct upload *upload, struct sink *sink, struct buf *key)
{
	struct target *target = upload->target;
	struct store_put_options options = {
		.provenance = {.source = buf_cstr(&upload->source),
	                   .source_etag = buf_cstr(&upload->source_etag),
	                   .cache_version = target->cache_version},
		.no_clobber = target->no_clobber,
		.dry_run = target->dry_run,
	};

	sink_open(sink, target->store, target->layout.output_bucket, buf_cstr(key), upload->compress, options);
}

/* Derives the keys from the source's. False if the source is not one of ours. */
static bool
make_keys(struct upload *upload, struct slice source)
{
	const struct target *target = upload->target;

	buf_reset(&upload->key);
	buf_reset(&upload->reject_key);
	if (!layout_output_key(&target->layout, source, &upload->key) ||
	    !layout_reject_key(&target->layout, source, &upload->reject_key))
		return false;
	upload->compress = compression_of_name(source);
	if (upload->compress == COMPRESSION_NONE) {
		upload->compress = target->compress;
		buf_append_str(&upload->key, compression_suffix(target->compress));
		buf_append_str(&upload->reject_key, compression_suffix(target->compress));
	}
	return true;
}

/* Before the first reject. */
static int
open_rejects(struct upload *upload, struct err *err)
{
	const struct target *target = upload->target;
	const char *bucket = target->layout.output_bucket, *key = buf_cstr(&upload->reject_key);
	int result = 0;

	open_sink(upload, &upload->rejects, &upload->reject_key);
	if (upload->replace_rejects && !target->dry_run)
		result = previous_rejects_exists(target->store, bucket, key, err);
	if (result <= 0)
		return result;
	open_sink(upload, &upload->both, &upload->reject_key);
	return previous_rejects_copy(target->store, bucket, key, upload->compress != COMPRESSION_NONE, upload->both.put,
	                             err);
}

/* Some stage has lost or added lines. The object is left for a run in which that is fixed. */
static void
fail_count(struct upload *upload, int64_t lines)
{
	struct buf reason = BUF_INIT;

	buf_printf(&reason, "the source has %" PRId64 " lines, but %" PRId64 " postings and %" PRId64 " rejects came",
	           lines, upload->lines, upload->rejected);
	fail_frame(upload, buf_cstr(&reason), FAULT_NOBODY);
	buf_release(&reason);
}

/* Hands the last bytes to the store. */
static void
finish_sinks(struct upload *upload)
{
	struct err err = ERR_INIT;

	if (sink_finish(&upload->object, &err) < 0)
		fail_store(upload, &err);
	else if ((upload->rejected > 0 && sink_finish(&upload->rejects, &err) < 0) ||
	         (upload->both.put != NULL && sink_finish(&upload->both, &err) < 0))
		fail_store(upload, &err);
}

/* The rejects that must be stored before the object. */
static struct sink *
first_rejects(struct upload *upload)
{
	return upload->both.put != NULL ? &upload->both : &upload->rejects;
}

/* Whether this put is done. Also false if it failed. */
static bool
is_stored(struct upload *upload, struct sink *sink, struct store_info *info)
{
	struct err err = ERR_INIT;
	int result = store_put_wait(sink->put, false, info, &err);

	if (result == 1) {
		sink_close(sink);
		return true;
	}
	if (result == -1)
		fail_store(upload, &err);
	return false;
}

/* Postings that an earlier run rejected are enriched now: its reject object goes. */
static void
remove_rejects(struct upload *upload)
{
	const struct target *target = upload->target;
	struct err err = ERR_INIT;

	if (!target->dry_run &&
	    store_remove(target->store, target->layout.output_bucket, buf_cstr(&upload->reject_key), &err) < 0)
		fail_store(upload, &err);
}

/*
 * Once the object is stored, and not before: if we are killed at any moment, each posting is in one
 * of the two objects.
 */
static void
settle_rejects(struct upload *upload)
{
	if (upload->rejects.put != NULL) {
		sink_commit(&upload->rejects);
		move_upload(upload, UPLOAD_ALONE);
	} else {
		if (upload->replace_rejects && upload->rejected == 0)
			remove_rejects(upload);
		if (!upload_is_over(upload))
			move_upload(upload, UPLOAD_DONE);
	}
}

void
upload_start(struct upload *upload, struct target *target, const struct control *begin)
{
	reset_upload(upload, target, begin);
	if (!make_keys(upload, begin->key)) {
		fail_frame(upload, "the source is outside raw_prefix", FAULT_OBJECT);
	} else if (!names_add(&target->names, slice_of_buf(&upload->key))) {
		/* The first one stands. That it is stored shows in its own receipt. */
		fail_frame(upload, "another source in this run has the same output name", FAULT_OBJECT);
	} else {
		open_sink(upload, &upload->object, &upload->key);
	}
}

void
upload_postings(struct upload *upload, struct slice lines, int64_t count)
{
	struct err err = ERR_INIT;

	if (upload->state == UPLOAD_GIVEN_UP)
		return;
	upload->lines += count;
	if (sink_write(&upload->object, lines, &err) < 0)
		fail_store(upload, &err);
}

void
upload_reject(struct upload *upload, struct slice record)
{
	struct err err = ERR_INIT;
	int result = 0;

	if (upload->state == UPLOAD_GIVEN_UP)
		return;
	if (upload->rejects.put == NULL)
		result = open_rejects(upload, &err);
	upload->rejected++;
	if (result == 0)
		result = sink_write(&upload->rejects, record, &err);
	if (result == 0 && upload->both.put != NULL)
		result = sink_write(&upload->both, record, &err);
	if (result < 0)
		fail_store(upload, &err);
}

void
upload_end(struct upload *upload, int64_t lines)
{
	if (upload->state == UPLOAD_OPEN && upload->lines + upload->rejected != lines)
		fail_count(upload, lines);
	if (upload->state == UPLOAD_OPEN)
		finish_sinks(upload);
	if (upload->state == UPLOAD_GIVEN_UP) {
		move_upload(upload, UPLOAD_FAILED);
	} else if (upload->rejected > 0) {
		sink_commit(first_rejects(upload));
		move_upload(upload, UPLOAD_REJECTS);
	} else {
		sink_commit(&upload->object);
		move_upload(upload, UPLOAD_OBJECT);
	}
}

void
upload_error(struct upload *upload, const struct control *error)
{
	if (error->list.len > 0)
		set_text(&upload->list, error->list);
	/* If it failed here before, that stands. */
	if (upload->state == UPLOAD_OPEN)
		fail_upload(upload, error->stage, error->reason, error->fault,
		            error->fault == FAULT_NOBODY ? STATUS_TEMPORARY : STATUS_FAILED);
	move_upload(upload, UPLOAD_FAILED);
}

void
upload_lost(struct upload *upload, struct target *target, const struct control *error)
{
	reset_upload(upload, target, error);
	upload_error(upload, error);
}

void
upload_step(struct upload *upload)
{
	struct store_info ignored;

	if (upload->state == UPLOAD_REJECTS && is_stored(upload, first_rejects(upload), &ignored)) {
		sink_commit(&upload->object);
		move_upload(upload, UPLOAD_OBJECT);
	}
	if (upload->state == UPLOAD_OBJECT && is_stored(upload, &upload->object, &upload->info))
		settle_rejects(upload);
	if (upload->state == UPLOAD_ALONE && is_stored(upload, &upload->rejects, &ignored))
		move_upload(upload, UPLOAD_DONE);
}

void
upload_receipt(struct upload *upload, struct buf *to)
{
	struct receipt receipt = {
		.source = slice_of_buf(&upload->source),
		.failed = upload->state == UPLOAD_FAILED,
		.list = slice_of_buf(&upload->list),
		.key = slice_of_buf(&upload->key),
		.etag = slice_of_str(upload->info.etag),
		.bytes = upload->info.size,
		.lines = upload->lines,
		.rejected = upload->rejected,
		.reject_key = upload->rejected > 0 ? slice_of_buf(&upload->reject_key) : slice_of(NULL, 0),
		.error = slice_of_buf(&upload->reason),
		.stage = slice_of_buf(&upload->stage),
		.fault = upload->fault,
	};

	if (!upload->target->dry_run) {
		receipt_write(to, &receipt);
	} else if (upload->state == UPLOAD_DONE) {
		/*
		 * Without its position, and only for objects that would succeed: so it moves no cursor and
		 * records no failure.
		 */
		receipt.list = slice_of(NULL, 0);
		receipt_write(to, &receipt);
		to->len -= 2;
		buf_append_str(to, ",\"dry_run\":true}\n");
	}
}

void
upload_abort(struct upload *upload)
{
	sink_close(&upload->object);
	sink_close(&upload->rejects);
	sink_close(&upload->both);
}

void
upload_release(struct upload *upload)
{
	sink_release(&upload->object);
	sink_release(&upload->rejects);
	sink_release(&upload->both);
	buf_release(&upload->source);
	buf_release(&upload->source_etag);
	buf_release(&upload->list);
	buf_release(&upload->key);
	buf_release(&upload->reject_key);
	buf_release(&upload->stage);
	buf_release(&upload->reason);
}

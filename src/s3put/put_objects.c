/* The run of s3put: frames, one object, or one to delete. */
#include "s3put/put_objects.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/signals.h"
#include "cli/progress.h"
#include "s3put/frames.h"
#include "s3put/single.h"

struct run {
	const struct cli *cli;
	const struct options *options;
	struct target target;
	struct upload_queue queue;
	struct out *out;
	enum exit_status status;
};

static void
note_error(struct run *run, const struct err *err)
{
	/* A signal needs no message, and out_close() reports a failure of stdout. */
	if (err->kind == ERR_NONE || signals_stop())
		return;
	err_log(err);
	run->status = status_worse(run->status, err_status(err));
}

/* The one object of this run has failed. */
static void
note_failed_object(struct run *run, const struct err *err)
{
	run->queue.failed++;
	run->queue.failed_by[err_fault(err)]++;
	note_error(run, err);
}

static void
put_frames(struct run *run)
{
	size_t max_line = (size_t)settings_int(run->cli->settings, "max_line");
	struct err err = ERR_INIT;

	if (frames_run(&run->queue, max_line, &err) < 0)
		note_error(run, &err);
	run->status = status_worse(run->status, run->queue.status);
}

static void
put_single(struct run *run, struct slice bucket, struct slice key)
{
	struct store_put_options options = {
		.content_type = "application/octet-stream",
		.no_clobber = run->options->no_clobber,
		.dry_run = run->options->dry_run,
	};
	enum compression compress = run->target.compress;
	const char *suffix = compression_of_name(key) == compress ? "" : compression_suffix(compress);
	char *bucket_text = slice_dup(bucket), *key_text = mem_printf("%.*s%s", SLICE_ARGS(key), suffix);
	struct err err = ERR_INIT;

	if (single_run(run->target.store, bucket_text, key_text, compress, &options, run->out, &run->queue.bytes, &err) ==
	    0)
		run->queue.objects++;
	else
		note_failed_object(run, &err);
	free(bucket_text);
	free(key_text);
}

static void
remove_single(struct run *run, struct slice bucket, struct slice key)
{
	char *bucket_text = slice_dup(bucket), *key_text = slice_dup(key);
	struct err err = ERR_INIT;

	if (!run->options->dry_run && store_remove(run->target.store, bucket_text, key_text, &err) < 0) {
		note_failed_object(run, &err);
	}
	free(bucket_text);
	free(key_text);
}

static void
note_stats(const struct run *run, struct stats *stats)
{
	stats_int(stats, "objects", run->queue.objects);
	stats_int(stats, "failed", run->queue.failed);
	stats_faults(stats, run->queue.failed_by);
	stats_int(stats, "lines", run->queue.lines);
	stats_int(stats, "rejected", run->queue.rejected);
	stats_int(stats, "bytes", run->queue.bytes);
	stats_int(stats, "retries", store_retries(run->target.store));
	stats_latency(stats, "request", store_latency(run->target.store));
}

/* With all that it needs open: bucket and key are those of one object, or the key is empty. */
static void
put_all(struct run *run, struct slice bucket, struct slice key)
{
	upload_queue_init(&run->queue, &run->target, run->out, (size_t)run->options->parallel);
	progress_count("objects", &run->queue.objects);
	progress_count("failed", &run->queue.failed);
	if (run->options->remove)
		remove_single(run, bucket, key);
	else if (key.len > 0)
		put_single(run, bucket, key);
	else
		put_frames(run);
	progress_end();
	upload_queue_release(&run->queue);
	out_flush(run->out); /* the store may have much to free: nobody should wait for it */
}

/* Finds out all that must be known before stdin is read. */
static int
prepare_run(struct run *run, struct slice *bucket, struct slice *key, struct err *err)
{
	const struct cli *cli = run->cli;
	const char *output;

	if (cli->operand_count > 0 && !s3_uri_parse(slice_of_str(cli->operands[0]), bucket, key))
		return err_set(err, ERR_USAGE, "'%s' names no object", cli->operands[0]);
	if (!slice_is_utf8(*key))
		return err_set(err, ERR_USAGE, "the key '%s' is not valid UTF-8", cli->operands[0]);
	if (bucket->len == 0) {
		output = settings_require(cli->settings, "output_bucket", err);
		if (output == NULL)
			return -1;
		*bucket = slice_of_str(output);
	}
	run->target.cache_version = settings_text(cli->settings, "cache_version");
	if (key->len == 0 && layout_load(&run->target.layout, cli->settings, err) < 0)
		return -1;
	run->target.store = store_open(cli->settings, err);
	return run->target.store == NULL ? -1 : 0;
}

static enum exit_status
check_options(const struct cli *cli, const struct options *options, enum compression *compress)
{
	if (cli->operand_count > 1)
		return cli_usage_error(cli, "more than one KEY: '%s'", cli->operands[1]);
	if (options->remove && cli->operand_count == 0)
		return cli_usage_error(cli, "--delete needs a KEY");
	if (options->compress != NULL && !compression_parse(options->compress, compress))
		return cli_usage_error(cli, "--compress: '%s' is neither gzip nor zstd", options->compress);
	return STATUS_OK;
}

enum exit_status
put_objects(struct cli *cli, const struct options *options)
{
	struct run run = {
		.cli = cli,
		.options = options,
		.target = {.no_clobber = options->no_clobber,
	               .dry_run = options->dry_run,
	               .replace_rejects = options->replace_rejects},
		.out = &cli->out,
	};
	struct slice bucket = {NULL, 0}, key = {NULL, 0};
	struct err err = ERR_INIT;

	run.status = check_options(cli, options, &run.target.compress);
	if (run.status != STATUS_OK)
		return run.status;
	if (prepare_run(&run, &bucket, &key, &err) < 0)
		return cli_error(&err);
	put_all(&run, bucket, key);
	note_stats(&run, &cli->stats);
	store_free(run.target.store);
	names_release(&run.target.names);
	return run.status;
}

/*
 * s3put: store what is complete in the bucket, and nothing else.
 *
 * stdin   framed postings; with a KEY, any bytes
 * stdout  a receipt for each object, in the order of the frames
 * status  0, 1 (an object was not stored, or the stream broke), 2, 75
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/signals.h"
#include "cli/cli.h"
#include "cli/option_rows.h"
#include "cli/progress.h"
#include "cli/stats.h"
#include "s3put/frames.h"
#include "s3put/single.h"

enum {
	PARALLEL_DEFAULT = 8,
	PARALLEL_MAX = 1000,
};

struct options {
	bool no_clobber, dry_run, replace_rejects, remove;
	const char *compress;
	int64_t parallel;
};

struct run {
	const struct cli *cli;
	const struct options *options;
	struct target target;
	struct upload_queue queue;
	struct out out;
	struct stats stats;
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

	if (single_run(run->target.store, bucket_text, key_text, compress, &options, &run->out, &run->queue.bytes, &err) ==
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
save_stats(struct run *run)
{
	struct stats *stats = &run->stats;
	struct err err = ERR_INIT;

	stats_int(stats, "objects", run->queue.objects);
	stats_int(stats, "failed", run->queue.failed);
	stats_faults(stats, run->queue.failed_by);
	stats_int(stats, "lines", run->queue.lines);
	stats_int(stats, "rejected", run->queue.rejected);
	stats_int(stats, "bytes", run->queue.bytes);
	stats_int(stats, "retries", store_retries(run->target.store));
	stats_latency(stats, "request", store_latency(run->target.store));
	if (stats_save(stats, run->cli->stats_path, &err) < 0)
		log_warning("%s", err.text);
}

static int
run_put(struct run *run, struct slice bucket, struct slice key)
{
	struct err err = ERR_INIT;

	out_init(&run->out, STDOUT_FILENO);
	upload_queue_init(&run->queue, &run->target, &run->out, (size_t)run->options->parallel);
	progress_count("objects", &run->queue.objects);
	progress_count("failed", &run->queue.failed);
	if (run->options->remove)
		remove_single(run, bucket, key);
	else if (key.len > 0)
		put_single(run, bucket, key);
	else
		put_frames(run);
	/* What is unfinished is aborted first: out_close() may end the program. */
	upload_queue_release(&run->queue);
	out_flush(&run->out);
	save_stats(run);
	store_free(run->target.store);
	names_release(&run->target.names);
	if (out_close(&run->out, &err) < 0)
		note_error(run, &err);
	if (signals_stop())
		signals_die(signals_stop());
	return (int)run->status;
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

static int
check_and_run(const struct cli *cli, const struct options *options)
{
	struct run run = {
		.cli = cli,
		.options = options,
		.target = {.no_clobber = options->no_clobber,
	               .dry_run = options->dry_run,
	               .replace_rejects = options->replace_rejects},
	};
	struct slice bucket = {NULL, 0}, key = {NULL, 0};
	struct err err = ERR_INIT;
	int status;

	if (cli->operand_count > 1)
		return cli_usage_error(cli, "one KEY at most, not '%s' too", cli->operands[1]);
	if (options->remove && cli->operand_count == 0)
		return cli_usage_error(cli, "--delete needs a KEY");
	if (options->compress != NULL && !compression_parse(options->compress, &run.target.compress))
		return cli_usage_error(cli, "--compress: '%s' is neither gzip nor zstd", options->compress);
	stats_init(&run.stats, "s3put");
	if (prepare_run(&run, &bucket, &key, &err) == 0) {
		status = run_put(&run, bucket, key);
	} else {
		err_log(&err);
		status = (int)err_status(&err);
	}
	stats_release(&run.stats);
	return status;
}

int
main(int argc, char **argv)
{
	static const char *const usage[] = {"[OPTION]... < FRAMES", "[OPTION]... KEY < FILE", "--delete [OPTION]... KEY",
	                                    NULL};
	static const char *const examples[] = {
		"s3ls | s3cat | senenrich | s3put | cursor set",
		"s3put --no-clobber s3://rl-data/notes.txt < notes.txt",
		NULL,
	};
	static struct options options = {.parallel = PARALLEL_DEFAULT};
	/* clang-format off */
	const struct cli_option table[] = {
		{CLI_INT, 'P', "parallel", "N", "put N objects at once (8)", &options.parallel, 1, PARALLEL_MAX},
		{CLI_FLAG, 0, "no-clobber", NULL, "fail where the key is there already", &options.no_clobber, 0, 0},
		{CLI_FLAG, 0, "replace-rejects", NULL, "these rejects, or none, replace an earlier run's", &options.replace_rejects, 0, 0},
		{CLI_FLAG, 0, "delete", NULL, "take the object KEY away instead", &options.remove, 0, 0},
		{CLI_FLAG, 'n', "dry-run", NULL, "read and check everything, store nothing", &options.dry_run, 0, 0},
		{CLI_TEXT, 0, "compress", "gzip|zstd", "compress; the names get the suffix .gz or .zst", &options.compress, 0, 0},
		{CLI_SETTING, 0, "output-bucket", "BUCKET", "where the objects go to", NULL, 0, 0},
		{CLI_SETTING, 0, "raw-prefix", "PREFIX", "prefix of the sources", NULL, 0, 0},
		{CLI_SETTING, 0, "mod-prefix", "PREFIX", "prefix of what becomes of them", NULL, 0, 0},
		{CLI_SETTING, 0, "reject-prefix", "PREFIX", "prefix of the rejects", NULL, 0, 0},
		CLI_STORE_ROWS,
		{CLI_SETTING, 0, "stall-timeout", "TIME", "take a transfer without a byte for broken (30s)", NULL, 0, 0},
		{CLI_SETTING, 0, "max-line", "SIZE", "longest line of a source (16M)", NULL, 0, 0},
		{0},
	};
	/* clang-format on */
	struct cli cli = {
		.program = "s3put",
		.purpose = "Store framed postings, each source as one whole object; or stdin under KEY.",
		.usage = usage,
		.options = table,
		.examples = examples,
	};
	int status;

	status = cli_start(&cli, argc, argv) ? check_and_run(&cli, &options) : cli.status;
	cli_release(&cli);
	return status;
}

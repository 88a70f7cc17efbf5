/*
 * s3cat: objects to stdout, many at once, in the order in which they were asked for.
 *
 * stdin   object records or bare keys, a line each; not read where keys are given as arguments
 * stdout  the objects' lines; framed by control records for what was asked for on stdin
 * status  0, 1 (an object or a line could not be given), 2, 75
 */
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/signals.h"
#include "cli/cli.h"
#include "cli/option_rows.h"
#include "cli/stats.h"
#include "s3cat/cat.h"

enum {
	PARALLEL_DEFAULT = 16,
	PARALLEL_MAX = 1000,
	LINE_MIN = 16, /* less than a byte-order mark makes no sense */
};

struct options {
	bool frames, plain, rejects, unordered, count;
	int64_t parallel;
};

static void
save_stats(struct stats *stats, const struct cat *cat, const char *path)
{
	struct err err = ERR_INIT;

	stats_int(stats, "objects", cat->objects);
	stats_int(stats, "failed", cat->failed);
	stats_faults(stats, cat->failed_by);
	stats_int(stats, "lines", cat->lines);
	stats_int(stats, "bytes", cat->bytes);
	stats_int(stats, "forged", cat->forged);
	stats_int(stats, "retries", store_retries(cat->store));
	stats_latency(stats, "request", store_latency(cat->store));
	if (stats_save(stats, path, &err) < 0)
		log_warning("%s", err.text);
	stats_release(stats);
}

static int
cat_objects(const struct cli *cli, const struct options *options)
{
	size_t max_line = (size_t)settings_int(cli->settings, "max_line");
	bool framed =
		options->frames || options->count || (cli->operand_count == 0 && !options->plain && !options->rejects);
	/*
	 * Whoever names keys himself, perhaps of several buckets, wants those that can be had, as of
	 * cat.
	 */
	struct cat cat = {.settings = cli->settings,
	                  .framed = framed,
	                  .count = options->count,
	                  .unordered = options->unordered,
	                  .stoppable = cli->operand_count == 0};
	struct err err = ERR_INIT;
	struct stats stats;
	struct out out;

	if (max_line < LINE_MIN)
		return cli_usage_error(cli, "max_line (%s): less than %d bytes", settings_origin(cli->settings, "max_line"),
		                       LINE_MIN);
	stats_init(&stats, "s3cat");
	cat.store = store_open(cli->settings, &err);
	if (cat.store == NULL) {
		stats_release(&stats);
		err_log(&err);
		return (int)err_status(&err);
	}
	out_init(&out, STDOUT_FILENO);
	cat.out = &out;
	wanted_init(&cat.wanted, cli->operands, cli->operand_count);
	queue_init(&cat.queue, (size_t)options->parallel);
	cat.decompress = decompress_new();
	body_init(&cat.body, &out, max_line, framed);
	cat.body.records = options->rejects;
	cat.body.silent = options->count;

	cat_run(&cat);

	out_flush(&out);
	queue_release(&cat.queue);
	save_stats(&stats, &cat, cli->stats_path);
	store_free(cat.store);
	wanted_release(&cat.wanted);
	decompress_free(cat.decompress);
	body_release(&cat.body);
	buf_release(&cat.record);
	if (out_close(&out, &err) < 0) {
		log_error("%s", err.text);
		cat.status = status_worse(cat.status, STATUS_FAILED);
	}
	if (signals_stop())
		signals_die(signals_stop());
	return (int)cat.status;
}

int
main(int argc, char **argv)
{
	static const char *const usage[] = {"[OPTION]... [KEY]...", NULL};
	static const char *const examples[] = {
		"s3cat job-postings-raw/1721183934.jsonl | head",
		"s3ls | s3cat --count | jq -s 'map(.lines) | add'",
		NULL,
	};
	static struct options options = {.parallel = PARALLEL_DEFAULT};
	/* clang-format off */
	const struct cli_option table[] = {
		{CLI_INT, 'P', "parallel", "N", "get N objects at once (16)", &options.parallel, 1, PARALLEL_MAX},
		{CLI_FLAG, 0, "frames", NULL, "frame the objects (as for keys on stdin)", &options.frames, 0, 0},
		{CLI_FLAG, 0, "plain", NULL, "print their lines alone (as for keys as arguments)", &options.plain, 0, 0},
		{CLI_FLAG, 0, "rejects", NULL, "print the records of reject objects too", &options.rejects, 0, 0},
		{CLI_FLAG, 0, "count", NULL, "print how many lines each object has, not the lines", &options.count, 0, 0},
		{CLI_FLAG, 0, "unordered", NULL, "give the objects as they come, each whole", &options.unordered, 0, 0},
		{CLI_SETTING, 0, "input-bucket", "BUCKET", "where keys without a bucket are", NULL, 0, 0},
		CLI_STORE_ROWS,
		{CLI_SETTING, 0, "stall-timeout", "TIME", "take a transfer without a byte for broken (30s)", NULL, 0, 0},
		{CLI_SETTING, 0, "max-line", "SIZE", "longest line of an object (16M)", NULL, 0, 0},
		{0},
	};
	/* clang-format on */
	struct cli cli = {
		.program = "s3cat",
		.purpose = "Print objects of a bucket: many are got at once, they come out in order.",
		.usage = usage,
		.options = table,
		.examples = examples,
	};
	int status;

	if (!cli_start(&cli, argc, argv)) {
		status = cli.status;
	} else if ((options.frames || options.count) && (options.plain || options.rejects)) {
		status = cli_usage_error(&cli, "--%s and --%s exclude each other", options.frames ? "frames" : "count",
		                         options.plain ? "plain" : "rejects");
	} else if (options.frames && options.count) {
		status = cli_usage_error(&cli, "--frames and --count exclude each other");
	} else {
		status = cat_objects(&cli, &options);
	}
	cli_release(&cli);
	return status;
}

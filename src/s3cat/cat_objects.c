/* The run of s3cat. */
#include "s3cat/cat_objects.h"

#include "s3cat/cat.h"

enum { LINE_MIN = 16 }; /* less than a byte-order mark makes no sense */

static enum exit_status
check_options(const struct cli *cli, const struct options *options)
{
	if ((options->frames || options->count) && (options->plain || options->rejects))
		return cli_usage_error(cli, "--%s and --%s cannot be combined", options->frames ? "frames" : "count",
		                       options->plain ? "plain" : "rejects");
	if (options->frames && options->count)
		return cli_usage_error(cli, "--frames and --count cannot be combined");
	if (settings_int(cli->settings, "max_line") < LINE_MIN)
		return cli_usage_error(cli, "max_line (%s): less than %d bytes", settings_origin(cli->settings, "max_line"),
		                       LINE_MIN);
	return STATUS_OK;
}

static void
cat_init(struct cat *cat, struct cli *cli, const struct options *options)
{
	bool framed =
		options->frames || options->count || (cli->operand_count == 0 && !options->plain && !options->rejects);

	cat->settings = cli->settings;
	cat->out = &cli->out;
	cat->framed = framed;
	cat->count = options->count;
	cat->unordered = options->unordered;
	/* A user who names keys, perhaps of several buckets, wants those that exist, as with cat. */
	cat->stoppable = cli->operand_count == 0;
	wanted_init(&cat->wanted, cli->operands, cli->operand_count);
	queue_init(&cat->queue, (size_t)options->parallel);
	cat->decompress = decompress_new();
	body_init(&cat->body, cat->out, (size_t)settings_int(cli->settings, "max_line"), framed);
	cat->body.records = options->rejects;
	cat->body.silent = options->count;
}

static void
note_stats(const struct cat *cat, struct stats *stats)
{
	stats_int(stats, "objects", cat->objects);
	stats_int(stats, "failed", cat->failed);
	stats_faults(stats, cat->failed_by);
	stats_int(stats, "lines", cat->lines);
	stats_int(stats, "bytes", cat->bytes);
	stats_int(stats, "forged", cat->forged);
	stats_int(stats, "retries", store_retries(cat->store));
	stats_latency(stats, "request", store_latency(cat->store));
}

static void
cat_release(struct cat *cat)
{
	queue_release(&cat->queue);
	store_free(cat->store);
	wanted_release(&cat->wanted);
	decompress_free(cat->decompress);
	body_release(&cat->body);
	buf_release(&cat->record);
}

enum exit_status
cat_objects(struct cli *cli, const struct options *options)
{
	struct cat cat = {.settings = NULL};
	struct err err = ERR_INIT;
	enum exit_status status = check_options(cli, options);

	if (status != STATUS_OK)
		return status;
	cat.store = store_open(cli->settings, &err);
	if (cat.store == NULL)
		return cli_error(&err);
	cat_init(&cat, cli, options);
	cat_run(&cat);
	out_flush(cat.out); /* the store may have much to free: nobody should wait for it */
	note_stats(&cat, &cli->stats);
	cat_release(&cat);
	return cat.status;
}

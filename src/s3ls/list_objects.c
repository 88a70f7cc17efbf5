/* The run of s3ls. */
#include "s3ls/list_objects.h"

#include "base/signals.h"
#include "cli/progress.h"

static void
note_stats(const struct listing *listing, const struct store *store, struct stats *stats)
{
	listing_stats(listing, stats);
	stats_int(stats, "retries", store_retries(store));
	stats_latency(stats, "request", store_latency(store));
}

static enum exit_status
list_all(struct listing *listing, struct store *store, struct cli *cli)
{
	enum exit_status status = STATUS_OK;
	struct err err = ERR_INIT;

	progress_count("listed", &listing->emit.listed);
	if (listing_run(listing, store, &cli->out, &err) < 0 && !signals_stop())
		status = cli_error(&err);
	progress_end();
	listing_warn_skipped(listing);
	listing_classes_warn(&listing->classes);
	out_flush(&cli->out); /* the store may have much to free: nobody should wait for it */
	note_stats(listing, store, &cli->stats);
	return status;
}

/* The store and the credentials that would be used, for the settings as they are. */
static enum exit_status
print_whoami(struct cli *cli, struct store *store)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	enum exit_status status = STATUS_OK;

	if (store_describe(store, &text, &err) < 0)
		status = cli_error(&err);
	else
		out_write_slice(&cli->out, slice_of_buf(&text));
	buf_release(&text);
	return status;
}

enum exit_status
list_objects(struct cli *cli, const struct options *options)
{
	struct listing listing = {.numbered = false};
	struct err err = ERR_INIT;
	struct store *store = NULL;
	enum exit_status status;

	if (cli->operand_count > 1)
		return cli_usage_error(cli, "more than one PREFIX: '%s'", cli->operands[1]);
	if ((!options->whoami && listing_set_up(&listing, cli, options, &err) < 0) ||
	    (store = store_open(cli->settings, &err)) == NULL)
		status = cli_error(&err);
	else
		status = options->whoami ? print_whoami(cli, store) : list_all(&listing, store, cli);
	store_free(store);
	listing_release(&listing);
	return status;
}

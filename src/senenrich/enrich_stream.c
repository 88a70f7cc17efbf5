/* The run of senenrich. */
#include "senenrich/enrich_stream.h"

#include <unistd.h>

#include "cli/progress.h"

static void
show_progress(const struct emit *emit)
{
	progress_count("postings", &emit->postings);
	progress_count("rejected", &emit->rejected);
	progress_count("memo", &emit->answered[FROM_MEMO]);
	progress_count("redis", &emit->answered[FROM_REDIS]);
	progress_count("model", &emit->answered[FROM_MODEL]);
}

enum exit_status
enrich_stream(struct cli *cli, const struct enrich_options *options)
{
	struct enrich enrich = {.fd = -1};
	struct err err = ERR_INIT;
	enum exit_status status = STATUS_OK;

	show_progress(&enrich.emit);
	if (enrich_init(&enrich, STDIN_FILENO, &cli->out, cli->settings, options, &err) < 0 ||
	    enrich_run(&enrich, &err) < 0)
		status = cli_error(&err);
	progress_end();
	status = status_worse(status, enrich.emit.status);
	enrich_stats(&enrich, &cli->stats);
	enrich_release(&enrich);
	return status;
}

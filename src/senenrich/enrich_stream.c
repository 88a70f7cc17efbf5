/* The run of senenrich. */
#include "senenrich/enrich_stream.h"

#include <fcntl.h>
#include <unistd.h>

#include "cli/progress.h"

/* Returns -1 with err, or 0 with *fd, which is -1 if there is no such file. */
static int
open_rejects(const char *path, int *fd, struct err *err)
{
	*fd = -1;
	if (path == NULL)
		return 0;
	*fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	return *fd >= 0 ? 0 : err_set_errno(err, ERR_USAGE, "cannot open %s", path);
}

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
enrich_stream(struct cli *cli, const struct enrich_options *given, const char *rejects_path)
{
	struct enrich_options options = *given;
	struct enrich enrich;
	struct err err = ERR_INIT;
	enum exit_status status = STATUS_OK;

	if (open_rejects(rejects_path, &options.rejects_fd, &err) < 0)
		return cli_error(&err);
	show_progress(&enrich.emit);
	if (enrich_init(&enrich, STDIN_FILENO, &cli->out, cli->settings, &options, &err) < 0 ||
	    enrich_run(&enrich, &err) < 0)
		status = cli_error(&err);
	progress_end();
	status = status_worse(status, enrich.emit.status);
	enrich_stats(&enrich, &cli->stats);
	enrich_release(&enrich);
	if (options.rejects_fd >= 0)
		close(options.rejects_fd);
	return status;
}

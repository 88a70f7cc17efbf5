/*
 * senenrich: adds `seniority` to postings.
 *
 * stdin: postings as NDJSON, in frames (from s3cat) or plain. stdout: the same lines, in the same
 * order, with the seniority of their (company, title) pair: from the memo, Redis or the model.
 *
 * Exit status: 0 all done; 1 a line was dropped, or the input was cut off; 75 the model was not
 * available.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/signals.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/stats.h"
#include "senenrich/enrich.h"
#include "senenrich/probe.h"

static struct enrich_options options = {
	.batch_lines = 5000,
	.window = 64 * 1024 * 1024,
	.memo_pairs = 4000000,
	.rejects_fd = -1,
};
static const char *rejects_path;
static bool probe;

static const struct cli_option option_table[] = {
	{CLI_INT, 0, "batch", "N", "lines looked up at once (5000)", &options.batch_lines, 1, 1000000},
	{CLI_SIZE, 0, "window", "SIZE", "most bytes that wait for answers (64M)", &options.window, 0, 0},
	{CLI_INT, 0, "memo", "PAIRS", "pairs in memory, 16 bytes each; 0: none (4000000)", &options.memo_pairs, 0,
     INT64_C(1) << 32},
	{CLI_TEXT, 0, "rejects", "FILE", "append plain input's rejected lines to FILE", &rejects_path, 0, 0},
	{CLI_SETTING, 0, "max-rejects", "N", "give up, with 1, where over N lines were rejected", NULL, 0, 0},
	{CLI_FLAG, 0, "require-cache", NULL, "end with 75 where Redis cannot be reached", &options.require_cache, 0, 0},
	{CLI_FLAG, 0, "probe", NULL, "ask the model for one pair and its health, and end", &probe, 0, 0},
	{CLI_SETTING, 0, "grpc-server-address", "ADDR", "HOST:PORT or unix:PATH of the model", NULL, 0, 0},
	{CLI_SETTING, 0, "rpc-batch", "N", "most pairs in one call (1000)", NULL, 0, 0},
	{CLI_SETTING, 0, "rpc-bytes", "SIZE", "most bytes in one call (3M)", NULL, 0, 0},
	{CLI_SETTING, 0, "rpc-parallel", "N", "most calls under way (4)", NULL, 0, 0},
	{CLI_SETTING, 0, "rpc-timeout", "TIME", "longest wait for one answer (60s)", NULL, 0, 0},
	{CLI_SETTING, 0, "rpc-patience", "TIME", "how long a failing model is tried again (60s)", NULL, 0, 0},
	{CLI_SETTING, 0, "redis-host", "HOST", "host of Redis (localhost)", NULL, 0, 0},
	{CLI_SETTING, 0, "redis-port", "PORT", "port of Redis (6379)", NULL, 0, 0},
	{CLI_SETTING, 0, "redis-db", "N", "database in Redis (0)", NULL, 0, 0},
	{CLI_SETTING, 0, "redis-socket", "PATH", "unix socket of Redis", NULL, 0, 0},
	{CLI_SETTING, 0, "max-line", "SIZE", "longest line taken (16M)", NULL, 0, 0},
	{CLI_END, 0, NULL, NULL, NULL, NULL, 0, 0},
};

static const char *const usage[] = {"[OPTION]... < POSTINGS", "[OPTION]... --probe", NULL};
static const char *const examples[] = {
	"s3cat job-postings-raw/1721183934.jsonl | senenrich",
	"senenrich --rejects bad.ndjson < postings.ndjson > enriched.ndjson",
	NULL,
};

static struct cli cli = {
	.program = "senenrich",
	.purpose = "Add the seniority (1..7) of company and title: from memory, Redis or the model.",
	.usage = usage,
	.options = option_table,
	.examples = examples,
};

static int
open_rejects(void)
{
	if (rejects_path == NULL)
		return 0;
	options.rejects_fd = open(rejects_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (options.rejects_fd >= 0)
		return 0;
	log_error("cannot open %s: %m", rejects_path);
	return -1;
}

static enum exit_status
run_enrich(struct enrich *enrich, struct stats *stats)
{
	struct err err = ERR_INIT;
	enum exit_status status = STATUS_OK;

	progress_count("postings", &enrich->emit.postings);
	progress_count("rejected", &enrich->emit.rejected);
	progress_count("memo", &enrich->emit.answered[FROM_MEMO]);
	progress_count("redis", &enrich->emit.answered[FROM_REDIS]);
	progress_count("model", &enrich->emit.answered[FROM_MODEL]);
	if (enrich_init(enrich, STDIN_FILENO, cli.settings, &options, &err) < 0 || enrich_run(enrich, &err) < 0) {
		log_error("%s", err.text);
		status = err_status(&err);
	}
	status = status_worse(status, enrich->emit.status);
	enrich_stats(enrich, stats);
	if (stats_save(stats, cli.stats_path, &err) < 0) {
		log_error("%s", err.text);
		status = status_worse(status, err_status(&err));
	}
	if (signals_stop())
		signals_die(signals_stop());
	if (out_close(&enrich->out, &err) < 0) {
		log_error("%s", err.text);
		status = status_worse(status, err_status(&err));
	}
	return status;
}

static int
run_probe(void)
{
	struct err err = ERR_INIT;

	if (probe_model(cli.settings, &err) < 0)
		log_error("%s", err.text);
	cli_release(&cli);
	if (signals_stop())
		signals_die(signals_stop());
	return (int)err_status(&err);
}

int
main(int argc, char **argv)
{
	struct enrich enrich;
	struct stats stats;
	enum exit_status status;

	if (!cli_start(&cli, argc, argv)) {
		cli_release(&cli);
		return cli.status;
	}
	if (cli.operand_count > 0)
		return cli_usage_error(&cli, "'%s': postings come on standard input", cli.operands[0]);
	if (probe)
		return run_probe();
	if (open_rejects() < 0)
		return STATUS_USAGE;
	stats_init(&stats, cli.program);
	status = run_enrich(&enrich, &stats);
	enrich_release(&enrich);
	stats_release(&stats);
	cli_release(&cli);
	return status;
}

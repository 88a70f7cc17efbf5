/*
 * sencache: look into, fill and clean the cache of seniorities in Redis.
 *
 *	sencache get COMPANY TITLE      prints the seniority; exit 1 if it is not known
 *	sencache set COMPANY TITLE N    keeps it
 *	sencache forget COMPANY TITLE   the model will be asked again
 *	sencache stats                  how many pairs there are, and what they take
 *	sencache server                 which Redis it is, its version, and what it does when memory is short
 *	sencache import                 pairs from stdin, NDJSON with company, title and seniority
 *	sencache import --legacy        pairs from the predecessor's keys in the same database
 *
 * Exit: 0 done; 1 not known, or a line was not a pair; 2 usage; 75 Redis cannot be reached.
 */
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/signals.h"
#include "cli/option_rows.h"
#include "cli/stats.h"
#include "sencache/commands.h"

static struct options options;

static const struct cli_option option_table[] = {
	{CLI_FLAG, 0, "legacy", NULL, "import: from the predecessor's company:title keys", &options.legacy, 0, 0},
	{CLI_TEXT, 0, "split", "first|last", "with --legacy: where to part keys of several ':'", &options.split, 0, 0},
	{CLI_FLAG, 0, "dry-run", NULL, "import: read and count, write nothing", &options.dry_run, 0, 0},
	{CLI_FLAG, 0, "json", NULL, "stats, server, import: print the numbers as JSON", &options.json, 0, 0},
	{CLI_SETTING, 0, "cache-version", "N", "the version of the cache that is meant (1)", NULL, 0, 0},
	CLI_REDIS_ROWS,
	{CLI_SETTING, 0, "max-line", "SIZE", "longest line taken (16M)", NULL, 0, 0},
	{CLI_END, 0, NULL, NULL, NULL, NULL, 0, 0},
};

static const char *const usage[] = {
	"get COMPANY TITLE [OPTION]...",
	"set COMPANY TITLE N [OPTION]...",
	"forget COMPANY TITLE [OPTION]...",
	"stats [--json] [OPTION]...",
	"server [--json] [OPTION]...",
	"import [--dry-run] [OPTION]... < PAIRS",
	"import --legacy [--split first|last] [--dry-run] [OPTION]...",
	NULL,
};

static const char *const examples[] = {
	"sencache get 'Oakleaf Soft' 'Senior Data Analyst'",
	"s3cat job-postings-mod/1721183934.jsonl | sencache import",
	NULL,
};

static const struct command {
	const char *name;
	const char *operands; /* how a usage error calls them */
	int count;
	bool import, json; /* which of the options it takes */
	int (*run)(struct call *call);
} commands[] = {
	{"get", "COMPANY and TITLE", 2, false, false, run_get},
	{"set", "COMPANY, TITLE and N", 3, false, false, run_set},
	{"forget", "COMPANY and TITLE", 2, false, false, run_forget},
	{"stats", "no operands", 0, false, true, run_stats},
	{"server", "no operands", 0, false, true, run_server},
	{"import", "no operands: pairs come on standard input", 0, true, true, run_import},
};

/* The command that the operands name, checked; NULL after a usage error, which is printed. */
static const struct command *
find_command(const struct cli *cli)
{
	const struct command *command = NULL;

	if (cli->operand_count == 0) {
		cli_usage_error(cli, "no command: get, set, forget, stats, server or import");
		return NULL;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(cli->operands[0], commands[i].name) == 0)
			command = &commands[i];
	if (command == NULL)
		cli_usage_error(cli, "unknown command '%s': get, set, forget, stats, server or import", cli->operands[0]);
	else if (cli->operand_count - 1 != command->count)
		cli_usage_error(cli, "%s takes %s", command->name, command->operands);
	else if (((options.legacy || options.dry_run || options.split) && !command->import) ||
	         (options.json && !command->json))
		cli_usage_error(cli, "%s does not take this option", command->name);
	else
		return command;
	return NULL;
}

/* After SIGINT or SIGTERM the statistics are saved, but nothing is printed. */
static int
end_call(struct call *call, struct stats *stats, int status)
{
	struct out out;
	struct err err = ERR_INIT;

	if (stats_save(stats, call->cli->stats_path, &err) < 0)
		status = status_worse(status, call_failed(&err));
	if (signals_stop())
		signals_die(signals_stop());
	report_end(&call->report);
	out_init(&out, STDOUT_FILENO);
	out_write_slice(&out, slice_of_buf(&call->report.text));
	if (out_close(&out, &err) < 0)
		status = status_worse(status, call_failed(&err));
	return status;
}

static int
run_command(const struct cli *cli)
{
	const struct command *command = find_command(cli);
	struct stats stats;
	struct call call = {.cli = cli, .options = &options, .report = {.stats = &stats, .json = options.json}};
	struct err err = ERR_INIT;
	int status;

	if (command == NULL)
		return STATUS_USAGE;
	call.argc = cli->operand_count - 1;
	call.argv = cli->operands + 1;
	stats_init(&stats, cli->program);
	call.cache = cache_new(cli->settings);
	status = cache_connect(call.cache, &err) < 0 ? call_failed(&err) : command->run(&call);
	status = end_call(&call, &stats, status);
	cache_free(call.cache);
	report_release(&call.report);
	stats_release(&stats);
	return status;
}

int
main(int argc, char **argv)
{
	struct cli cli = {
		.program = "sencache",
		.purpose = "Look into, fill and clean the cache of seniorities in Redis.",
		.usage = usage,
		.options = option_table,
		.examples = examples,
	};

	if (cli_start(&cli, argc, argv))
		cli.status = run_command(&cli);
	cli_release(&cli);
	return cli.status;
}

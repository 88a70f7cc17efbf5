/*
 * sencache: inspect, fill and clean the cache of seniorities in Redis.
 *
 *	sencache get COMPANY TITLE      prints the seniority; exit 1 if it is not known
 *	sencache set COMPANY TITLE N    stores it
 *	sencache forget COMPANY TITLE   deletes it: the model will be asked again
 *	sencache stats                  prints how many pairs there are, and the memory that they take
 *	sencache server                 prints which Redis it is, its version, and its policy when memory is short
 *	sencache import                 stores pairs from stdin, NDJSON with company, title and seniority
 *	sencache import --legacy        stores pairs from the predecessor's keys in the same database
 *
 * Exit: 0 done; 1 not known, or a line was not a pair; 2 usage; 75 Redis cannot be reached.
 */
#include "sencache/commands.h"

static struct options options;

/* clang-format off */
static const struct cli_option option_table[] = {
	OPT_FLAG(0, "legacy", &options.legacy, "import: from the predecessor's company:title keys"),
	OPT_TEXT(0, "split", "first|last", &options.split, "with --legacy: where to split keys with several ':'"),
	OPT_FLAG(0, "dry-run", &options.dry_run, "import: read and count, write nothing"),
	OPT_FLAG(0, "json", &options.json, "stats, server, import: print the numbers as JSON"),
	OPT_SETTING("cache_version"),
	OPT_REDIS_SETTINGS,
	OPT_SETTING("max_line"),
	OPT_END,
};

static const struct cli_command commands[] = {
	{"get", "COMPANY and TITLE", 2, 2, {NULL}, run_get},
	{"set", "COMPANY, TITLE and N", 3, 3, {NULL}, run_set},
	{"forget", "COMPANY and TITLE", 2, 2, {NULL}, run_forget},
	{"stats", "no operands", 0, 0, {"json"}, run_stats},
	{"server", "no operands", 0, 0, {"json"}, run_server},
	{"import", "no operands: pairs come on standard input", 0, 0, {"json", "legacy", "split", "dry-run"}, run_import},
	{NULL, NULL, 0, 0, {NULL}, NULL},
};
/* clang-format on */

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

static enum exit_status
run_sencache(struct cli *cli)
{
	return run_call(cli, &options);
}

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "sencache",
		.purpose = "Show, fill and clean the cache of seniorities in Redis.",
		.usage = usage,
		.options = option_table,
		.commands = commands,
		.examples = examples,
		.run = run_sencache,
	};

	return cli_run(&program, argc, argv);
}

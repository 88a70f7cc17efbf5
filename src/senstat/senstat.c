/*
 * senstat: adds up what the programs write with --stats, of one run or of the slices of many hosts,
 * and prints the sums as a table, JSON, Prometheus text or a line of a history; makes a page of a
 * history; and shows how far a run is.
 *
 * Exit: 0 printed; 1 the numbers do not add up, or a line was not one that --stats writes; 2 usage.
 */
#include "senstat/commands.h"

static struct options options = {.format = "table"};

/* clang-format off */
static const struct cli_option option_table[] = {
	OPT_TEXT(0, "format", "FORMAT", &options.format, "what to print (table)"),
	OPT_TEXT(0, "counters", "FILE", &options.counters, "prometheus: continue the counters of FILE"),
	OPT_TEXT(0, "figures", "DIR", &options.figures, "html: the folder of the figures (.)"),
	OPT_TEXT(0, "title", "TEXT", &options.title, "html: a line at the top of the page"),
	OPT_INT(0, "objects", "N", &options.objects, 0, INT64_MAX, "live: objects of the run (those that s3ls lists)"),
	OPT_END,
};
/* clang-format on */

static const char *const usage[] = {
	"[--format table|json|prometheus|history|settled] [FILE]...",
	"--format gnuplot|html [HISTORY]...",
	"--format live FILE...",
	NULL,
};

static const char *const examples[] = {
	"s3ls --stats counts | s3cat --stats counts --count > lines; senstat counts",
	"cat statistics/* | senstat --format json | jq .written",
	NULL,
};

static enum exit_status
run_senstat(struct cli *cli)
{
	return print_format(cli, &options);
}

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "senstat",
		.purpose = "Add up the numbers that the programs write with --stats.",
		.usage = usage,
		.options = option_table,
		.examples = examples,
		.run = run_senstat,
	};

	return cli_run(&program, argc, argv);
}

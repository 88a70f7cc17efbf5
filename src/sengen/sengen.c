/*
 * sengen: random postings on stdout, one JSON object a line:
 *     {"url":"https://jobs.example.com/123","company":"...","title":"...","location":"...","scraped_on":1756741199}
 * The same options with the same --seed give the same bytes. Exit: 0, 1 (cannot write), 2 (usage).
 */
#include "cli/cli.h"
#include "sengen/generate.h"

/* As many as in a year of real postings. */
#define PAIRS_DEFAULT 20000000

/* An arbitrary time, so that the same seed gives the same bytes tomorrow. */
#define SCRAPED_ON_DEFAULT 1756741199

static struct options options = {.count = 10, .seed = -1, .pairs = PAIRS_DEFAULT, .scraped_on = SCRAPED_ON_DEFAULT};

/* clang-format off */
static const struct cli_option option_table[] = {
	OPT_INT('n', "count", "N", &options.count, 0, INT64_MAX, "number of lines (10)"),
	OPT_INT(0, "seed", "S", &options.seed, 0, INT64_MAX, "the same seed gives the same bytes (random)"),
	OPT_INT(0, "pairs", "N", &options.pairs, 1, INT64_MAX, "choose among N pairs of company and title (20000000)"),
	OPT_FLAG(0, "zipf", &options.zipf, "pair k comes 1/k times as often as the first"),
	OPT_INT(0, "messy", "PERCENT", &options.messy, 0, 100, "percentage of awkward but valid lines (0)"),
	OPT_INT(0, "bad", "PERCENT", &options.bad, 0, 100, "percentage of lines that are not postings (0)"),
	OPT_INT(0, "scraped-on", "SECONDS", &options.scraped_on, 0, INT64_MAX, "the time in each posting (1756741199)"),
	OPT_END,
};
/* clang-format on */

static const char *const usage[] = {"[OPTION]...", NULL};

static const char *const examples[] = {
	"sengen --count 5556 --seed 1",
	"sengen --count 1000 --messy 20 | senenrich",
	NULL,
};

static enum exit_status
run_sengen(struct cli *cli)
{
	return generate_postings(cli, &options);
}

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "sengen",
		.purpose = "Print random job postings.",
		.usage = usage,
		.options = option_table,
		.examples = examples,
		.run = run_sengen,
	};

	return cli_run(&program, argc, argv);
}

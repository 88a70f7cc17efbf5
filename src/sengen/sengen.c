/*
 * sengen: random postings on stdout, one JSON object a line:
 *     {"url":"https://jobs.example.com/123","company":"...","title":"...","location":"...","scraped_on":1756741199}
 * The same options with the same --seed give the same bytes. Exit: 0, 1 (cannot write), 2 (usage).
 */
#include <inttypes.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/random.h"
#include "cli/cli.h"
#include "cli/stats.h"
#include "sengen/catalog.h"
#include "sengen/line.h"
#include "sengen/vocabulary.h"
#include "sengen/zipf.h"

/* As many as in a year of real postings. */
#define PAIRS_DEFAULT 20000000

/* An arbitrary time, so that the same seed gives the same bytes tomorrow. */
#define SCRAPED_ON_DEFAULT 1756741199

struct options {
	int64_t count;
	int64_t seed; /* -1: a random one */
	int64_t pairs;
	bool zipf;
	int64_t messy; /* percent */
	int64_t bad;   /* percent */
	int64_t scraped_on;
};

struct generator {
	const struct options *options;
	struct random random;
	struct catalog *catalog;
	struct zipf zipf;
	uint64_t first_id;
	uint64_t places;
	uint64_t messy_written, bad_written;
	struct buf line;
};

static uint64_t
choose_seed(int64_t wanted)
{
	uint64_t seed;

	if (wanted >= 0)
		return (uint64_t)wanted;
	seed = random_seeded().state & INT64_MAX;
	log_info("--seed %" PRIu64, seed);
	return seed;
}

static void
generator_init(struct generator *generator, const struct options *options)
{
	*generator =
		(struct generator){.options = options, .random = {choose_seed(options->seed)}, .catalog = catalog_new()};
	zipf_init(&generator->zipf, (uint64_t)options->pairs);
	generator->first_id = 100000000 + random_below(&generator->random, 800000000);
	while (locations[generator->places])
		generator->places++;
}

static void
generator_release(struct generator *generator)
{
	catalog_free(generator->catalog);
	buf_release(&generator->line);
}

/* Writes line n into generator->line. */
static void
generate_line(struct generator *generator, int64_t n)
{
	const struct options *options = generator->options;
	struct random *random = &generator->random;
	struct posting posting;

	uint64_t k =
		options->zipf ? zipf_next(&generator->zipf, random) - 1 : random_below(random, (uint64_t)options->pairs);
	catalog_get(generator->catalog, k, &posting.pair);
	posting.id = generator->first_id + (uint64_t)n;
	posting.place = slice_of_str(locations[random_below(random, generator->places)]);
	posting.scraped_on = options->scraped_on;
	buf_reset(&generator->line);
	if (options->bad + options->messy > 0) {
		int64_t percent = (int64_t)random_below(random, 100);
		if (percent < options->bad) {
			line_bad(&generator->line, &posting, generator->bad_written++);
			return;
		}
		if (percent < options->bad + options->messy) {
			line_messy(&generator->line, &posting, generator->messy_written++);
			return;
		}
	}
	line_plain(&generator->line, &posting);
}

static int
write_postings(const struct cli *cli, const struct options *options, struct err *err)
{
	struct generator generator;
	struct stats stats;
	struct out out;

	stats_init(&stats, cli->program);
	generator_init(&generator, options);
	out_init(&out, STDOUT_FILENO);
	for (int64_t n = 0; n < options->count; n++) {
		generate_line(&generator, n);
		if (out_write_slice(&out, slice_of_buf(&generator.line)) != 0)
			break;
	}
	stats_int(&stats, "postings", options->count - (int64_t)generator.bad_written);
	stats_int(&stats, "messy", (int64_t)generator.messy_written);
	stats_int(&stats, "bad", (int64_t)generator.bad_written);
	generator_release(&generator);
	int result = out_close(&out, err);
	if (result == 0)
		result = stats_save(&stats, cli->stats_path, err);
	stats_release(&stats);
	return result;
}

static int
check_options(const struct cli *cli, const struct options *options)
{
	struct catalog *catalog = catalog_new();
	uint64_t most = catalog_count(catalog);

	catalog_free(catalog);
	if (cli->operand_count > 0)
		return cli_usage_error(cli, "unexpected operand: %s", cli->operands[0]);
	if ((uint64_t)options->pairs > most)
		return cli_usage_error(cli, "--pairs %" PRId64 ": there are %" PRIu64, options->pairs, most);
	if (options->messy + options->bad > 100)
		return cli_usage_error(cli, "--messy and --bad together: more than 100 percent");
	return STATUS_OK;
}

static int
run_sengen(const struct cli *cli, const struct options *options)
{
	struct err err = ERR_INIT;
	int status = check_options(cli, options);

	if (status == STATUS_OK && write_postings(cli, options, &err) != 0) {
		log_error("%s", err.text);
		status = (int)err_status(&err);
	}
	return status;
}

int
main(int argc, char **argv)
{
	static const char *const usage[] = {"[OPTION]...", NULL};
	static const char *const examples[] = {
		"sengen --count 5556 --seed 1",
		"sengen --count 1000 --messy 20 | senenrich",
		NULL,
	};
	static struct options options = {.count = 10, .seed = -1, .pairs = PAIRS_DEFAULT, .scraped_on = SCRAPED_ON_DEFAULT};
	const struct cli_option table[] = {
		{CLI_INT, 'n', "count", "N", "how many lines (10)", &options.count, 0, INT64_MAX},
		{CLI_INT, 0, "seed", "S", "the same seed gives the same bytes (random)", &options.seed, 0, INT64_MAX},
		{CLI_INT, 0, "pairs", "N", "choose among N pairs of company and title (20000000)", &options.pairs, 1,
	     INT64_MAX},
		{CLI_FLAG, 0, "zipf", NULL, "pair k comes 1/k times as often as the first", &options.zipf, 0, 0},
		{CLI_INT, 0, "messy", "PERCENT", "so many awkward but right lines (0)", &options.messy, 0, 100},
		{CLI_INT, 0, "bad", "PERCENT", "so many lines that are no postings (0)", &options.bad, 0, 100},
		{CLI_INT, 0, "scraped-on", "SECONDS", "the time in each posting (1756741199)", &options.scraped_on, 0,
	     INT64_MAX},
		{0},
	};
	struct cli cli = {
		.program = "sengen",
		.purpose = "Make up random job postings.",
		.usage = usage,
		.options = table,
		.examples = examples,
	};
	int status = cli_start(&cli, argc, argv) ? run_sengen(&cli, &options) : cli.status;

	cli_release(&cli);
	return status;
}

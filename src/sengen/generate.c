/* Random postings, line by line. */
#include "sengen/generate.h"

#include <inttypes.h>

#include "base/log.h"
#include "base/random.h"
#include "sengen/catalog.h"
#include "sengen/line.h"
#include "sengen/vocabulary.h"
#include "sengen/zipf.h"

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

static enum exit_status
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

enum exit_status
generate_postings(struct cli *cli, const struct options *options)
{
	enum exit_status status = check_options(cli, options);
	struct generator generator;

	if (status != STATUS_OK)
		return status;
	generator_init(&generator, options);
	for (int64_t n = 0; n < options->count; n++) {
		generate_line(&generator, n);
		if (out_write_slice(&cli->out, slice_of_buf(&generator.line)) != 0)
			break;
	}
	stats_int(&cli->stats, "postings", options->count - (int64_t)generator.bad_written);
	stats_int(&cli->stats, "messy", (int64_t)generator.messy_written);
	stats_int(&cli->stats, "bad", (int64_t)generator.bad_written);
	generator_release(&generator);
	return STATUS_OK;
}

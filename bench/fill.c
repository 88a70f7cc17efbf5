/*
 * fill FROM TO: stores the made-up pairs FROM..TO-1 in Redis (REDIS_SOCKET, as for all programs),
 * in pipelines of 5,000.
 *
 * fill --postings COUNT PAIRS: prints COUNT postings of the pairs 0..PAIRS-1, scattered; no pair
 * comes again before all have come.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/cache.h"

#define PIPELINE 5000
#define STRIDE 1000003 /* a prime: all pairs are visited, unless their number is a multiple of it */

static void
write_pair_texts(long pair, char company[64], char title[64])
{
	snprintf(company, 64, "Company %ld and Sons", pair / 7);
	snprintf(title, 64, "Principal Benchmark Engineer %ld", pair % 7);
}

static void
print_postings(long count, long pairs)
{
	char company[64], title[64];

	for (long i = 0; i < count; i++) {
		write_pair_texts((long)((unsigned long)i * STRIDE % (unsigned long)pairs), company, title);
		printf("{\"url\":\"https://jobs.example.com/%ld\",\"company\":\"%s\",\"title\":\"%s\","
		       "\"location\":\"Porto\",\"scraped_on\":1756741199}\n",
		       i, company, title);
	}
}

static int
store_pairs(struct cache *cache, long from, long to, struct err *err)
{
	char company[64], title[64];
	struct buf scratch = BUF_INIT;
	int seniority, result = 0;

	while (from < to && result == 0) {
		long n = to - from < PIPELINE ? to - from : PIPELINE;

		for (long i = 0; i < n && result == 0; i++) {
			write_pair_texts(from + i, company, title);
			result = cache_tell(cache, pair_hash(slice_of_str(company), slice_of_str(title), &scratch),
			                    (int)((from + i) % 7) + 1, err);
		}
		if (result == 0)
			result = cache_flush(cache, err);
		for (long i = 0; i < n && result == 0; i++)
			result = cache_answer(cache, &seniority, err);
		from += n;
	}
	buf_release(&scratch);
	return result;
}

int
main(int argc, char **argv)
{
	struct settings *settings;
	struct cache *cache;
	struct err err = ERR_INIT;

	if (argc == 4 && strcmp(argv[1], "--postings") == 0 && atol(argv[3]) > 0) {
		print_postings(atol(argv[2]), atol(argv[3]));
		return fflush(stdout) != 0;
	}
	if (argc != 3) {
		fputs("Usage: fill FROM TO\n       fill --postings COUNT PAIRS\n", stderr);
		return STATUS_USAGE;
	}
	settings = settings_new();
	cache = cache_new(settings);
	if (settings_load(settings, NULL, &err) < 0 || cache_connect(cache, &err) < 0 ||
	    store_pairs(cache, atol(argv[1]), atol(argv[2]), &err) < 0)
		fprintf(stderr, "fill: %s\n", ERR_TEXT(&err));
	cache_free(cache);
	settings_free(settings);
	return err_status(&err);
}

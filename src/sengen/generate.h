/* The run of sengen: N random postings. */
#ifndef SENGEN_GENERATE_H
#define SENGEN_GENERATE_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"

struct options {
	int64_t count;
	int64_t seed; /* -1: a random one */
	int64_t pairs;
	bool zipf;
	int64_t messy; /* percent */
	int64_t bad;   /* percent */
	int64_t scraped_on;
};

/* Writes them to cli->out. */
enum exit_status generate_postings(struct cli *cli, const struct options *options);

#endif

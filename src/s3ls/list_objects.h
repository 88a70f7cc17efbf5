/* The run of s3ls, from its options to its status. */
#ifndef S3LS_LIST_OBJECTS_H
#define S3LS_LIST_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"
#include "s3ls/listing.h"

struct options {
	int64_t after, before, most;        /* -1: not given */
	int64_t lookback_ms, settle_ms;     /* -1: not given */
	const char *missing_from, *exclude; /* NULL: not given */
	bool whoami, rewritten;
};

/* Prints to cli->out, as the options say: the listing, or (--whoami) store and credentials. */
enum exit_status list_objects(struct cli *cli, const struct options *options);

/*
 * listing_setup.c: sets up the listing from the options, the operand and the settings. Returns -1
 * with err.
 */
int listing_set_up(struct listing *listing, const struct cli *cli, const struct options *options, struct err *err);

#endif

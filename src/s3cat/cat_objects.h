/* The run of s3cat, from its options to its status. */
#ifndef S3CAT_CAT_OBJECTS_H
#define S3CAT_CAT_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"

struct options {
	bool frames, plain, rejects, unordered, count;
	int64_t parallel;
};

/* Prints the objects that the operands or standard input name, to cli->out. */
enum exit_status cat_objects(struct cli *cli, const struct options *options);

#endif

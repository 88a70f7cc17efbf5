/* The run of s3put, from its options to its status. */
#ifndef S3PUT_PUT_OBJECTS_H
#define S3PUT_PUT_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"

struct options {
	bool no_clobber, dry_run, replace_rejects, remove;
	const char *compress; /* NULL: as the names say */
	int64_t parallel;
};

/*
 * Stores the frames on standard input, or all of it under the operand, or deletes that. Receipts go
 * to cli->out.
 */
enum exit_status put_objects(struct cli *cli, const struct options *options);

#endif

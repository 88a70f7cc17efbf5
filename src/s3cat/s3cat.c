/*
 * s3cat: objects to stdout, many at once, in the order in which they were asked for.
 *
 * stdin   object records or bare keys, a line each; not read if keys are given as arguments
 * stdout  the objects' lines, framed by control records if the objects were named on stdin
 * status  0, 1 (an object or a line could not be printed), 2, 75
 */
#include "s3cat/cat_objects.h"

enum {
	PARALLEL_DEFAULT = 16,
	PARALLEL_MAX = 1000,
};

static struct options options = {.parallel = PARALLEL_DEFAULT};

/* clang-format off */
static const struct cli_option option_table[] = {
	OPT_INT('P', "parallel", "N", &options.parallel, 1, PARALLEL_MAX, "download N objects at once (16)"),
	OPT_FLAG(0, "frames", &options.frames, "frame the objects, as for keys on stdin"),
	OPT_FLAG(0, "plain", &options.plain, "print only their lines, as for keys as arguments"),
	OPT_FLAG(0, "rejects", &options.rejects, "print the records of reject objects too"),
	OPT_FLAG(0, "count", &options.count, "print the number of lines of each object instead"),
	OPT_FLAG(0, "unordered", &options.unordered, "print objects as they arrive, each whole"),
	OPT_SETTING("input_bucket"),
	OPT_STORE_SETTINGS,
	OPT_SETTING("max_line"),
	OPT_END,
};
/* clang-format on */

static const char *const usage[] = {"[OPTION]... [KEY]...", NULL};

static const char *const examples[] = {
	"s3cat job-postings-raw/1721183934.jsonl | head",
	"s3ls | s3cat --count | jq -s 'map(.lines) | add'",
	NULL,
};

static enum exit_status
run_s3cat(struct cli *cli)
{
	return cat_objects(cli, &options);
}

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "s3cat",
		.purpose = "Download objects in parallel and print them in order.",
		.usage = usage,
		.options = option_table,
		.examples = examples,
		.run = run_s3cat,
	};

	return cli_run(&program, argc, argv);
}

/*
 * s3put: store complete objects in the bucket, and nothing else.
 *
 * stdin   framed postings; with a KEY, any bytes
 * stdout  a receipt for each object, in the order of the frames
 * status  0, 1 (an object was not stored, or the stream broke), 2, 75
 */
#include "s3put/put_objects.h"

enum {
	PARALLEL_DEFAULT = 8,
	PARALLEL_MAX = 1000,
};

static struct options options = {.parallel = PARALLEL_DEFAULT};

/* clang-format off */
static const struct cli_option option_table[] = {
	OPT_INT('P', "parallel", "N", &options.parallel, 1, PARALLEL_MAX, "upload N objects at once (8)"),
	OPT_FLAG(0, "no-clobber", &options.no_clobber, "fail if the key exists"),
	OPT_FLAG(0, "replace-rejects", &options.replace_rejects, "replace the rejects of an earlier run"),
	OPT_FLAG(0, "delete", &options.remove, "delete KEY"),
	OPT_FLAG('n', "dry-run", &options.dry_run, "read and check everything, store nothing"),
	OPT_TEXT(0, "compress", "gzip|zstd", &options.compress, "compress; add the suffix .gz or .zst to the names"),
	OPT_SETTING("output_bucket"),
	OPT_SETTING("raw_prefix"),
	OPT_SETTING("mod_prefix"),
	OPT_SETTING("reject_prefix"),
	OPT_STORE_SETTINGS,
	OPT_SETTING("max_line"),
	OPT_END,
};
/* clang-format on */

static const char *const usage[] = {"[OPTION]... < FRAMES", "[OPTION]... KEY < FILE", "--delete [OPTION]... KEY", NULL};

static const char *const examples[] = {
	"s3ls | s3cat | senenrich | s3put | cursor set",
	"s3put --no-clobber s3://rl-data/notes.txt < notes.txt",
	NULL,
};

static enum exit_status
run_s3put(struct cli *cli)
{
	return put_objects(cli, &options);
}

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "s3put",
		.purpose = "Store framed postings, one object per source, or standard input under KEY.",
		.usage = usage,
		.options = option_table,
		.examples = examples,
		.run = run_s3put,
	};

	return cli_run(&program, argc, argv);
}

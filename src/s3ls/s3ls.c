/*
 * s3ls: list the raw postings that are still to do, oldest first.
 *
 * stdout: object records, one a line. Exit: 0 all listed (also if there is nothing), 1 failed for
 * good, 2 usage, 75 the store could not be reached.
 */
#include "s3ls/list_objects.h"

static struct options options = {.after = -1, .before = -1, .most = -1, .lookback_ms = -1, .settle_ms = -1};

/* clang-format off */
static const struct cli_option option_table[] = {
	OPT_INT(0, "after", "N", &options.after, 0, INT64_MAX, "only objects with a number above N (0)"),
	OPT_INT(0, "before", "N", &options.before, 1, INT64_MAX, "only objects with a number below N"),
	OPT_INT(0, "max-keys", "N", &options.most, 1, INT64_MAX, "end after N objects"),
	OPT_TIME(0, "lookback", &options.lookback_ms, "start TIME before N (0s)"),
	OPT_SETTING_AS('P', "parallel", "list_parallel"),
	OPT_TEXT(0, "missing-from", "PREFIX", &options.missing_from, "only objects without a counterpart under PREFIX"),
	OPT_FLAG(0, "rewritten", &options.rewritten, "with it: also objects that were rewritten since"),
	OPT_TIME(0, "settle", &options.settle_ms, "end before the first object younger than TIME"),
	OPT_TEXT(0, "exclude", "FILE", &options.exclude, "skip the keys in FILE, such as of `cursor failed`"),
	OPT_SETTING("exclude_storage_class"),
	OPT_FLAG(0, "whoami", &options.whoami, "print the store and credentials that would be used"),
	OPT_SETTING("input_bucket"),
	OPT_SETTING("output_bucket"),
	OPT_SETTING("raw_prefix"),
	OPT_STORE_SETTINGS,
	OPT_END,
};
/* clang-format on */

static const char *const usage[] = {
	"[OPTION]...",
	"[OPTION]... PREFIX|s3://BUCKET/PREFIX",
	"[OPTION]... --whoami",
	NULL,
};

static const char *const examples[] = {
	"s3ls --after \"$(cursor get)\" | s3cat -P 16 | senenrich | s3put | cursor set",
	"s3ls --missing-from job-postings-mod/ | jq -r .key  # every hole there is",
	NULL,
};

static enum exit_status
run_s3ls(struct cli *cli)
{
	return list_objects(cli, &options);
}

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "s3ls",
		.purpose = "List the raw objects that are still to do, oldest first, as object records.",
		.usage = usage,
		.options = option_table,
		.examples = examples,
		.run = run_s3ls,
	};

	return cli_run(&program, argc, argv);
}

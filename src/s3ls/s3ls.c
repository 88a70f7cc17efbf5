/*
 * s3ls: list the raw postings that are still to do, oldest first.
 *
 * stdout: object records, one a line. Exit: 0 all listed (also if there is nothing), 1 failed for
 * good, 2 usage, 75 the store could not be reached.
 */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/signals.h"
#include "cli/cli.h"
#include "cli/option_rows.h"
#include "cli/progress.h"
#include "s3ls/listing.h"

enum { PARALLEL_MAX = 256 }; /* as list_parallel's */

struct options {
	int64_t after, before, most;    /* -1: not given */
	int64_t lookback_ms, settle_ms; /* -1: not given */
	int64_t parallel;               /* the same */
	const char *missing_from, *exclude;
	bool whoami, rewritten;
};

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

/* N minus the lookback: what the listing starts from. */
static int64_t
start_from(const struct options *options)
{
	int64_t back = options->lookback_ms > 0 ? (options->lookback_ms + 999) / 1000 : 0;

	return options->after > back ? options->after - back : 0;
}

/* What an operand asks for: any prefix as it is; raw_prefix, spelled out, is the same as none. */
static int
choose_place(struct listing *listing, const struct layout *layout, const struct cli *cli, const struct options *options,
             struct err *err)
{
	const char *operand = cli->operand_count > 0 ? cli->operands[0] : NULL;
	const char *bucket = layout->input_bucket;

	listing->numbered = true;
	if (operand == NULL || strncmp(operand, "s3://", 5) != 0) {
		bucket = settings_require(cli->settings, "input_bucket", err);
		if (bucket == NULL)
			return -1;
	}
	if (!listing_place_parse(operand == NULL ? layout->raw_prefix : operand, bucket, &listing->place))
		return err_set(err, ERR_USAGE, "'%s' is not s3://BUCKET/PREFIX", operand);
	if (operand == NULL)
		return 0;
	listing->numbered = layout->input_bucket != NULL && strcmp(listing->place.bucket, layout->input_bucket) == 0 &&
	                    strcmp(listing->place.prefix, layout->raw_prefix) == 0;
	if (!listing->numbered &&
	    (options->after >= 0 || options->before >= 0 || options->lookback_ms >= 0 || options->settle_ms >= 0))
		return err_set(
			err, ERR_USAGE,
			"--after, --before, --lookback and --settle go by the numbers under raw_prefix: '%s' is another place",
			operand);
	return 0;
}

static int
choose_counterparts(struct listing *listing, const struct layout *layout, const struct cli *cli, const char *text,
                    struct err *err)
{
	struct listing_place *other = &listing->counterparts;
	const char *bucket = layout->output_bucket;

	if (strncmp(text, "s3://", 5) != 0) {
		bucket = settings_require(cli->settings, "output_bucket", err);
		if (bucket == NULL)
			return -1;
	}
	if (!listing_place_parse(text, bucket, other))
		return err_set(err, ERR_USAGE, "--missing-from: '%s' is not s3://BUCKET/PREFIX", text);
	if (strcmp(other->bucket, listing->place.bucket) == 0 && strcmp(other->prefix, listing->place.prefix) == 0)
		return err_set(err, ERR_USAGE, "--missing-from: s3://%s/%s is what is listed, nothing is missing from itself",
		               other->bucket, other->prefix);
	return 0;
}

/* --parallel is short for the setting list_parallel. */
static int
set_parallel(const struct cli *cli, int64_t parallel, struct err *err)
{
	char text[INT_TEXT_MAX + 1] = "";

	if (parallel < 0)
		return 0;
	put_int(text, parallel);
	return settings_set_flag(cli->settings, "list_parallel", text, err);
}

static int
set_up_listing(struct listing *listing, const struct cli *cli, const struct options *options, struct err *err)
{
	struct layout layout;

	if (set_parallel(cli, options->parallel, err) < 0)
		return -1;
	if (layout_load(&layout, cli->settings, err) < 0)
		return -1;
	if (choose_place(listing, &layout, cli, options, err) < 0)
		return -1;
	if (options->rewritten && options->missing_from == NULL)
		return err_set(err, ERR_USAGE, "--rewritten goes with --missing-from alone");
	listing->rewritten = options->rewritten || options->lookback_ms > 0;
	if (options->missing_from != NULL && choose_counterparts(listing, &layout, cli, options->missing_from, err) < 0)
		return -1;
	if (options->exclude != NULL &&
	    listing_exclude_load(&listing->exclude, options->exclude, listing->place.bucket, err) < 0)
		return -1;
	if (listing_classes_parse(&listing->classes, settings_text(cli->settings, "exclude_storage_class"),
	                          settings_origin(cli->settings, "exclude_storage_class"), err) < 0)
		return -1;
	listing->after = start_from(options);
	listing->before = options->before >= 0 ? options->before : INT64_MAX;
	listing->most = options->most >= 0 ? options->most : INT64_MAX;
	listing->now = clock_unix();
	listing->settled_ms = options->settle_ms < 0 ? INT64_MAX : clock_unix_ms() - options->settle_ms;
	return 0;
}

static void
save_stats(struct stats *stats, const struct listing *listing, const struct store *store, const char *path)
{
	struct err err = ERR_INIT;

	listing_stats(listing, stats);
	stats_int(stats, "retries", store_retries(store));
	stats_latency(stats, "request", store_latency(store));
	if (stats_save(stats, path, &err) < 0)
		log_warning("%s", err.text);
}

static enum exit_status
report_error(const struct err *err)
{
	err_log(err);
	return err_status(err);
}

static enum exit_status
list_all(struct listing *listing, struct store *store, const char *stats_path)
{
	enum exit_status status = STATUS_OK;
	struct err err = ERR_INIT;
	struct stats stats;
	struct out out;

	stats_init(&stats, "s3ls");
	progress_count("listed", &listing->emit.listed);
	out_init(&out, STDOUT_FILENO);
	if (listing_run(listing, store, &out, &err) < 0 && !signals_stop())
		status = report_error(&err);
	listing_warn_skipped(listing);
	listing_classes_warn(&listing->classes);
	out_flush(&out);
	save_stats(&stats, listing, store, stats_path);
	stats_release(&stats);
	store_free(store);
	if (out_close(&out, &err) < 0)
		status = status_worse(status, report_error(&err));
	if (signals_stop())
		signals_die(signals_stop());
	return status;
}

/* The store and the credentials that would be used, for the settings as they are. */
static enum exit_status
print_whoami(const struct cli *cli)
{
	struct err err = ERR_INIT;
	struct store *store = store_open(cli->settings, &err);
	struct buf text = BUF_INIT;
	enum exit_status status = STATUS_OK;
	struct out out;

	if (store == NULL)
		return report_error(&err);
	if (store_describe(store, &text, &err) < 0)
		status = report_error(&err);
	store_free(store);
	out_init(&out, STDOUT_FILENO);
	if (status == STATUS_OK)
		out_write_slice(&out, slice_of_buf(&text));
	buf_release(&text);
	if (out_close(&out, &err) < 0)
		status = report_error(&err);
	return status;
}

static enum exit_status
run_listing(const struct cli *cli, const struct options *options)
{
	struct listing listing = {0};
	struct err err = ERR_INIT;
	enum exit_status status;
	struct store *store;

	if (set_up_listing(&listing, cli, options, &err) < 0)
		status = report_error(&err);
	else if ((store = store_open(cli->settings, &err)) == NULL)
		status = report_error(&err);
	else
		status = list_all(&listing, store, cli->stats_path);
	listing_release(&listing);
	return status;
}

int
main(int argc, char **argv)
{
	static struct options options = {
		.after = -1, .before = -1, .most = -1, .parallel = -1, .lookback_ms = -1, .settle_ms = -1};
	/* clang-format off */
	const struct cli_option table[] = {
		{CLI_INT, 0, "after", "N", "only objects with a number above N (0)", &options.after, 0, INT64_MAX},
		{CLI_INT, 0, "before", "N", "only objects with a number below N", &options.before, 1, INT64_MAX},
		{CLI_INT, 0, "max-keys", "N", "end after N objects", &options.most, 1, INT64_MAX},
		{CLI_TIME, 0, "lookback", "TIME", "start that much before N (0s)", &options.lookback_ms, 0, 0},
		{CLI_INT, 'P', "parallel", "N", "list N parts at once, where names are times (16)", &options.parallel, 1, PARALLEL_MAX},
		{CLI_TEXT, 0, "missing-from", "PREFIX", "only objects that have no counterpart there", &options.missing_from, 0, 0},
		{CLI_FLAG, 0, "rewritten", NULL, "with it: also what was written again since", &options.rewritten, 0, 0},
		{CLI_TIME, 0, "settle", "TIME", "end before the first object younger than that", &options.settle_ms, 0, 0},
		{CLI_TEXT, 0, "exclude", "FILE", "leave out the keys in FILE (or of `cursor failed`)", &options.exclude, 0, 0},
		{CLI_SETTING, 0, "exclude-storage-class", "CLASSES", "leave out objects of these (GLACIER,DEEP_ARCHIVE)", NULL, 0, 0},
		{CLI_FLAG, 0, "whoami", NULL, "say which store and credentials would be used", &options.whoami, 0, 0},
		{CLI_SETTING, 0, "input-bucket", "BUCKET", "what is listed", NULL, 0, 0},
		{CLI_SETTING, 0, "output-bucket", "BUCKET", "where --missing-from looks", NULL, 0, 0},
		{CLI_SETTING, 0, "raw-prefix", "PREFIX", "prefix of the raw objects (job-postings-raw/)", NULL, 0, 0},
		CLI_STORE_ROWS,
		{0},
	};
	/* clang-format on */
	struct cli cli = {
		.program = "s3ls",
		.purpose = "List the raw objects that are still to do, oldest first, as object records.",
		.usage = usage,
		.options = table,
		.examples = examples,
	};
	int status;

	if (!cli_start(&cli, argc, argv))
		status = cli.status;
	else if (cli.operand_count > 1)
		status = cli_usage_error(&cli, "more than one PREFIX: '%s'", cli.operands[1]);
	else
		status = (int)(options.whoami ? print_whoami(&cli) : run_listing(&cli, &options));
	cli_release(&cli);
	return status;
}

/* What to list. */
#include <string.h>

#include "base/clock.h"
#include "s3ls/list_objects.h"

/* N minus the lookback: the start of the listing. */
static int64_t
start_from(const struct options *options)
{
	int64_t back = options->lookback_ms > 0 ? (options->lookback_ms + 999) / 1000 : 0;

	return options->after > back ? options->after - back : 0;
}

/*
 * The prefix of an operand: any prefix is taken literally; raw_prefix, spelled out, is the same as
 * none.
 */
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
			"--after, --before, --lookback and --settle compare the numbers under raw_prefix: '%s' is not raw_prefix",
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
		return err_set(err, ERR_USAGE, "--missing-from: s3://%s/%s is the listing itself", other->bucket,
		               other->prefix);
	return 0;
}

int
listing_set_up(struct listing *listing, const struct cli *cli, const struct options *options, struct err *err)
{
	struct layout layout;

	if (layout_load(&layout, cli->settings, err) < 0)
		return -1;
	if (choose_place(listing, &layout, cli, options, err) < 0)
		return -1;
	if (options->rewritten && options->missing_from == NULL)
		return err_set(err, ERR_USAGE, "--rewritten needs --missing-from");
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

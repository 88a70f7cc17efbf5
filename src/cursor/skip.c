/* Objects that a person skips. */
#include "cursor/skip.h"

#include "base/clock.h"
#include "streams/layout.h"
#include "streams/records.h"

/*
 * The key after raw_prefix and a number: no listing has any other key, so nobody would notice a
 * typing error.
 */
static int
parse_key(const struct settings *settings, const char *text, struct slice *key, struct err *err)
{
	const char *input = settings_text(settings, "input_bucket");
	const char *raw = settings_text(settings, "raw_prefix");
	struct slice bucket = {NULL, 0};
	int64_t number;

	if (!s3_uri_parse(slice_of_str(text), &bucket, key))
		return err_set(err, ERR_USAGE, "'%s' names no object", text);
	if (bucket.len > 0 && (input == NULL || !slice_equal_str(bucket, input)))
		return err_set(err, ERR_USAGE, "'%s' is not in input_bucket (%s)", text, input != NULL ? input : "not set");
	if (!slice_is_utf8(*key) || layout_number(*key, slice_of_str(raw), clock_unix(), &number) != LAYOUT_NUMBER)
		return err_set(err, ERR_USAGE, "'%s' is not the key of a raw object, such as %s1721183934.jsonl", text, raw);
	return 0;
}

int
skip_keys(struct cursor_store *store, const struct settings *settings, char **keys, int count, const char *reason,
          struct err *err)
{
	struct change change = CHANGE_INIT;
	struct buf record = BUF_INIT;
	struct saved saved;
	int result = 0;

	if (reason == NULL || *reason == '\0' || !slice_is_utf8(slice_of_str(reason)))
		return err_set(err, ERR_USAGE,
		               "skip needs --reason TEXT: it is stored with the key, and `cursor failed` shows it");
	for (int i = 0; i < count && result == 0; i++) {
		struct slice key;

		result = parse_key(settings, keys[i], &key, err);
		if (result < 0)
			break;
		buf_reset(&record);
		failed_write(&record, key, slice_of_str(reason), SLICE("cursor skip"), clock_unix());
		change_add(&change, key, slice_of_buf(&record));
	}
	if (result == 0)
		result = cursor_store_save(store, &change, &saved, err);
	change_release(&change);
	buf_release(&record);
	return result;
}

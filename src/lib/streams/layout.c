/* Names: from a source to its output and rejects, and the number in a name. */
#include "streams/layout.h"

#include <stddef.h>
#include <string.h>

/*
 * How far ahead a clock or a scheduler may be; a number beyond that is not a time (milliseconds are
 * 50,000 years ahead).
 */
#define YEAR_SECONDS (366 * INT64_C(86400))

/* No real number of seconds has more digits; more could overflow. */
#define DIGITS_MAX 18

static bool
one_inside_another(const char *a, const char *b)
{
	struct slice x = slice_of_str(a), y = slice_of_str(b);

	return slice_starts_with(x, y) || slice_starts_with(y, x);
}

static bool
same_bucket(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static const char *
text_or_empty(const struct settings *settings, const char *name)
{
	const char *text = settings_text(settings, name);

	return text == NULL ? "" : text;
}

static int
check_pair(const struct settings *settings, const char *bucket, const char *a, const char *b, struct err *err)
{
	const char *x = text_or_empty(settings, a), *y = text_or_empty(settings, b);

	if (!one_inside_another(x, y))
		return 0;
	return err_set(err, ERR_USAGE, "%s '%s' (%s) and %s '%s' (%s) overlap in the bucket %s", a, x,
	               settings_origin(settings, a), b, y, settings_origin(settings, b), bucket);
}

static bool
other_key(const struct layout *layout, struct slice source_key, const char *prefix, struct buf *key)
{
	struct slice raw = slice_of_str(layout->raw_prefix);

	if (!slice_starts_with(source_key, raw) || source_key.len == raw.len)
		return false;
	buf_append_str(key, prefix);
	buf_append(key, source_key.ptr + raw.len, source_key.len - raw.len);
	return true;
}

int
layout_load(struct layout *layout, const struct settings *settings, struct err *err)
{
	const char *out;

	layout->input_bucket = settings_text(settings, "input_bucket");
	layout->output_bucket = settings_text(settings, "output_bucket");
	layout->raw_prefix = text_or_empty(settings, "raw_prefix");
	layout->mod_prefix = text_or_empty(settings, "mod_prefix");
	layout->reject_prefix = text_or_empty(settings, "reject_prefix");

	out = layout->output_bucket;
	if (out == NULL)
		return 0;
	if (check_pair(settings, out, "mod_prefix", "reject_prefix", err) < 0)
		return -1;
	if (!same_bucket(layout->input_bucket, out))
		return 0;
	if (check_pair(settings, out, "raw_prefix", "mod_prefix", err) < 0)
		return -1;
	return check_pair(settings, out, "raw_prefix", "reject_prefix", err);
}

bool
layout_output_key(const struct layout *layout, struct slice source_key, struct buf *key)
{
	return other_key(layout, source_key, layout->mod_prefix, key);
}

bool
layout_reject_key(const struct layout *layout, struct slice source_key, struct buf *key)
{
	return other_key(layout, source_key, layout->reject_prefix, key);
}

enum layout_why
layout_number(struct slice key, struct slice raw_prefix, int64_t now, int64_t *number)
{
	const char *name;
	size_t len, digits;
	uint64_t value = 0; /* of so many digits that it wraps it is not used */

	if (!slice_starts_with(key, raw_prefix))
		return LAYOUT_OUTSIDE;
	name = key.ptr + raw_prefix.len;
	len = key.len - raw_prefix.len;
	for (digits = 0; digits < len && name[digits] >= '0' && name[digits] <= '9'; digits++)
		value = value * 10 + (unsigned char)(name[digits] - '0');
	if (digits == 0)
		return LAYOUT_NO_NUMBER;
	if (name[0] == '0')
		return LAYOUT_LEADING_ZERO;
	if (len > digits && memchr(name + digits, '/', len - digits) != NULL)
		return LAYOUT_FOLDER;
	if (digits > DIGITS_MAX || (int64_t)value > now + YEAR_SECONDS)
		return LAYOUT_FUTURE;
	*number = (int64_t)value;
	return LAYOUT_NUMBER;
}

const char *
layout_why_text(enum layout_why why)
{
	switch (why) {
	case LAYOUT_NUMBER:
		return "a number";
	case LAYOUT_OUTSIDE:
		return "outside raw_prefix";
	case LAYOUT_NO_NUMBER:
		return "no number";
	case LAYOUT_LEADING_ZERO:
		return "leading zeros";
	case LAYOUT_FOLDER:
		return "in a folder";
	case LAYOUT_FUTURE:
		return "more than a year in the future";
	}
	return "?";
}

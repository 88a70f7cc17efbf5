/* Objects left out because of their storage class: archived objects cannot be read. */
#include <ctype.h>
#include <string.h>

#include "base/log.h"
#include "s3ls/listing.h"

/* The class of objects for which S3 names none. */
#define DEFAULT_CLASS "STANDARD"

static bool
is_name(struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (!isalnum((unsigned char)name.ptr[i]) && name.ptr[i] != '_')
			return false;
	}
	return name.len > 0;
}

static struct slice
trim_spaces(struct slice text)
{
	while (text.len > 0 && text.ptr[0] == ' ')
		text = slice_of(text.ptr + 1, text.len - 1);
	while (text.len > 0 && text.ptr[text.len - 1] == ' ')
		text.len--;
	return text;
}

int
listing_classes_parse(struct listing_classes *classes, const char *text, const char *origin, struct err *err)
{
	classes->count = 0;
	if (text == NULL)
		return 0;
	while (*text != '\0') {
		size_t len = strcspn(text, ",");
		struct slice name = trim_spaces(slice_of(text, len));

		if (!is_name(name))
			return err_set(err, ERR_USAGE, "exclude_storage_class (%s): '%.*s' is not the name of a storage class",
			               origin, SLICE_ARGS(name));
		if (classes->count == LISTING_CLASSES_MAX)
			return err_set(err, ERR_USAGE, "exclude_storage_class (%s): more than %d storage classes", origin,
			               LISTING_CLASSES_MAX);
		classes->left_out[classes->count] = 0;
		classes->names[classes->count++] = name;
		text += len;
		if (*text == ',' && *++text == '\0')
			return err_set(err, ERR_USAGE, "exclude_storage_class (%s): ends in a comma", origin);
	}
	return 0;
}

bool
listing_classes_have(struct listing_classes *classes, struct slice name)
{
	if (name.len == 0)
		name = SLICE(DEFAULT_CLASS);
	for (int i = 0; i < classes->count; i++) {
		if (classes->names[i].len != name.len || strncasecmp(classes->names[i].ptr, name.ptr, name.len) != 0)
			continue;
		classes->left_out[i]++;
		return true;
	}
	return false;
}

int64_t
listing_classes_warn(const struct listing_classes *classes)
{
	struct buf text = BUF_INIT;
	int64_t sum = 0;

	for (int i = 0; i < classes->count; i++) {
		sum += classes->left_out[i];
		if (classes->left_out[i] > 0)
			buf_printf(&text, "%s%.*s: %lld", text.len > 0 ? ", " : "", SLICE_ARGS(classes->names[i]),
			           (long long)classes->left_out[i]);
	}
	if (sum > 0)
		log_warning("%lld %s left out because of the storage class (%s)", (long long)sum,
		            sum == 1 ? "object" : "objects", buf_cstr(&text));
	buf_release(&text);
	return sum;
}

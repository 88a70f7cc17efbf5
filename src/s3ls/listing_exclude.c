/* Keys to leave out, from a file: `cursor failed`, or a list made by hand. */
#include <stdlib.h>

#include "base/mem.h"
#include "s3ls/listing.h"
#include "streams/lines.h"

/* Two million keys. The list is kept in memory. */
#define FILE_MAX_BYTES ((size_t)256 << 20)

static int
compare_keys(const void *a, const void *b)
{
	return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/* For now `ptr` is an offset into text, which still moves. */
static void
add_key(struct listing_exclude *exclude, struct slice key)
{
	exclude->keys = mem_grow(exclude->keys, exclude->count, &exclude->capacity, sizeof(exclude->keys[0]));
	exclude->keys[exclude->count++] = slice_of(NULL, key.len);
	buf_append_slice(&exclude->text, key);
}

static int
add_line(struct listing_exclude *exclude, struct records *records, struct slice line, const char *bucket,
         const char **why)
{
	struct object_record record;

	if (line_is_blank(line))
		return 0;
	if (!object_record_parse(records, line, &record, why))
		return -1;
	if (record.bucket.len == 0 || slice_equal_str(record.bucket, bucket))
		add_key(exclude, record.key);
	return 0;
}

static int
add_lines(struct listing_exclude *exclude, struct slice text, const char *path, const char *bucket, struct err *err)
{
	struct records records = {0};
	const char *why = "";
	int64_t number = 0;
	int result = 0;

	while (text.len > 0 && result == 0) {
		const char *end = memchr(text.ptr, '\n', text.len);
		size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);

		number++;
		if (add_line(exclude, &records, slice_of(text.ptr, len), bucket, &why) < 0)
			result = err_set(err, ERR_USAGE, "%s:%lld: %s", path, (long long)number, why);
		len += end != NULL;
		text = slice_of(text.ptr + len, text.len - len);
	}
	records_release(&records);
	return result;
}

int
listing_exclude_load(struct listing_exclude *exclude, const char *path, const char *bucket, struct err *err)
{
	struct buf file = BUF_INIT;
	const char *at;
	int result;

	*exclude = (struct listing_exclude){0};
	result = io_read_file(path, FILE_MAX_BYTES, &file, err);
	if (result == 0)
		result = add_lines(exclude, slice_of_buf(&file), path, bucket, err);
	buf_release(&file);
	at = exclude->text.data;
	for (size_t i = 0; i < exclude->count; i++) {
		exclude->keys[i].ptr = at;
		at += exclude->keys[i].len;
	}
	if (exclude->count > 1)
		qsort(exclude->keys, exclude->count, sizeof(exclude->keys[0]), compare_keys);
	return result;
}

bool
listing_exclude_has(const struct listing_exclude *exclude, struct slice key)
{
	return exclude->count > 0 &&
	       bsearch(&key, exclude->keys, exclude->count, sizeof(exclude->keys[0]), compare_keys) != NULL;
}

void
listing_exclude_release(struct listing_exclude *exclude)
{
	buf_release(&exclude->text);
	free(exclude->keys);
	*exclude = (struct listing_exclude){0};
}

/*
 * A merge of two listings. The counterparts of NAME are NAME, NAME.gz and NAME.zst; other names may
 * stand between them, and other sources ("NAME-b") come before the last of them. So the names from
 * NAME up to NAME.zst are stored: all of them begin with NAME, so for numbered names there are only
 * a few.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/search.h"
#include "s3ls/listing.h"

/* Of kept names; only a listing that is made for it comes near. */
#define KEPT_MAX ((size_t)64 << 20)

struct entry {
	size_t at, len; /* in `names` */
	int64_t modified;
};

struct listing_join {
	struct store_list *list;
	const char *bucket, *prefix;
	bool ended;
	struct buf names; /* in byte order */
	struct entry *entries;
	size_t first, count, capacity; /* entries[first..count) are in use */
	struct buf last;               /* the name read last */
	struct buf wanted;
	const struct entry *found_at; /* until more is read */
	int64_t found_modified;
	struct buf found; /* its whole key */
};

static struct slice
name_at(const void *context, size_t i)
{
	const struct listing_join *join = context;

	return slice_of(join->names.data + join->entries[i].at, join->entries[i].len);
}

/* Drops entries before `name`. Memory is freed when half of it is unused. */
static void
drop_before(struct listing_join *join, struct slice name)
{
	size_t gap;

	while (join->first < join->count && slice_compare(name_at(join, join->first), name) < 0)
		join->first++;
	if (join->first == join->count) {
		join->first = join->count = 0;
		buf_reset(&join->names);
		return;
	}
	if (join->first < 64 || join->first < join->count / 2)
		return;
	gap = join->entries[join->first].at;
	buf_consume(&join->names, gap);
	join->count -= join->first;
	memmove(join->entries, join->entries + join->first, join->count * sizeof(join->entries[0]));
	join->first = 0;
	for (size_t i = 0; i < join->count; i++)
		join->entries[i].at -= gap;
}

static int
keep_name(struct listing_join *join, struct slice name, int64_t modified, struct err *err)
{
	if (join->names.len + name.len + (join->count - join->first) * sizeof(join->entries[0]) > KEPT_MAX)
		return err_set(err, ERR_FAILED,
		               "s3://%s/%s: too many names begin with the same bytes to find out which is missing",
		               join->bucket, join->prefix);
	join->entries = mem_grow(join->entries, join->count, &join->capacity, sizeof(join->entries[0]));
	join->entries[join->count++] = (struct entry){join->names.len, name.len, modified};
	buf_append_slice(&join->names, name);
	return 0;
}

/* Reads on until a name comes after `limit`. Those before `name` are not kept. */
static int
read_until(struct listing_join *join, struct slice name, struct slice limit, struct err *err)
{
	size_t skip = strlen(join->prefix);

	while (!join->ended && (join->last.len == 0 || slice_compare(slice_of_buf(&join->last), limit) <= 0)) {
		struct store_object object;
		struct slice found;
		int result = store_list_next(join->list, &object, err);

		if (result < 0)
			return -1;
		if (result == 0) {
			join->ended = true;
			break;
		}
		if (!slice_starts_with(object.key, slice_of_str(join->prefix)))
			return err_set(err, ERR_FAILED, "s3://%s/%s: the listing has keys outside the prefix", join->bucket,
			               join->prefix);
		found = slice_of(object.key.ptr + skip, object.key.len - skip);
		if (join->last.len > 0 && slice_compare(found, slice_of_buf(&join->last)) <= 0)
			return err_set(err, ERR_FAILED, "s3://%s/%s: the listing is not in the order of the keys", join->bucket,
			               join->prefix);
		buf_reset(&join->last);
		buf_append_slice(&join->last, found);
		if (slice_compare(found, name) >= 0 && keep_name(join, found, object.modified, err) < 0)
			return -1;
	}
	return 0;
}

struct listing_join *
listing_join_new(struct store *store, const char *bucket, const char *prefix, const char *after)
{
	struct listing_join *join = mem_zero(1, sizeof(*join));
	char *start = *after == '\0' ? mem_dup("") : mem_printf("%s%s", prefix, after);

	join->bucket = bucket;
	join->prefix = prefix;
	join->list = store_list_open(store, bucket, prefix, start);
	free(start);
	return join;
}

int
listing_join_find(struct listing_join *join, struct slice name, bool *found, struct err *err)
{
	static const char *const suffixes[] = {"", ".gz", ".zst"}; /* in byte order */
	size_t count = sizeof(suffixes) / sizeof(suffixes[0]);

	*found = false;
	buf_reset(&join->wanted);
	buf_append_slice(&join->wanted, name);
	buf_append_str(&join->wanted, suffixes[count - 1]);
	drop_before(join, name);
	if (read_until(join, name, slice_of_buf(&join->wanted), err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const struct entry *entry;
		size_t at;

		join->wanted.len = name.len;
		buf_append_str(&join->wanted, suffixes[i]);
		at = search_find(name_at, join, join->first, join->count, slice_of_buf(&join->wanted));
		if (at == join->count)
			continue;
		entry = &join->entries[at];
		if (*found && entry->modified <= join->found_modified)
			continue;
		*found = true;
		join->found_modified = entry->modified;
		join->found_at = entry;
	}
	return 0;
}

void
listing_join_found(struct listing_join *join, struct listing_counterpart *counterpart)
{
	buf_reset(&join->found);
	buf_append_str(&join->found, join->prefix);
	buf_append_slice(&join->found, slice_of(join->names.data + join->found_at->at, join->found_at->len));
	*counterpart = (struct listing_counterpart){buf_cstr(&join->found), join->found_modified};
}

void
listing_join_free(struct listing_join *join)
{
	if (join == NULL)
		return;
	store_list_free(join->list);
	buf_release(&join->names);
	buf_release(&join->last);
	buf_release(&join->wanted);
	buf_release(&join->found);
	free(join->entries);
	free(join);
}

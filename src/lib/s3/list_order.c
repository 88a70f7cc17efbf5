/*
 * Compares what a server lists with the request: the prefix, the order of names, progress. See
 * list.h.
 */
#include "base/search.h"
#include "json/json.h"
#include "s3/list.h"

static struct slice
key_at(const void *page, size_t i)
{
	return s3_page_key(page, i);
}

int
s3_list_check_prefix(struct s3_list *list)
{
	struct s3_page *page = &list->pages[0];

	for (size_t i = 0; i < page->count; i++) {
		struct slice key = s3_page_key(page, i);
		struct buf shown = BUF_INIT;

		if (slice_starts_with(key, list->under))
			continue;
		if (!page->encoded) {
			s3_page_decode(page);
			return s3_list_check_prefix(list);
		}
		json_quote(&shown, key);
		err_set_operation(&list->err, ERR_ACCESS, "ListObjectsV2",
		                  "the server lists %.*s, which is not under the prefix", SLICE_ARGS(slice_of_buf(&shown)));
		buf_release(&shown);
		return store_err_name(&list->err, list->bucket->name, list->prefix);
	}
	return 0;
}

bool
s3_list_in_order(struct s3_list *list)
{
	const struct s3_page *page = &list->pages[0];
	const struct slice greatest = slice_of_buf(&list->greatest), behind = slice_of_buf(&list->behind);

	list->at = 0;
	list->repeats = false;
	for (size_t i = 1; i < page->count; i++) {
		int order = slice_compare(s3_page_key(page, i - 1), s3_page_key(page, i));

		if (order > 0)
			return false;
		list->repeats = list->repeats || order == 0;
	}
	for (; list->at < page->count; list->at++) {
		struct slice key = s3_page_key(page, list->at);

		if (slice_compare(key, behind) <= 0)
			continue;
		if (greatest.len == 0 || slice_compare(key, greatest) > 0)
			break;
		if (search_find(key_at, &list->pages[1], 0, list->pages[1].count, key) == list->pages[1].count)
			return false; /* it was not given before, and its place is passed */
	}
	return true;
}

bool
s3_list_is_idle(const struct s3_list *list)
{
	const struct s3_page *page = &list->pages[0], *old = &list->pages[1];

	if (page->count == 0)
		return true;
	if (list->sorter == NULL)
		return list->greatest.len > 0 &&
		       slice_compare(s3_page_key(page, page->count - 1), slice_of_buf(&list->greatest)) <= 0;
	return page->count == old->count && slice_equal(s3_page_key(page, 0), s3_page_key(old, 0)) &&
	       slice_equal(s3_page_key(page, page->count - 1), s3_page_key(old, old->count - 1));
}

size_t
s3_list_find_end(const struct s3_list *list)
{
	const struct s3_page *page = &list->pages[0];
	size_t i;

	if (list->until.len == 0)
		return page->count;
	i = search_first(key_at, page, 0, page->count, slice_of_buf(&list->until));
	while (i < page->count && slice_equal(s3_page_key(page, i), slice_of_buf(&list->until)))
		i++;
	return i;
}

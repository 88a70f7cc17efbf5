/* What a server lists, held against what it was asked for: the prefix, the order of names, progress. See s3_list.h. */
#include "json/json.h"
#include "store/s3_list.h"

int
s3_list_check_prefix(struct s3_list *list)
{
	struct s3_page *page = &list->pages[0];

	for (size_t i = 0; i < page->count; i++) {
		struct slice key = s3_list_key(page, i);
		struct buf shown = BUF_INIT;

		if (slice_starts_with(key, list->under))
			continue;
		if (!page->encoded) {
			s3_page_decode(page);
			return s3_list_check_prefix(list);
		}
		json_quote(&shown, key);
		err_set(&list->err, ERR_ACCESS, "ListObjectsV2: the server lists %.*s, which is not under the prefix",
		        SLICE_ARGS(slice_of_buf(&shown)));
		buf_release(&shown);
		return store_err_name(&list->err, list->bucket->name, list->prefix);
	}
	return 0;
}

/* Whether the page (whose keys are in order) holds the key. */
static bool
page_has(const struct s3_page *page, struct slice key)
{
	size_t low = 0, high = page->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = slice_compare(s3_list_key(page, middle), key);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool
s3_list_in_order(struct s3_list *list)
{
	const struct s3_page *page = &list->pages[0];
	const struct slice greatest = slice_of_buf(&list->greatest);

	list->at = 0;
	list->repeats = false;
	for (size_t i = 1; i < page->count; i++) {
		int order = slice_compare(s3_list_key(page, i - 1), s3_list_key(page, i));

		if (order > 0)
			return false;
		list->repeats = list->repeats || order == 0;
	}
	for (; list->at < page->count; list->at++) {
		struct slice key = s3_list_key(page, list->at);

		if (slice_compare(key, list->behind) <= 0)
			continue;
		if (greatest.len == 0 || slice_compare(key, greatest) > 0)
			break;
		if (!page_has(&list->pages[1], key))
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
		       slice_compare(s3_list_key(page, page->count - 1), slice_of_buf(&list->greatest)) <= 0;
	return page->count == old->count && slice_equal(s3_list_key(page, 0), s3_list_key(old, 0)) &&
	       slice_equal(s3_list_key(page, page->count - 1), s3_list_key(old, old->count - 1));
}

/* ListObjectsV2, page by page: while one page is read the next is on its way. */
#include "s3/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

/* Most pages of a thousand names. */
#define REPLY_ROOM ((size_t)384 * 1024)

/*
 * This many pages in a row may bring no new name: a bucket full of delete markers has such pages.
 */
#define IDLE_PAGES_MAX 100
/* What a listing that must be sorted may keep in memory. */
#define SORT_HOLD ((size_t)16 << 20)

/* A page is checked as soon as it is there: a broken one is requested again. */
static enum retry
check_page(struct s3_request *request, struct err *err)
{
	struct s3_list *list = request->owner;
	const char *why;

	if (s3_page_read(&request->reply, &list->pages[1], &why) == 0)
		return RETRY_NEVER;
	err_set_operation(err, ERR_TEMPORARY, "ListObjectsV2", "bad XML");
	err_set_detail(err, "%s", why);
	return RETRY_TRANSIENT;
}

/*
 * The store's clock by the answer's Date. It is cut off to seconds, and may have been on its way
 * for one. Read now, because the headers are gone afterwards.
 */
static void
on_page_done(struct s3_request *request)
{
	const char *date = http_header(&request->call, "date");
	int64_t theirs = date != NULL ? clock_parse_time(date) : -1;
	int64_t ahead = theirs - clock_unix();

	if (theirs >= 0)
		request->s3->store.clock_ahead = ahead >= -2 && ahead <= 2 ? 0 : ahead;
}

static void
add_to_query(struct s3_request *request, const char *name, struct slice value)
{
	struct buf text = BUF_INIT;

	buf_append_slice(&text, value);
	s3_query_add(request, name, buf_cstr(&text));
	buf_release(&text);
}

static void
ask_for_page(struct s3_list *list, struct slice token, struct slice start_after)
{
	struct s3_request *request = s3_request_new(list->s3, list->bucket, "ListObjectsV2", "GET", "");

	if (token.len > 0)
		add_to_query(request, "continuation-token", token); /* opaque: sent back unchanged */
	s3_query_add(request, "encoding-type", "url");
	s3_query_add(request, "list-type", "2");
	if (*list->prefix != '\0')
		s3_query_add(request, "prefix", list->prefix);
	if (token.len == 0 && start_after.len > 0)
		add_to_query(request, "start-after", start_after);
	request->shown = list->prefix;
	request->owner = list;
	request->check = check_page;
	request->on_done = on_page_done;
	if (list->room.cap == 0) {
		list->room = list->pages[1].text;
		list->pages[1].text = (struct buf)BUF_INIT;
	}
	/*
	 * Allocated at once, so that it is not copied while it grows. Memory that is not written to
	 * costs nothing.
	 */
	buf_reset(&list->room);
	buf_reserve(&list->room, REPLY_ROOM);
	request->reply = list->room;
	list->room = (struct buf)BUF_INIT;
	list->request = request;
	s3_request_start(request);
	/*
	 * Sent now, so that the server answers while the caller reads the page before it, which may
	 * take long.
	 */
	s3_push(list->s3);
}

/* Ends the request, and frees the room for its reply. */
static void
end_request(struct s3_list *list)
{
	if (list->request == NULL)
		return;
	buf_release(&list->room);
	list->room = list->request->reply;
	list->request->reply = (struct buf)BUF_INIT;
	s3_request_free(list->request);
	list->request = NULL;
}

/*
 * Continues by the page's token, which every server knows; or, if it gave no usable token, after
 * its last key. A page without new names is never the base of another.
 */
static int
ask_next(struct s3_list *list)
{
	const struct s3_page *page = &list->pages[0];
	struct slice token = slice_of_buf(&page->token);

	if (!page->truncated)
		return 0;
	if (token.len > 0) {
		if (list->token_again && slice_compare(token, slice_of_buf(&list->token)) == 0)
			return s3_list_refuse(list, "the server gives the same page again and again");
		buf_reset(&list->token);
		buf_append_slice(&list->token, token);
		ask_for_page(list, token, slice_of("", 0));
		return 0;
	}
	if (list->idle || list->sorter != NULL)
		return s3_list_refuse(list, "the server says that there is more, but does not send it");
	ask_for_page(list, token, s3_page_key(page, page->count - 1));
	return 0;
}

/*
 * From now on all names are collected, and returned in order once all are there. The listing starts
 * again: what "after" means to a server without an order is unknown.
 */
static int
begin_sorting(struct s3_list *list)
{
	if (list->delivered || list->part)
		return s3_list_refuse(list, "the server does not list names in order: set sort_listing: true (the cursor may "
		                            "have passed names that came late: find them with --missing-from)");
	log_warning("s3://%s/%s: the server does not list names in order: the whole listing is read and sorted (set "
	            "sort_listing: true to do so from the start)",
	            list->bucket->name, list->prefix);
	list->sorter = sorter_new(SORT_HOLD);
	s3_page_reset(&list->pages[0]);
	buf_reset(&list->greatest);
	buf_reset(&list->token);
	list->at = list->end = 0;
	ask_for_page(list, slice_of("", 0), slice_of("", 0));
	return 0;
}

/*
 * What the sorter keeps of an object beside its key; the bytes of the etag and the storage class
 * follow.
 */
struct sorted_object {
	int64_t size, modified, etag_len;
};

static int
collect_pages(struct s3_list *list)
{
	const struct s3_page *page = &list->pages[0];
	struct buf value = BUF_INIT;
	int result = 0;

	for (size_t i = 0; i < page->count && result == 0; i++) {
		const struct s3_page_object *object = &page->objects[i];
		const struct sorted_object kept = {object->size, object->modified, object->etag_len};
		struct slice key = s3_page_key(page, i);

		if (slice_compare(key, slice_of_buf(&list->behind)) <= 0)
			continue;
		buf_reset(&value);
		buf_append(&value, &kept, sizeof(kept));
		buf_append(&value, page->text.data + object->etag, object->etag_len);
		buf_append(&value, page->text.data + object->class, object->class_len);
		result = sorter_add(list->sorter, key, slice_of_buf(&value), &list->err);
	}
	buf_release(&value);
	return result;
}

/* Judges the page that is in pages[0] now. Returns as s3_list_take_page. */
static int
judge_page(struct s3_list *list)
{
	if (s3_list_check_prefix(list) < 0) {
		list->odd = true;
		return -1;
	}
	list->idle = s3_list_is_idle(list);
	list->idle_pages = list->idle ? list->idle_pages + 1 : 0;
	if (list->idle_pages > IDLE_PAGES_MAX)
		return s3_list_refuse(list, "the server gives page after page without a new name");
	if (list->sorter != NULL) {
		list->at = list->end = 0;
		return 1;
	}
	if (!s3_list_in_order(list))
		return begin_sorting(list);
	if (list->at > 0 && list->greatest.len == 0 && list->behind.len > 0)
		list->odd = true; /* start-after is ignored */
	list->end = s3_list_find_end(list);
	if (list->end < list->at)
		list->end = list->at;
	return 1;
}

/* Whether no later page can have a name of this list. */
static bool
has_reached_end(const struct s3_list *list)
{
	const struct s3_page *page = &list->pages[0];

	return list->until.len > 0 && page->count > 0 &&
	       slice_compare(s3_page_key(page, page->count - 1), slice_of_buf(&list->until)) >= 0;
}

/* The next name of a listing that was sorted. Returns 1, 0 at the end, -1 with list->err. */
static int
give_sorted(struct s3_list *list, struct store_object *object)
{
	struct sorted_object kept;
	struct slice key, value;
	int result;

	do
		result = sorter_next(list->sorter, &key, &value, &list->err);
	while (result == 1 && list->delivered && slice_equal(key, slice_of_buf(&list->last)));
	if (result <= 0)
		return result;
	list->delivered = true;
	buf_reset(&list->last);
	buf_append_slice(&list->last, key);
	memcpy(&kept, value.ptr, sizeof(kept));
	value = slice_of(value.ptr + sizeof(kept), value.len - sizeof(kept));
	*object = (struct store_object){
		.key = key,
		.size = kept.size,
		.modified = kept.modified,
		.etag = slice_of(value.ptr, (size_t)kept.etag_len),
		.storage_class = slice_of(value.ptr + kept.etag_len, value.len - (size_t)kept.etag_len),
	};
	return 1;
}

struct s3_list *
s3_list_new(struct s3 *s3, struct s3_bucket *bucket, const char *prefix)
{
	struct s3_list *list = mem_zero(1, sizeof(*list));

	list->s3 = s3;
	list->bucket = bucket;
	list->prefix = prefix;
	list->under = slice_of_str(prefix);
	return list;
}

void
s3_list_start(struct s3_list *list, struct slice after)
{
	end_request(list);
	if (list->room.cap == 0) {
		list->room = list->pages[0].text;
		list->pages[0].text = (struct buf)BUF_INIT;
	}
	s3_page_reset(&list->pages[0]);
	s3_page_reset(&list->pages[1]);
	buf_reset(&list->behind);
	buf_append_slice(&list->behind, after);
	buf_reset(&list->until);
	buf_reset(&list->greatest);
	buf_reset(&list->token);
	list->at = list->end = 0;
	list->odd = list->token_again = false;
	list->idle_pages = 0;
	list->err = (struct err)ERR_INIT;
	if (list->s3->sort_listing)
		list->sorter = sorter_new(SORT_HOLD);
	ask_for_page(list, slice_of("", 0), list->sorter != NULL ? slice_of("", 0) : slice_of_buf(&list->behind));
}

int
s3_list_refuse(struct s3_list *list, const char *why)
{
	list->odd = true;
	err_set_operation(&list->err, ERR_ACCESS, "ListObjectsV2", "%s", why);
	return store_err_name(&list->err, list->bucket->name, list->prefix);
}

bool
s3_list_is_under_way(const struct s3_list *list)
{
	return list->request != NULL && list->request->state != S3_DONE;
}

int
s3_list_take_page(struct s3_list *list)
{
	struct s3_page old = list->pages[0];

	if (list->err.kind != ERR_NONE)
		return -1;
	if (list->request == NULL || list->request->state != S3_DONE || list->at < list->end)
		return 0;
	list->token_again = list->token.len > 0;
	list->err = list->request->err;
	end_request(list);
	if (list->err.kind != ERR_NONE)
		return -1;
	list->pages[0] = list->pages[1];
	list->pages[1] = old;
	return judge_page(list);
}

int
s3_list_go_on(struct s3_list *list)
{
	const struct s3_page *page = &list->pages[0];

	if (!has_reached_end(list) && ask_next(list) < 0)
		return -1;
	if (list->sorter != NULL)
		return collect_pages(list);
	if (!list->idle) {
		buf_reset(&list->greatest);
		buf_append_slice(&list->greatest, s3_page_key(page, page->count - 1));
	}
	return 0;
}

void
s3_list_set_until(struct s3_list *list, const char *until)
{
	buf_reset(&list->until);
	buf_append_str(&list->until, until);
	list->end = s3_list_find_end(list);
	if (list->end < list->at)
		list->end = list->at;
}

int
s3_list_give(struct s3_list *list, struct store_object *object)
{
	const struct s3_page *page = &list->pages[0];

	while (list->at < list->end) {
		size_t i = list->at++;
		const struct s3_page_object *found = &page->objects[i];

		if (list->repeats && i > 0 && slice_equal(s3_page_key(page, i), s3_page_key(page, i - 1)))
			continue;
		list->delivered = true;
		object->key = s3_page_key(page, i);
		object->size = found->size;
		object->modified = found->modified;
		object->etag = slice_of(page->text.data + found->etag, found->etag_len);
		object->storage_class = slice_of(page->text.data + found->class, found->class_len);
		return 1;
	}
	if (list->err.kind != ERR_NONE)
		return -1;
	return s3_list_is_sorted(list) ? give_sorted(list, object) : 0;
}

bool
s3_list_is_sorted(const struct s3_list *list)
{
	return list->sorter != NULL && list->request == NULL;
}

bool
s3_list_is_over(const struct s3_list *list)
{
	return list->request == NULL && list->at == list->end;
}

void
s3_list_release(struct s3_list *list)
{
	if (list == NULL)
		return;
	s3_request_free(list->request);
	s3_page_release(&list->pages[0]);
	s3_page_release(&list->pages[1]);
	buf_release(&list->room);
	buf_release(&list->behind);
	buf_release(&list->until);
	buf_release(&list->greatest);
	buf_release(&list->last);
	buf_release(&list->token);
	sorter_free(list->sorter);
	free(list);
}

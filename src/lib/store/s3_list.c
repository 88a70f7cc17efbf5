/* ListObjectsV2, page by page: while one page is read the next is on its way. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/s3_list.h"

/* Most pages of a thousand names. */
#define REPLY_ROOM ((size_t)384 * 1024)

/* So many pages in a row may bring no new name: a bucket full of delete markers has such pages. */
#define IDLE_PAGES_MAX 100
/* What a listing that must be sorted may keep in memory. */
#define SORT_HOLD ((size_t)16 << 20)

/* A page is looked at as soon as it is there: one that is broken is asked for again. */
static enum retry
check_page(struct s3_request *request, struct err *err)
{
	struct s3_list *list = request->owner;
	const char *why;

	if (s3_page_read(&request->reply, &list->pages[1], &why) == 0)
		return RETRY_NEVER;
	err_set(err, ERR_TEMPORARY, "ListObjectsV2: bad XML (%s)", why);
	return RETRY_TRANSIENT;
}

static void
on_page_done(struct s3_request *request)
{
	(void)request; /* next_page looks at its state */
}

static void
ask(struct s3_list *list, struct slice token, const char *start_after)
{
	struct s3_request *request = s3_request_new(list->s3, list->bucket, "ListObjectsV2", "GET", "");
	struct buf text = BUF_INIT;

	if (token.len > 0) {
		/* Opaque: sent back as it came. */
		buf_append_slice(&text, token);
		s3_query_add(request, "continuation-token", buf_cstr(&text));
	}
	s3_query_add(request, "encoding-type", "url");
	s3_query_add(request, "list-type", "2");
	if (*list->prefix != '\0')
		s3_query_add(request, "prefix", list->prefix);
	if (token.len == 0 && *start_after != '\0')
		s3_query_add(request, "start-after", start_after);
	buf_release(&text);
	request->shown = list->prefix;
	request->owner = list;
	request->check = check_page;
	request->on_done = on_page_done;
	if (list->room.cap == 0) {
		list->room = list->pages[1].text;
		list->pages[1].text = (struct buf)BUF_INIT;
	}
	/* Grown all at once it is not copied to ever larger ones. What is not written to takes no memory. */
	buf_reset(&list->room);
	buf_reserve(&list->room, REPLY_ROOM);
	request->reply = list->room;
	list->room = (struct buf)BUF_INIT;
	list->request = request;
	s3_request_start(request);
	/* It goes out now, and is answered while the page before it is read: whoever prints that may take long. */
	s3_push(list->s3);
}

struct store_list *
s3_list_open(struct store *store, const char *bucket, const char *prefix, const char *start_after)
{
	struct s3_list *list = mem_zero(1, sizeof(*list));

	list->list.store = store;
	list->s3 = (struct s3 *)store;
	list->prefix = mem_dup(prefix);
	list->start_after = mem_dup(start_after);
	list->under = slice_of_str(list->prefix);
	list->behind = slice_of_str(list->start_after);
	if (!s3_bucket_name_ok(bucket)) {
		err_set(&list->err, ERR_USAGE, "s3://%s: is no name of a bucket", bucket);
		return &list->list;
	}
	list->bucket = s3_bucket_find(list->s3, bucket);
	if (list->s3->sort_listing) {
		list->sorter = sorter_new(SORT_HOLD);
		start_after = "";
	}
	ask(list, slice_of("", 0), start_after);
	return &list->list;
}

static int
refuse(struct s3_list *list, enum err_kind kind, const char *why)
{
	err_set(&list->err, kind, "ListObjectsV2: %s", why);
	return store_err_name(&list->err, list->bucket->name, list->prefix);
}

/*
 * Asks for the page behind pages[0]: by its token, which every server knows; or, if it gave none that can
 * be used, behind its last key. A page that has brought nothing new is never the base of another.
 */
static int
ask_next(struct s3_list *list, bool after_first, bool idle)
{
	const struct s3_page *page = &list->pages[0];
	struct slice token = slice_of_buf(&page->token);
	char *last;

	if (!page->truncated)
		return 0;
	if (token.len > 0) {
		if (after_first && slice_compare(token, slice_of_buf(&list->token)) == 0)
			return refuse(list, ERR_ACCESS, "the server gives the same page again and again");
		buf_reset(&list->token);
		buf_append_slice(&list->token, token);
		ask(list, token, "");
		return 0;
	}
	if (idle || list->sorter != NULL)
		return refuse(list, ERR_ACCESS, "the server says that there is more, but does not give it");
	last = slice_dup(s3_list_key(page, page->count - 1));
	ask(list, token, last);
	free(last);
	return 0;
}

/* From now on all names are collected, and given in order when all are there. The listing begins anew: what "after" means to
 * a server that keeps no order is not known. */
static int
begin_sorting(struct s3_list *list)
{
	if (list->delivered)
		return refuse(list, ERR_ACCESS,
		              "the server does not list in the order of names: set sort_listing: true (names that came "
		              "late may be behind the cursor now: look for them by --missing-from)");
	log_warning("s3://%s/%s: the server does not list in the order of names: all of them are listed and sorted "
	            "(sort_listing: true says so from the start)",
	            list->bucket->name, list->prefix);
	s3_request_free(list->request);
	list->request = NULL;
	list->sorter = sorter_new(SORT_HOLD);
	s3_page_reset(&list->pages[0]);
	buf_reset(&list->greatest);
	buf_reset(&list->token);
	list->at = 0;
	ask(list, slice_of("", 0), "");
	return 0;
}

/* What the sorter keeps of an object beside its key; the bytes of the etag and the storage class follow. */
struct sorted_object {
	int64_t size, modified, etag_len;
};

static int
collect(struct s3_list *list)
{
	const struct s3_page *page = &list->pages[0];
	struct buf value = BUF_INIT;
	int result = 0;

	for (size_t i = 0; i < page->count && result == 0; i++) {
		const struct s3_page_object *object = &page->objects[i];
		const struct sorted_object kept = {object->size, object->modified, object->etag_len};
		struct slice key = s3_list_key(page, i);

		if (slice_compare(key, list->behind) <= 0)
			continue;
		buf_reset(&value);
		buf_append(&value, &kept, sizeof(kept));
		buf_append(&value, page->text.data + object->etag, object->etag_len);
		buf_append(&value, page->text.data + object->class, object->class_len);
		result = sorter_add(list->sorter, key, slice_of_buf(&value), &list->err);
	}
	buf_release(&value);
	list->at = page->count;
	return result;
}

/* What to make of the page that is in pages[0] now. */
static int
take_page(struct s3_list *list, bool after_first)
{
	const struct s3_page *page = &list->pages[0];
	bool idle;

	if (s3_list_check_prefix(list) < 0)
		return -1;
	idle = s3_list_is_idle(list);
	list->idle_pages = idle ? list->idle_pages + 1 : 0;
	if (list->idle_pages > IDLE_PAGES_MAX)
		return refuse(list, ERR_ACCESS, "the server gives page after page without a new name");
	if (list->sorter == NULL && !s3_list_in_order(list))
		return begin_sorting(list);
	if (ask_next(list, after_first, idle) < 0)
		return -1;
	if (list->sorter != NULL)
		return collect(list);
	if (!idle) {
		buf_reset(&list->greatest);
		buf_append_slice(&list->greatest, s3_list_key(page, page->count - 1));
	}
	return 0;
}

/* What the answer's Date says of the store's clock. It is cut off to seconds, and may have been under way for one. */
static void
learn_clock(struct s3_list *list)
{
	const char *date = http_header(&list->request->call, "date");
	int64_t theirs = date != NULL ? clock_parse_time(date) : -1;
	int64_t ahead = theirs - clock_unix();

	if (theirs >= 0)
		list->list.store->clock_ahead = ahead >= -2 && ahead <= 2 ? 0 : ahead;
}

/* Waits for the page that was asked for and makes it the one that is read. Returns 1, 0 at the end, -1 with list->err. */
static int
next_page(struct s3_list *list)
{
	struct s3_page old = list->pages[0];
	bool after_first = list->token.len > 0;

	if (list->request == NULL)
		return 0;
	while (list->request->state != S3_DONE) {
		if (s3_pump(list->s3, &list->err) < 0)
			return -1;
	}
	learn_clock(list);
	list->err = list->request->err;
	list->room = list->request->reply;
	list->request->reply = (struct buf)BUF_INIT;
	s3_request_free(list->request);
	list->request = NULL;
	if (list->err.kind != ERR_NONE)
		return -1;
	list->pages[0] = list->pages[1];
	list->pages[1] = old;
	return take_page(list, after_first) < 0 ? -1 : 1;
}

/* The next name of a listing that was sorted. Returns 1, 0 at the end, -1 with list->err. */
static int
next_sorted(struct s3_list *list, struct store_object *object)
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

int
s3_list_next(struct store_list *base, struct store_object *object, struct err *err)
{
	struct s3_list *list = (struct s3_list *)base;
	int result;

	while (list->err.kind == ERR_NONE) {
		const struct s3_page *page = &list->pages[0];

		if (list->at < page->count) {
			size_t i = list->at++;
			const struct s3_page_object *found = &page->objects[i];

			if (list->repeats && i > 0 && slice_equal(s3_list_key(page, i), s3_list_key(page, i - 1)))
				continue;
			list->delivered = true;
			object->key = s3_list_key(page, i);
			object->size = found->size;
			object->modified = found->modified;
			object->etag = slice_of(page->text.data + found->etag, found->etag_len);
			object->storage_class = slice_of(page->text.data + found->class, found->class_len);
			return 1;
		}
		result = next_page(list);
		if (result == 0 && list->sorter != NULL)
			result = next_sorted(list, object);
		else if (result > 0)
			continue;
		if (result >= 0)
			return result;
	}
	*err = list->err;
	return -1;
}

void
s3_list_free(struct store_list *base)
{
	struct s3_list *list = (struct s3_list *)base;

	s3_request_free(list->request);
	s3_page_release(&list->pages[0]);
	s3_page_release(&list->pages[1]);
	buf_release(&list->room);
	buf_release(&list->greatest);
	buf_release(&list->last);
	sorter_free(list->sorter);
	buf_release(&list->token);
	free(list->prefix);
	free(list->start_after);
	free(list);
}

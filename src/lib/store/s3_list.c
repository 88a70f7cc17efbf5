/* ListObjectsV2, page by page: while one page is read the next is on its way. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/s3.h"

/* Most pages of a thousand names. */
#define REPLY_ROOM ((size_t)384 * 1024)

struct s3_list {
	struct store_list list;
	struct s3 *s3;
	struct s3_bucket *bucket;
	char *prefix;
	char *start_after;
	struct slice under, behind; /* the two, with their lengths: every key is held against them */
	struct s3_page pages[2];    /* [0] is read; [1] is the next, filled by check_page */
	size_t at;                  /* in pages[0] */
	struct s3_request *request; /* for pages[1]; NULL: pages[0] is the last */
	struct buf room;            /* for its reply: memory of pages read before */
	struct slice last;          /* the key returned last: in pages[0], or in last_kept where it was of a page before */
	struct buf last_kept;
	struct buf token; /* that the page asked for last was asked with */
	bool warned;
	struct err err;
};

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
	ask(list, slice_of("", 0), start_after);
	return &list->list;
}

static struct slice
key_of(const struct s3_page *page, const struct s3_page_object *object)
{
	return slice_of(page->text.data + object->key, object->key_len);
}

static int
refuse(struct s3_list *list, const char *why)
{
	err_set(&list->err, ERR_ACCESS, "ListObjectsV2: %s", why);
	return store_err_name(&list->err, list->bucket->name, list->prefix);
}

/*
 * Asks for the page behind pages[0]: by its token, which every server knows; or where it gave none that can
 * be used, behind its last key. A page that has brought nothing new is never the base of another.
 */
static int
ask_next(struct s3_list *list, bool after_first)
{
	const struct s3_page *page = &list->pages[0];
	struct slice token = slice_of_buf(&page->token);
	char *last;

	if (!page->truncated)
		return 0;
	if (token.len > 0) {
		if (after_first && slice_compare(token, slice_of_buf(&list->token)) == 0)
			return refuse(list, "the server gives the same page again and again");
		buf_reset(&list->token);
		buf_append_slice(&list->token, token);
		ask(list, token, "");
		return 0;
	}
	if (page->count == 0 ||
	    (list->last.len > 0 && slice_compare(key_of(page, &page->objects[page->count - 1]), list->last) <= 0))
		return refuse(list, "the server says that there is more, but does not give it");
	last = slice_dup(key_of(page, &page->objects[page->count - 1]));
	ask(list, token, last);
	free(last);
	return 0;
}

/* Waits for the page that was asked for and makes it the one that is read. Returns 1, 0 at the end, -1 with
 * list->err. */
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
	list->err = list->request->err;
	list->room = list->request->reply;
	list->request->reply = (struct buf)BUF_INIT;
	s3_request_free(list->request);
	list->request = NULL;
	if (list->err.kind != ERR_NONE)
		return -1;
	if (list->last.ptr != list->last_kept.data) {
		buf_reset(&list->last_kept);
		buf_append_slice(&list->last_kept, list->last);
		list->last = slice_of_buf(&list->last_kept);
	}
	list->pages[0] = list->pages[1];
	list->pages[1] = old;
	list->at = 0;
	return ask_next(list, after_first) < 0 ? -1 : 1;
}

/* Whether the key is one that was asked for and is not yet returned: servers ignore or misread what they are
 * asked. */
static bool
is_wanted(struct s3_list *list, struct slice key)
{
	int order;

	if (!slice_starts_with(key, list->under))
		return false;
	order = slice_compare(key, list->last.len > 0 ? list->last : list->behind);
	if (order < 0 && slice_compare(key, list->behind) > 0 && !list->warned) {
		log_warning("s3://%s/%s: the server does not list in the order of names; some may be left out",
		            list->bucket->name, list->prefix);
		list->warned = true;
	}
	return order > 0;
}

int
s3_list_next(struct store_list *base, struct store_object *object, struct err *err)
{
	struct s3_list *list = (struct s3_list *)base;

	while (list->err.kind == ERR_NONE) {
		const struct s3_page *page = &list->pages[0];

		if (list->at < page->count) {
			const struct s3_page_object *found = &page->objects[list->at++];
			struct slice key = key_of(page, found);

			if (!is_wanted(list, key))
				continue;
			list->last = key;
			object->key = key;
			object->size = found->size;
			object->modified = found->modified;
			object->etag = slice_of(page->text.data + found->etag, found->etag_len);
			return 1;
		}
		if (next_page(list) == 0)
			return 0;
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
	buf_release(&list->last_kept);
	buf_release(&list->token);
	free(list->prefix);
	free(list->start_after);
	free(list);
}

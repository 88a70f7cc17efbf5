/* A page of a listing: its memory, and what both of its readers take from the texts in it. */
#include "s3/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "http/percent.h"

const struct s3_page_object s3_page_object_empty = {.size = -1, .modified = -1};

void
s3_page_reset(struct s3_page *page)
{
	buf_reset(&page->text);
	buf_reset(&page->token);
	page->count = 0;
	page->truncated = false;
	page->encoded = false;
}

struct s3_page_object *
s3_page_add(struct s3_page *page)
{
	page->objects = mem_grow(page->objects, page->count, &page->cap, sizeof(page->objects[0]));
	page->objects[page->count] = s3_page_object_empty;
	return &page->objects[page->count++];
}

int64_t
s3_page_time(struct slice text)
{
	char copy[256] = ""; /* longer than any fraction of a second that makes sense */

	if (text.len == 0 || text.len >= sizeof(copy))
		return -1;
	memcpy(copy, text.ptr, text.len);
	return clock_parse_time(copy);
}

struct slice
s3_bare_etag(struct slice text)
{
	if (text.len >= 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"')
		return slice_of(text.ptr + 1, text.len - 2);
	return text;
}

void
s3_page_decode(struct s3_page *page)
{
	page->encoded = true;
	for (size_t i = 0; i < page->count; i++) {
		struct s3_page_object *object = &page->objects[i];

		object->key_len = (uint32_t)percent_decode(page->text.data + object->key, object->key_len);
	}
}

void
s3_page_release(struct s3_page *page)
{
	buf_release(&page->text);
	buf_release(&page->token);
	free(page->objects);
	*page = (struct s3_page){0};
}

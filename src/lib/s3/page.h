/*
 * A page of a listing (ListObjectsV2), from its XML. There are two readers: page_scan.c is fast and
 * knows the pages of real servers, page_read.c uses expat and reads everything. If the first
 * accepts a page, the second gets the same result: tests/fuzz/s3_page_fuzz.c compares them.
 */
#ifndef S3_PAGE_H
#define S3_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Key, etag and storage class as offsets into the page's text. */
struct s3_page_object {
	uint32_t key, key_len;
	uint32_t etag, etag_len;   /* without quotes */
	uint32_t class, class_len; /* of storage; len 0: not given */
	int64_t size;              /* -1: not given */
	int64_t modified;          /* unix seconds; -1: not given */
};

/* {0} is an empty one; can be read into again and again. */
struct s3_page {
	struct buf text;
	struct s3_page_object *objects;
	size_t count, cap;
	bool truncated;
	bool encoded;     /* the server said that keys came with encoding-type=url: they are decoded */
	struct buf token; /* for the next page; empty if it is of no use */
};

static inline struct slice
s3_page_key(const struct s3_page *page, size_t i)
{
	return slice_of(page->text.data + page->objects[i].key, page->objects[i].key_len);
}

/*
 * Reads the page from `xml`, whose memory may become the page's: only the memory of `xml` is of use
 * afterwards. Returns -1 with *why (static) if the XML is broken or is not a listing.
 */
int s3_page_read(struct buf *xml, struct s3_page *page, const char **why);
void s3_page_release(struct s3_page *page);

/* The two readers. If the fast one returns false, the page is undefined, and `xml` is unchanged. */
bool s3_page_scan(struct buf *xml, struct s3_page *page);
int s3_page_parse(struct slice xml, struct s3_page *page, const char **why);

/* Shared by the two readers. */
extern const struct s3_page_object s3_page_object_empty;
void s3_page_reset(struct s3_page *page);
/* One more object, empty; valid until the next. */
struct s3_page_object *s3_page_add(struct s3_page *page);
/* The meaning of the text of LastModified. */
int64_t s3_page_time(struct slice text);
/* An ETag without its quotes, if it has them. */
struct slice s3_bare_etag(struct slice text);
/* Decodes keys that came with encoding-type=url, in place. */
void s3_page_decode(struct s3_page *page);

#endif

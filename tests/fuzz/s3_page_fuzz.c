/*
 * libFuzzer: pages of a listing. Checked beyond the sanitizers: what the quick reader takes, expat reads to the same page;
 * what it does not take it leaves as it was. The input is tried as a page, as what is in one, and as what is in one of
 * its objects.
 */
#include <stdlib.h>

#include "s3/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct slice
text_of(const struct s3_page *page, uint32_t at, uint32_t len)
{
	if (at > page->text.len || len > page->text.len - at)
		abort();
	return slice_of(page->text.data + at, len);
}

static void
check_same(const struct s3_page *a, const struct s3_page *b)
{
	if (a->count != b->count || a->truncated != b->truncated ||
	    !slice_equal(slice_of_buf(&a->token), slice_of_buf(&b->token)))
		abort();
	for (size_t i = 0; i < a->count; i++) {
		const struct s3_page_object *x = &a->objects[i], *y = &b->objects[i];

		if (x->size != y->size || x->modified != y->modified ||
		    !slice_equal(text_of(a, x->key, x->key_len), text_of(b, y->key, y->key_len)) ||
		    !slice_equal(text_of(a, x->etag, x->etag_len), text_of(b, y->etag, y->etag_len)) ||
		    !slice_equal(text_of(a, x->class, x->class_len), text_of(b, y->class, y->class_len)))
			abort();
	}
}

/* Both pages are used again and again, as a listing does. */
static void
try_page(struct slice xml)
{
	static struct s3_page scanned, parsed;
	struct buf copy = BUF_INIT;
	const char *why = "";
	int result;

	buf_append_slice(&copy, xml);
	result = s3_page_parse(xml, &parsed, &why);
	if (s3_page_scan(&copy, &scanned)) {
		if (result != 0)
			abort();
		check_same(&scanned, &parsed);
	} else if (!slice_equal(slice_of_buf(&copy), xml)) {
		abort();
	}
	buf_release(&copy);
}

static void
try_inside(const char *before, struct slice text, const char *after)
{
	struct buf xml = BUF_INIT;

	buf_append_str(&xml, before);
	buf_append_slice(&xml, text);
	buf_append_str(&xml, after);
	try_page(slice_of_buf(&xml));
	buf_release(&xml);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of((const char *)data, size);

	try_page(text);
	try_inside("<ListBucketResult>", text, "</ListBucketResult>");
	try_inside("<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>a</Key>", text,
	           "</Contents></ListBucketResult>");
	return 0;
}

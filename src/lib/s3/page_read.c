/* Reads a page of a listing: the quick scanner if it can, else expat and a little mending. */
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "http/xml.h"
#include "s3/page.h"

struct page_context {
	struct s3_page *page;
	struct s3_page_object object; /* being read */
	bool has_key;
	bool encoded;
	const char *why;
};

static uint32_t
append_text(struct s3_page *page, struct slice text)
{
	size_t at = page->text.len;

	buf_append_slice(&page->text, text);
	return (uint32_t)at;
}

static void
object_leaf(struct page_context *context, const char *name, struct slice text)
{
	struct s3_page_object *object = &context->object;

	if (strcmp(name, "Key") == 0) {
		object->key = append_text(context->page, text);
		object->key_len = (uint32_t)text.len;
		context->has_key = true;
	} else if (strcmp(name, "Size") == 0) {
		if (!units_parse_digits(text.ptr, text.len, &object->size))
			context->why = "an object without a valid size";
	} else if (strcmp(name, "ETag") == 0) {
		text = s3_bare_etag(text);
		object->etag = append_text(context->page, text);
		object->etag_len = (uint32_t)text.len;
	} else if (strcmp(name, "StorageClass") == 0) {
		object->class = append_text(context->page, text);
		object->class_len = (uint32_t)text.len;
	} else if (strcmp(name, "LastModified") == 0) {
		object->modified = s3_page_time(text);
	}
}

static void
object_end(struct page_context *context)
{
	if (!context->has_key)
		context->why = "an object without a key";
	*s3_page_add(context->page) = context->object;
	context->object = s3_page_object_empty;
	context->has_key = false;
}

static void
page_leaf(void *opaque, const char *parent, const char *name, struct slice text)
{
	struct page_context *context = opaque;

	if (strcmp(parent, "Contents") == 0) {
		object_leaf(context, name, text);
	} else if (strcmp(parent, "ListBucketResult") != 0) {
		return;
	} else if (strcmp(name, "Contents") == 0) {
		object_end(context);
	} else if (strcmp(name, "IsTruncated") == 0) {
		context->page->truncated = slice_equal_str(text, "true");
	} else if (strcmp(name, "NextContinuationToken") == 0) {
		buf_reset(&context->page->token);
		buf_append_slice(&context->page->token, text);
	} else if (strcmp(name, "EncodingType") == 0) {
		context->encoded = slice_equal_str(text, "url");
	}
}

/* Whether a reference (at '&') is to a character that XML does not have; *len is its length. */
static bool
is_bad_reference(const char *text, size_t left, size_t *len)
{
	char digits[12] = "";
	const char *end = memchr(text, ';', left < 12 ? left : 12);
	unsigned long number;

	if (end == NULL || left < 4 || text[1] != '#')
		return false;
	memcpy(digits, text + 2, (size_t)(end - text) - 2);
	number = digits[0] == 'x' ? strtoul(digits + 1, NULL, 16) : strtoul(digits, NULL, 10);
	*len = (size_t)(end - text) + 1;
	return (number < 0x20 && number != '\t' && number != '\n' && number != '\r') ||
	       (number >= 0xd800 && number < 0xe000) || number == 0xfffe || number == 0xffff || number > 0x10ffff;
}

/*
 * Some servers echo the prefix and write the token unencoded, including control characters, which
 * is not XML. Keys come encoded, so nothing useful is lost with those characters. Returns whether
 * there was anything to fix.
 */
static bool
replace_bad_characters(struct slice xml, struct buf *to)
{
	bool mended = false;

	buf_reserve(to, xml.len);
	for (size_t i = 0; i < xml.len; i++) {
		unsigned char c = (unsigned char)xml.ptr[i];
		size_t len;

		if (c == '&' && is_bad_reference(xml.ptr + i, xml.len - i, &len)) {
			i += len - 1;
			c = '?';
			mended = true;
		} else if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
			c = '?';
			mended = true;
		}
		buf_append_byte(to, (char)c);
	}
	return mended;
}

static int
refuse_page(const char **why, const char *text)
{
	*why = text;
	return -1;
}

int
s3_page_parse(struct slice xml, struct s3_page *page, const char **why)
{
	struct page_context context = {.page = page, .object = s3_page_object_empty};
	struct buf sound = BUF_INIT;
	bool mended = false;
	char root[64];
	int error;

	s3_page_reset(page);
	error = xml_read(xml, page_leaf, &context, root);
	if ((error == XML_ERROR_BAD_CHAR_REF || error == XML_ERROR_INVALID_TOKEN) && replace_bad_characters(xml, &sound)) {
		s3_page_reset(page);
		context = (struct page_context){.page = page, .object = s3_page_object_empty};
		error = xml_read(slice_of_buf(&sound), page_leaf, &context, root);
		mended = true;
		/* It may be the token that was mended. */
		buf_reset(&page->token);
	}
	buf_release(&sound);
	if (error != XML_ERROR_NONE)
		return refuse_page(why, XML_ErrorString((enum XML_Error)error));
	if (strcmp(root, "ListBucketResult") != 0)
		return refuse_page(why, "not a ListBucketResult");
	if (context.why != NULL)
		return refuse_page(why, context.why);
	if (mended && !context.encoded)
		return refuse_page(why, "control characters in keys, and no encoding-type");
	if (context.encoded)
		s3_page_decode(page);
	return 0;
}

int
s3_page_read(struct buf *xml, struct s3_page *page, const char **why)
{
	if (s3_page_scan(xml, page))
		return 0;
	return s3_page_parse(slice_of_buf(xml), page, why);
}

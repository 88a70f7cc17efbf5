/*
 * The XML of S3's answers, read with expat: pages of listings, <Error>, single values. Only the leaves that
 * are asked for are looked at; name spaces and unknown elements do not matter.
 */
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/units.h"
#include "store/s3.h"

#define DEPTH_KEPT 8

/* Called at the end of every element with its name, its parent's, and the text directly before its end. */
typedef void leaf_fn(void *context, const char *parent, const char *name, struct slice text);

struct reader {
	XML_Parser parser;
	leaf_fn *leaf;
	void *context;
	struct buf names;          /* of the open elements, each with its NUL */
	size_t starts[DEPTH_KEPT]; /* where in `names` */
	int depth;
	struct buf text;
	char root[64];
};

static const char *
local_name(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon != NULL ? colon + 1 : name;
}

static void
on_start(void *opaque, const char *name, const char **attributes)
{
	struct reader *reader = opaque;

	(void)attributes;
	name = local_name(name);
	if (reader->depth < DEPTH_KEPT) {
		reader->starts[reader->depth] = reader->names.len;
		buf_append(&reader->names, name, strlen(name) + 1);
	}
	if (reader->depth == 0)
		strncat(reader->root, name, sizeof(reader->root) - 1);
	reader->depth++;
	buf_reset(&reader->text);
}

static void
on_end(void *opaque, const char *name)
{
	struct reader *reader = opaque;

	reader->depth--;
	if (reader->depth < DEPTH_KEPT) {
		const char *parent = reader->depth > 0 ? reader->names.data + reader->starts[reader->depth - 1] : "";

		reader->leaf(reader->context, parent, local_name(name), slice_of_buf(&reader->text));
		reader->names.len = reader->starts[reader->depth];
	}
	buf_reset(&reader->text);
}

static void
on_text(void *opaque, const char *text, int len)
{
	struct reader *reader = opaque;

	buf_append(&reader->text, text, (size_t)len);
}

/* No answer of S3 has a DOCTYPE, and entities are the one way to make little XML large. */
static void
on_doctype(void *opaque, const char *name, const char *system_id, const char *public_id, int internal)
{
	struct reader *reader = opaque;

	(void)name;
	(void)system_id;
	(void)public_id;
	(void)internal;
	XML_StopParser(reader->parser, XML_FALSE);
}

/* Returns expat's error, XML_ERROR_NONE where the document is whole. */
static enum XML_Error
read_xml(struct slice xml, leaf_fn *leaf, void *context, char root[64])
{
	struct reader reader = {.leaf = leaf, .context = context};
	enum XML_Error error = XML_ERROR_NONE;

	reader.parser = XML_ParserCreate(NULL);
	if (reader.parser == NULL)
		abort();
	XML_SetUserData(reader.parser, &reader);
	XML_SetElementHandler(reader.parser, on_start, on_end);
	XML_SetCharacterDataHandler(reader.parser, on_text);
	XML_SetStartDoctypeDeclHandler(reader.parser, on_doctype);
	if (xml.len > INT32_MAX || XML_Parse(reader.parser, xml.ptr, (int)xml.len, 1) != XML_STATUS_OK)
		error = XML_GetErrorCode(reader.parser);
	if (root != NULL)
		memcpy(root, reader.root, sizeof(reader.root));
	XML_ParserFree(reader.parser);
	buf_release(&reader.names);
	buf_release(&reader.text);
	return error;
}

struct error_context {
	struct s3_xml_error *error;
};

static void
take(struct buf *to, struct slice text)
{
	buf_reset(to);
	buf_append_slice(to, text);
}

static void
error_leaf(void *opaque, const char *parent, const char *name, struct slice text)
{
	struct s3_xml_error *error = ((struct error_context *)opaque)->error;

	if (strcmp(parent, "Error") != 0)
		return;
	if (strcmp(name, "Code") == 0)
		take(&error->code, text);
	else if (strcmp(name, "Message") == 0)
		take(&error->message, text);
	else if (strcmp(name, "RequestId") == 0)
		take(&error->request_id, text);
	else if (strcmp(name, "Region") == 0)
		take(&error->region, text);
}

bool
s3_xml_error(struct slice xml, struct s3_xml_error *error)
{
	struct error_context context = {error};
	char root[64];

	if (xml.len == 0)
		return false;
	/* A body that was cut off behind its code still says what happened. */
	read_xml(xml, error_leaf, &context, root);
	return strcmp(root, "Error") == 0 || error->code.len > 0;
}

void
s3_xml_error_release(struct s3_xml_error *error)
{
	buf_release(&error->code);
	buf_release(&error->message);
	buf_release(&error->request_id);
	buf_release(&error->region);
}

struct text_context {
	const char *element;
	struct buf *to;
	bool found;
};

static void
text_leaf(void *opaque, const char *parent, const char *name, struct slice text)
{
	struct text_context *context = opaque;

	(void)parent;
	if (context->found || strcmp(name, context->element) != 0)
		return;
	context->found = true;
	take(context->to, text);
}

bool
s3_xml_text(struct slice xml, const char *element, struct buf *to)
{
	struct text_context context = {element, to, false};

	return read_xml(xml, text_leaf, &context, NULL) == XML_ERROR_NONE && context.found;
}

struct page_context {
	struct s3_page *page;
	struct s3_page_object object; /* being read */
	bool has_key;
	bool encoded;
	const char *why;
};

static void
object_leaf(struct page_context *context, const char *name, struct slice text)
{
	struct s3_page_object *object = &context->object;
	struct buf *all = &context->page->text;

	if (strcmp(name, "Key") == 0) {
		object->key = all->len;
		object->key_len = text.len;
		buf_append_slice(all, text);
		context->has_key = true;
	} else if (strcmp(name, "Size") == 0) {
		if (!units_parse_digits(text.ptr, text.len, &object->size))
			context->why = "an object without a sound size";
	} else if (strcmp(name, "ETag") == 0) {
		if (text.len >= 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"')
			text = slice_of(text.ptr + 1, text.len - 2);
		object->etag = all->len;
		object->etag_len = text.len;
		buf_append_slice(all, text);
	} else if (strcmp(name, "LastModified") == 0) {
		char iso[40] = "";

		memcpy(iso, text.ptr, text.len < sizeof(iso) - 1 ? text.len : sizeof(iso) - 1);
		object->modified = clock_parse_iso(iso);
	}
}

static void
object_end(struct page_context *context)
{
	struct s3_page *page = context->page;

	if (!context->has_key)
		context->why = "an object without a key";
	if (page->count == page->cap) {
		page->cap = page->cap > 0 ? page->cap * 2 : 1024;
		page->objects = mem_resize(page->objects, page->cap, sizeof(*page->objects));
	}
	page->objects[page->count++] = context->object;
	context->object = (struct s3_page_object){.size = -1, .modified = -1};
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
		take(&context->page->token, text);
	} else if (strcmp(name, "EncodingType") == 0) {
		context->encoded = slice_equal_str(text, "url");
	}
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* In place. Some servers write a space as %20, AWS as '+'. */
static size_t
decode(char *text, size_t len)
{
	size_t out = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '%' && len - i > 2 && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
			text[out++] = (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
			i += 2;
		} else {
			text[out++] = text[i] == '+' ? ' ' : text[i];
		}
	}
	return out;
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
 * Some servers echo the prefix and write the token unencoded, control characters and all, which is no XML.
 * Keys come encoded, so nothing of use is lost with them. Returns whether there was anything to mend.
 */
static bool
mend(struct slice xml, struct buf *to)
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

static void
page_reset(struct s3_page *page)
{
	buf_reset(&page->text);
	buf_reset(&page->token);
	page->count = 0;
	page->truncated = false;
}

static int
page_refused(const char **why, const char *text)
{
	*why = text;
	return -1;
}

int
s3_xml_page(struct slice xml, struct s3_page *page, const char **why)
{
	struct page_context context = {.page = page, .object = {.size = -1, .modified = -1}};
	struct buf sound = BUF_INIT;
	bool mended = false;
	char root[64];
	enum XML_Error error;

	page_reset(page);
	error = read_xml(xml, page_leaf, &context, root);
	if ((error == XML_ERROR_BAD_CHAR_REF || error == XML_ERROR_INVALID_TOKEN) && mend(xml, &sound)) {
		page_reset(page);
		context = (struct page_context){.page = page, .object = {.size = -1, .modified = -1}};
		error = read_xml(slice_of_buf(&sound), page_leaf, &context, root);
		mended = true;
		/* It may be the token that was mended. */
		buf_reset(&page->token);
	}
	buf_release(&sound);
	if (error != XML_ERROR_NONE)
		return page_refused(why, XML_ErrorString(error));
	if (strcmp(root, "ListBucketResult") != 0)
		return page_refused(why, "not a ListBucketResult");
	if (context.why != NULL)
		return page_refused(why, context.why);
	if (mended && !context.encoded)
		return page_refused(why, "control characters in keys, and no encoding-type");
	for (size_t i = 0; context.encoded && i < page->count; i++)
		page->objects[i].key_len = decode(page->text.data + page->objects[i].key, page->objects[i].key_len);
	return 0;
}

void
s3_page_release(struct s3_page *page)
{
	buf_release(&page->text);
	buf_release(&page->token);
	free(page->objects);
	page->objects = NULL;
	page->count = page->cap = 0;
}

/* XML by expat: see xml.h. Name spaces and unknown elements do not matter. */
#include "http/xml.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_KEPT 8

struct reader {
	XML_Parser parser;
	xml_leaf *leaf;
	void *context;
	struct buf names;          /* of the open elements, each with its NUL */
	size_t starts[DEPTH_KEPT]; /* index in `names` */
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
on_element_start(void *opaque, const char *name, const char **attributes)
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
on_element_end(void *opaque, const char *name)
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
	buf_reset(context->to);
	buf_append_slice(context->to, text);
}

int
xml_read(struct slice xml, xml_leaf *leaf, void *context, char root[64])
{
	struct reader reader = {.leaf = leaf, .context = context};
	enum XML_Error error = XML_ERROR_NONE;

	reader.parser = XML_ParserCreate(NULL);
	if (reader.parser == NULL)
		abort();
	XML_SetUserData(reader.parser, &reader);
	XML_SetElementHandler(reader.parser, on_element_start, on_element_end);
	XML_SetCharacterDataHandler(reader.parser, on_text);
	XML_SetStartDoctypeDeclHandler(reader.parser, on_doctype);
	if (xml.len > INT32_MAX || XML_Parse(reader.parser, xml.ptr, (int)xml.len, 1) != XML_STATUS_OK)
		error = XML_GetErrorCode(reader.parser);
	if (root != NULL)
		memcpy(root, reader.root, sizeof(reader.root));
	XML_ParserFree(reader.parser);
	buf_release(&reader.names);
	buf_release(&reader.text);
	return (int)error;
}

bool
xml_text(struct slice xml, const char *element, struct buf *to)
{
	struct text_context context = {element, to, false};

	return xml_read(xml, text_leaf, &context, NULL) == XML_ERROR_NONE && context.found;
}

/*
 * XML documents, read with expat: S3's and STS's answers. No document type is accepted: no answer
 * has one, and entities are what makes little XML large.
 */
#ifndef HTTP_XML_H
#define HTTP_XML_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * Called at the end of every element, with its name, its parent's, and the text directly before its
 * end.
 */
typedef void xml_leaf(void *context, const char *parent, const char *name, struct slice text);

/*
 * Returns expat's error, XML_ERROR_NONE if the document is whole; stores the name of its root if
 * `root` is not NULL.
 */
int xml_read(struct slice xml, xml_leaf *leaf, void *context, char root[64]);

/*
 * The text of the first element of that name, at any depth; false if there is none or the XML is
 * broken.
 */
bool xml_text(struct slice xml, const char *element, struct buf *to);

#endif

/* The <Error> that S3 answers with. */
#include <string.h>

#include "http/xml.h"
#include "s3/s3.h"

static void
set_text(struct buf *to, struct slice text)
{
	buf_reset(to);
	buf_append_slice(to, text);
}

static void
error_leaf(void *opaque, const char *parent, const char *name, struct slice text)
{
	struct s3_error *error = opaque;

	if (strcmp(parent, "Error") != 0)
		return;
	if (strcmp(name, "Code") == 0)
		set_text(&error->code, text);
	else if (strcmp(name, "Message") == 0)
		set_text(&error->message, text);
	else if (strcmp(name, "RequestId") == 0)
		set_text(&error->request_id, text);
	else if (strcmp(name, "Region") == 0)
		set_text(&error->region, text);
}

bool
s3_error_read(struct slice xml, struct s3_error *error)
{
	char root[64];

	if (xml.len == 0)
		return false;
	/* A body that was cut off after its code still shows what happened. */
	xml_read(xml, error_leaf, error, root);
	return strcmp(root, "Error") == 0 || error->code.len > 0;
}

void
s3_error_release(struct s3_error *error)
{
	buf_release(&error->code);
	buf_release(&error->message);
	buf_release(&error->request_id);
	buf_release(&error->region);
}

/* Provenance as extended attributes: user.source-etag and so on, as S3's x-amz-meta-source-etag. */
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/log.h"
#include "file/file.h"

static void
set_attribute(void *context, const char *name, const char *value)
{
	const int *fd = context;
	char full[64];

	snprintf(full, sizeof(full), "user.%s", name);
	/* Not all file systems have them, and those that do have little room. */
	(void)!fsetxattr(*fd, full, value, strlen(value), 0);
}

void
file_meta_write(int fd, const struct store_provenance *provenance)
{
	char writer[64];

	if (provenance->source == NULL)
		return;
	store_provenance_write(provenance, set_attribute, &fd);
	snprintf(writer, sizeof(writer), "%s/%s", log_program(), VERSION);
	set_attribute(&fd, "writer", writer);
}

void
file_meta_read_etag(int fd, char to[128])
{
	char value[128];
	ssize_t len = fgetxattr(fd, "user.source-etag", value, sizeof(value) - 1);

	value[len > 0 ? len : 0] = '\0';
	store_provenance_read_etag(value, to);
}

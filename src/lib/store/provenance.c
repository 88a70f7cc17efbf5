/* The origin of an object, as its metadata. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "http/percent.h"
#include "store/backend.h"

/*
 * S3 takes 2 KB of metadata in all, names included. A source whose name is longer than this is
 * known by its object's name.
 */
#define VALUE_MAX 1024

void
store_provenance_write(const struct store_provenance *provenance,
                       void (*add)(void *context, const char *name, const char *value), void *context)
{
	const struct {
		const char *name, *value;
	} members[] = {
		{"source", provenance->source},
		{"source-etag", provenance->source_etag},
		{"cache-version", provenance->cache_version},
	};
	struct buf value = BUF_INIT;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (members[i].value == NULL || *members[i].value == '\0')
			continue;
		buf_reset(&value);
		percent_encode(&value, slice_of_str(members[i].value), true);
		if (value.len <= VALUE_MAX)
			add(context, members[i].name, buf_cstr(&value));
	}
	buf_release(&value);
}

void
store_provenance_read_etag(const char *text, char to[128])
{
	size_t len = text != NULL ? strlen(text) : 0;

	if (len > 127)
		len = 0;
	if (len > 0)
		memcpy(to, text, len);
	to[percent_decode(to, len)] = '\0';
}

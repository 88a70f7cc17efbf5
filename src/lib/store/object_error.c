/* Error texts of objects: see store.h and backend.h. */
#include <stdio.h>
#include <string.h>

#include "store/backend.h"

/* Of a key in an error text: what comes behind it must still have room in struct err. */
#define NAME_MAX_BYTES 400

int
store_err_name(struct err *err, const char *bucket, const char *key)
{
	return err_prefix(err, "s3://%s/%.*s", bucket, NAME_MAX_BYTES, key);
}

struct slice
store_reason(const struct err *err, const char *bucket, const char *key)
{
	const char *text = err->text;
	const char *details;
	char name[NAME_MAX_BYTES + 256];
	size_t len = (size_t)snprintf(name, sizeof(name), "s3://%.200s/%.*s: ", bucket, NAME_MAX_BYTES, key);

	if (strncmp(text, name, len) == 0)
		text += len;
	details = strstr(text, " (");
	return details == NULL ? slice_of_str(text) : slice_of(text, (size_t)(details - text));
}

/* What the headers of an answer say about the object, and about who answered. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "s3/s3.h"

void
s3_answer_etag(const struct http_call *call, char *to, size_t size)
{
	const char *etag = http_header(call, "etag");

	if (etag == NULL)
		etag = "";
	if (strncmp(etag, "W/", 2) == 0)
		etag += 2;
	snprintf(to, size, "%.*s", SLICE_ARGS(s3_bare_etag(slice_of_str(etag))));
}

/*
 * The etag is the content's MD5 unless it came in parts ("-2") or was encrypted with a key that is
 * not S3's own. Gateways have others that look just like one: get.c finds out.
 */
bool
s3_answer_etag_is_md5(const struct http_call *call, const char *etag)
{
	const char *sse = http_header(call, "x-amz-server-side-encryption");
	const char *class = http_header(call, "x-amz-storage-class");

	return strlen(etag) == 32 && strspn(etag, "0123456789abcdefABCDEF") == 32 &&
	       (sse == NULL || strcmp(sse, "AES256") == 0) &&
	       http_header(call, "x-amz-server-side-encryption-customer-algorithm") == NULL &&
	       (class == NULL || strcmp(class, "EXPRESS_ONEZONE") != 0);
}

bool
s3_answer_is_page(const struct http_call *call)
{
	const char *type = http_header(call, "content-type");

	return type != NULL && strncasecmp(type, "text/html", 9) == 0 && http_header(call, "x-amz-request-id") == NULL &&
	       http_header(call, "x-amz-id-2") == NULL;
}

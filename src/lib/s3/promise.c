/*
 * Compares the headers of a GET's answer with what the listing said of the object. An answer that
 * does not look like the store's is nobody's fault, and is requested again.
 *
 * Some stores and proxies remove a compression on the way, or add one: Google's "decompressive
 * transcoding" expands objects with Content-Encoding: gzip, nginx and content delivery networks
 * compress. Then the listing's ETag and size are those of the stored bytes, and must not be
 * compared with what arrives.
 */
#include <string.h>

#include "s3/s3.h"

static bool
is_encoded(const struct http_call *call)
{
	const char *encoding = http_header(call, "content-encoding");

	return encoding != NULL && strcmp(encoding, "identity") != 0 && strcmp(encoding, "aws-chunked") != 0;
}

/* Whether compression was added on the way, if the headers say so. */
static bool
is_packed(const struct http_call *call, bool length_known)
{
	const char *etag = http_header(call, "etag");

	return is_encoded(call) && (!length_known || (etag != NULL && strncmp(etag, "W/", 2) == 0));
}

/* Whether compression was removed on the way, if the headers say so. */
static bool
is_expanded(const struct http_call *call)
{
	const char *stored = http_header(call, "x-goog-stored-content-encoding");

	return stored != NULL && strcmp(stored, "identity") != 0 && !is_encoded(call);
}

static int
hold_size(int64_t came, int64_t listed, struct err *err)
{
	if (came == listed)
		return 0;
	return err_set_operation(err, ERR_TEMPORARY, "GET",
	                         "the object has %lld bytes, but the listing has %lld for its ETag", (long long)came,
	                         (long long)listed);
}

int
s3_promise_read(const struct http_call *call, const struct store_get_options *listed, struct s3_promise *promise,
                struct err *err)
{
	bool etag_listed = listed != NULL && listed->etag != NULL && *listed->etag != '\0';
	bool same;

	s3_answer_etag(call, promise->etag, sizeof(promise->etag));
	same = etag_listed && strcmp(promise->etag, listed->etag) == 0;
	if (promise->etag[0] == '\0' && (etag_listed || s3_answer_is_page(call)))
		return err_set_operation(err, ERR_TEMPORARY, "GET", "200 without an ETag, which is not an S3 store's answer");
	if (etag_listed && !same && s3_answer_is_page(call))
		return err_set_operation(err, ERR_TEMPORARY, "GET",
		                         "200 with a page of HTML, which is not an S3 store's answer");
	promise->size = http_content_length(call);
	promise->packed = is_packed(call, promise->size >= 0);
	promise->as_stored = !promise->packed && !is_expanded(call);
	/* No length and another ETag: something changed it on the way without saying so. */
	if (promise->size < 0 && etag_listed && !same)
		promise->as_stored = false;
	promise->listed = same && promise->as_stored && listed->size >= 0;
	promise->open_ended = promise->size < 0 && http_header(call, "transfer-encoding") == NULL;
	if (!promise->listed)
		return 0;
	if (promise->size >= 0)
		return hold_size(promise->size, listed->size, err);
	promise->size = listed->size;
	promise->open_ended = false;
	return 0;
}

/* DELETE, by itself and waited for: it is rare. */
#include <string.h>

#include "s3/s3.h"

static void
on_removed(struct s3_request *request)
{
	(void)request; /* s3_remove checks its state */
}

int
s3_remove(struct store *store, const char *bucket, const char *key, struct err *err)
{
	struct s3 *s3 = (struct s3 *)store;
	struct s3_request *request;
	int result = 0;

	if (!s3_bucket_name_ok(bucket))
		return err_set(err, ERR_USAGE, "s3://%s: not a valid bucket name", bucket);
	request = s3_request_new(s3, s3_bucket_find(s3, bucket), "DELETE", "DELETE", key);
	request->on_done = on_removed;
	s3_request_start(request);
	while (result == 0 && request->state != S3_DONE)
		result = s3_pump(s3, err);
	/* gone is gone: S3 answers 204 then, some others 404 */
	if (result == 0 && request->err.kind != ERR_NONE &&
	    !(request->status == 404 && strcmp(buf_cstr(&request->code), "NoSuchKey") == 0)) {
		*err = request->err;
		result = -1;
	}
	s3_request_free(request);
	return result;
}

/* HEAD: what the store knows of an object. */
#include <stdlib.h>

#include "base/mem.h"
#include "s3/s3.h"

struct s3_head {
	struct store_look look;
	struct s3_request *request; /* NULL: err says why it failed */
	struct store_info info;
	struct err err;
};

/* The headers are there only now: the connection's next request takes their place. */
static void
on_head_done(struct s3_request *request)
{
	struct s3_head *head = request->owner;

	if (request->err.kind != ERR_NONE)
		return;
	head->info.size = http_content_length(&request->call);
	s3_answer_etag(&request->call, head->info.etag, sizeof(head->info.etag));
	store_provenance_read_etag(http_header(&request->call, "x-amz-meta-source-etag"), head->info.source_etag);
}

enum retry
s3_head_check(struct s3_request *request, struct err *err)
{
	const char *etag = http_header(&request->call, "etag");

	if (http_header(&request->call, "x-amz-meta-writer") != NULL ||
	    (etag != NULL && *etag != '\0' && !s3_answer_is_page(&request->call)))
		return RETRY_NEVER;
	err_set_operation(err, ERR_TEMPORARY, "HEAD", "%d with no sign of an object, which is not an S3 store's answer",
	                  request->status);
	return RETRY_TRANSIENT;
}

struct store_look *
s3_look_open(struct store *store, const char *bucket, const char *key)
{
	struct s3_head *head = mem_zero(1, sizeof(*head));
	struct s3 *s3 = (struct s3 *)store;

	head->look.store = store;
	if (!s3_bucket_name_ok(bucket) || *key == '\0') {
		err_set_operation(&head->err, *key == '\0' ? ERR_OBJECT : ERR_ACCESS, "HEAD", "not a valid object name");
		store_err_name(&head->err, bucket, key);
		return &head->look;
	}
	head->request = s3_request_new(s3, s3_bucket_find(s3, bucket), "HEAD", "HEAD", key);
	head->request->owner = head;
	head->request->check = s3_head_check;
	head->request->on_done = on_head_done;
	s3_request_start(head->request);
	return &head->look;
}

int
s3_look_wait(struct store_look *look, bool wait, struct store_info *info, struct err *err)
{
	struct s3_head *head = (struct s3_head *)look;

	if (head->request == NULL) {
		*err = head->err;
		return -1;
	}
	while (head->request->state != S3_DONE) {
		if (!wait)
			return 2;
		if (s3_pump((struct s3 *)look->store, err) < 0)
			return -1;
	}
	if (head->request->err.kind == ERR_NONE) {
		*info = head->info;
		return 1;
	}
	if (head->request->status == 404 && head->request->err.kind != ERR_TEMPORARY)
		return 0;
	*err = head->request->err;
	return -1;
}

void
s3_look_free(struct store_look *look)
{
	struct s3_head *head = (struct s3_head *)look;

	s3_request_free(head->request);
	free(head);
}

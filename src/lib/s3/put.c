/*
 * PUT: an object as a whole, sent at its commit. One that grows too large for that goes to
 * multipart.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "s3/upload.h"

/* Larger ones are freed at once. */
#define BODY_KEPT ((size_t)2 * 1024 * 1024)

/* The memory of an object is reused for the next: fresh memory costs a page fault every 4 KiB. */
static void
keep_body(struct s3 *s3, struct buf *body)
{
	if (body->cap == 0 || body->cap > BODY_KEPT || s3->bodies_count == S3_BODIES_MAX) {
		buf_release(body);
		return;
	}
	buf_reset(body);
	s3->bodies[s3->bodies_count++] = *body;
	*body = (struct buf)BUF_INIT;
}

/*
 * The object is stored if the store says so: 200 with an ETag and without a body. Anything else may
 * be a proxy's answer, or that of a server which omits the ETag: on_put_done checks what is there.
 */
static enum retry
check_put(struct s3_request *request, struct err *err)
{
	const char *etag = http_header(&request->call, "etag");

	if (etag != NULL && *etag != '\0' && request->status == 200 && request->reply.len == 0)
		return RETRY_NEVER;
	err_set_operation(err, ERR_TEMPORARY, "PUT", "%d %s, which does not say that the object is stored", request->status,
	                  s3_answer_is_page(&request->call) ? "with a page of HTML"
	                  : request->reply.len > 0          ? "with a body"
	                  : etag == NULL || *etag == '\0'   ? "without an ETag"
	                                                    : "is not 200");
	return RETRY_NEVER;
}

static void
on_put_seen(struct s3_upload *upload, enum s3_seen seen, const struct err *err)
{
	struct s3_request *put = upload->request;
	bool believed = put->status / 100 != 2;

	if (seen == S3_SEEN_OURS || (seen == S3_SEEN_SAME && !upload->no_clobber))
		s3_upload_move(upload, S3_UPLOAD_STORED);
	else if (seen == S3_SEEN_UNKNOWN)
		s3_upload_fail(upload, put->err.kind == ERR_TEMPORARY && believed ? &put->err : err);
	else if ((!believed || (put->status == 412 && seen == S3_SEEN_NOTHING)) && s3_request_again(put))
		s3_upload_move(upload, S3_UPLOAD_PUTTING);
	else
		s3_upload_fail(upload, &put->err);
}

static void
on_put_done(struct s3_request *request)
{
	struct s3_upload *upload = request->owner;

	if (request->err.kind == ERR_NONE) {
		s3_answer_etag(&request->call, upload->etag, sizeof(upload->etag));
		s3_upload_move(upload, S3_UPLOAD_STORED);
	} else if (request->status / 100 == 2 || (request->unsure && (request->status == 412 || upload->no_clobber))) {
		/*
		 * An earlier try may have stored it. With --no-clobber the next run would treat that as
		 * somebody else's object.
		 */
		s3_upload_move(upload, S3_UPLOAD_CONFIRMING);
		s3_upload_look(upload, on_put_seen);
	} else {
		s3_upload_fail(upload, &request->err);
	}
}

static void
put_whole(struct s3_upload *upload)
{
	struct s3_request *request = s3_upload_step(upload, "PUT", "PUT", on_put_done);

	s3_upload_move(upload, S3_UPLOAD_PUTTING);
	s3_upload_headers(upload, request);
	if (upload->no_clobber)
		s3_request_header(request, "if-none-match", "*");
	request->body = slice_of_buf(&upload->data);
	request->has_body = true;
	request->check = check_put;
	if (upload->s3->check_crc32)
		s3_checksum_send(request);
	s3_request_start(request);
}

static void
add_provenance(void *context, const char *name, const char *value)
{
	static const char *const headers[] = {"x-amz-meta-source", "x-amz-meta-source-etag", "x-amz-meta-cache-version"};
	const size_t prefix = sizeof("x-amz-meta-") - 1;
	struct s3_upload *upload = context;

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		if (strcmp(headers[i] + prefix, name) == 0)
			upload->provenance[upload->provenance_count++] = (struct s3_header){headers[i], mem_dup(value)};
}

/* Waits until another part may be added. Returns -1 with err if the upload has failed meanwhile. */
static int
wait_for_room(struct s3_upload *upload, struct err *err)
{
	while (!s3_upload_is_over(upload) && !s3_multipart_has_room(upload)) {
		if (s3_pump(upload->s3, err) < 0)
			return store_err_name(err, upload->bucket->name, upload->key);
	}
	if (!s3_upload_is_over(upload))
		return 0;
	*err = upload->err;
	return -1;
}

void
s3_bodies_free(struct s3 *s3)
{
	while (s3->bodies_count > 0)
		buf_release(&s3->bodies[--s3->bodies_count]);
}

struct store_put *
s3_put_open(struct store *store, const char *bucket, const char *key, const struct store_put_options *options)
{
	struct s3_upload *upload = mem_zero(1, sizeof(*upload));
	const char *type = options != NULL ? options->content_type : NULL;

	upload->put.store = store;
	upload->s3 = (struct s3 *)store;
	upload->key = mem_dup(key);
	upload->content_type = mem_dup(type != NULL ? type : "application/x-ndjson");
	if (options != NULL) {
		store_provenance_write(&options->provenance, add_provenance, upload);
		upload->no_clobber = options->no_clobber;
		upload->dry_run = options->dry_run;
	}
	s3_upload_mark(upload);
	if (s3_bucket_name_ok(bucket) && *key != '\0') {
		upload->bucket = s3_bucket_find(upload->s3, bucket);
		return &upload->put;
	}
	err_set_operation(&upload->err, *key == '\0' ? ERR_OBJECT : ERR_ACCESS, "PUT", "not a valid object name");
	store_err_name(&upload->err, bucket, key);
	s3_upload_move(upload, S3_UPLOAD_FAILED);
	return &upload->put;
}

int
s3_put_write(struct store_put *base, const void *data, size_t len, struct err *err)
{
	struct s3_upload *upload = (struct s3_upload *)base;
	const char *from = data;

	if (upload->state == S3_UPLOAD_FAILED) {
		*err = upload->err;
		return -1;
	}
	upload->written += (int64_t)len;
	if (upload->data.cap == 0 && upload->s3->bodies_count > 0)
		upload->data = upload->s3->bodies[--upload->s3->bodies_count];
	while (len > 0 && !upload->dry_run) {
		size_t most = upload->multi != NULL ? s3_part_size(upload->multi->parts + 1) : S3_PUT_MAX;
		size_t room = most - upload->data.len;
		size_t take = len < room ? len : room;

		if (take == 0) {
			if (wait_for_room(upload, err) < 0)
				return -1;
			s3_multipart_add(upload);
			continue;
		}
		buf_append(&upload->data, from, take);
		from += take;
		len -= take;
	}
	return 0;
}

void
s3_put_commit(struct store_put *base)
{
	struct s3_upload *upload = (struct s3_upload *)base;

	if (upload->committed || s3_upload_is_over(upload))
		return;
	upload->committed = true;
	if (upload->dry_run)
		s3_upload_move(upload, S3_UPLOAD_STORED);
	else if (upload->multi == NULL && upload->no_clobber)
		s3_upload_if_absent(upload, put_whole);
	else if (upload->multi == NULL)
		put_whole(upload);
	else
		s3_multipart_commit(upload);
}

int
s3_put_wait(struct store_put *base, bool wait, struct store_info *info, struct err *err)
{
	struct s3_upload *upload = (struct s3_upload *)base;

	while (!s3_upload_is_over(upload)) {
		if (!wait)
			return 2;
		if (s3_pump(upload->s3, err) < 0)
			return store_err_name(err, upload->bucket->name, upload->key);
	}
	if (upload->state == S3_UPLOAD_FAILED) {
		*err = upload->err;
		return -1;
	}
	*info = (struct store_info){.size = upload->written};
	snprintf(info->etag, sizeof(info->etag), "%s", upload->etag);
	return 1;
}

void
s3_put_free(struct store_put *base)
{
	struct s3_upload *upload = (struct s3_upload *)base;

	s3_multipart_drop(upload);
	s3_request_free(upload->request);
	s3_request_free(upload->look);
	keep_body(upload->s3, &upload->data);
	free(upload->key);
	free(upload->content_type);
	for (int i = 0; i < upload->provenance_count; i++)
		free(upload->provenance[i].value);
	free(upload);
}

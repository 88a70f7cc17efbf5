/*
 * Large objects, in parts: create, several parts at once, complete. Each part is retried by itself.
 * An upload that is not completed is aborted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "http/xml.h"
#include "s3/upload.h"

#define MIB ((size_t)1024 * 1024)
#define PART_ETAG_MAX 512 /* opaque: a gateway may put anything there */

static void advance_upload(struct s3_upload *upload);

static void
stop_parts(struct s3_multipart *multi)
{
	for (int i = 0; i < S3_SLOTS; i++) {
		s3_request_free(multi->slots[i].request);
		multi->slots[i].request = NULL;
	}
}

static void
fail_upload(struct s3_upload *upload, const struct err *err)
{
	struct err copy = *err;

	stop_parts(upload->multi);
	s3_upload_fail(upload, &copy);
}

/*
 * Without its ETag a part cannot be named at the end; a page of HTML is not an answer of the store.
 */
static enum retry
check_part(struct s3_request *request, struct err *err)
{
	const char *etag = http_header(&request->call, "etag");
	bool page = s3_answer_is_page(&request->call);

	if (etag != NULL && *etag != '\0' && !page)
		return RETRY_NEVER;
	err_set(err, ERR_TEMPORARY, "UploadPart: %d %s, which does not say that the part is stored", request->status,
	        page ? "with a page of HTML" : "without an ETag");
	return RETRY_TRANSIENT;
}

static void
on_part_done(struct s3_request *request)
{
	struct s3_part *part = request->owner;
	struct s3_upload *upload = part->upload;
	struct s3_multipart *multi = upload->multi;
	char etag[PART_ETAG_MAX];

	if (request->err.kind != ERR_NONE) {
		fail_upload(upload, &request->err);
		return;
	}
	s3_answer_etag(&request->call, etag, sizeof(etag));
	multi->etags[part->number - 1] = mem_dup(etag);
	multi->stored++;
	part->number = 0;
	part->request = NULL;
	buf_reset(&part->data);
	s3_request_free(request);
	advance_upload(upload);
}

static void
start_part(struct s3_upload *upload, struct s3_part *part)
{
	struct s3_request *request = s3_request_new(upload->s3, upload->bucket, "UploadPart", "PUT", upload->key);
	char number[16];

	snprintf(number, sizeof(number), "%d", part->number);
	s3_query_add(request, "partNumber", number);
	s3_query_add(request, "uploadId", upload->multi->id);
	request->body = slice_of_buf(&part->data);
	request->has_body = true;
	if (upload->s3->check_crc32)
		upload->multi->crcs[part->number - 1] = s3_checksum_send(request);
	request->owner = part;
	request->check = check_part;
	request->on_done = on_part_done;
	part->request = request;
	s3_request_start(request);
}

static enum retry
check_created(struct s3_request *request, struct err *err)
{
	struct buf id = BUF_INIT;
	bool there = xml_text(slice_of_buf(&request->reply), "UploadId", &id) && id.len > 0;

	buf_release(&id);
	if (there)
		return RETRY_NEVER;
	err_set(err, ERR_TEMPORARY, "CreateMultipartUpload: the answer has no UploadId");
	return RETRY_TRANSIENT;
}

static void
on_created(struct s3_request *request)
{
	struct s3_upload *upload = request->owner;
	struct buf id = BUF_INIT;

	if (request->err.kind != ERR_NONE) {
		fail_upload(upload, &request->err);
		return;
	}
	xml_text(slice_of_buf(&request->reply), "UploadId", &id);
	upload->multi->id = slice_dup(slice_of_buf(&id));
	buf_release(&id);
	s3_request_free(request);
	upload->request = NULL;
	s3_upload_move(upload, S3_UPLOAD_SENDING);
	advance_upload(upload);
}

static void
create_upload(struct s3_upload *upload)
{
	struct s3_request *request = s3_upload_step(upload, "CreateMultipartUpload", "POST", on_created);

	s3_upload_move(upload, S3_UPLOAD_CREATING);
	s3_query_add(request, "uploads", "");
	s3_upload_headers(upload, request);
	/* Without this AWS refuses those of the parts. */
	if (upload->s3->check_crc32)
		s3_request_header(request, "x-amz-checksum-algorithm", "CRC32");
	request->has_body = true;
	request->body_errors = true;
	request->check = check_created;
	s3_request_start(request);
}

/* Takes the next steps, whatever has just happened. */
static void
advance_upload(struct s3_upload *upload)
{
	struct s3_multipart *multi = upload->multi;

	if (upload->state != S3_UPLOAD_SENDING)
		return;
	for (int i = 0; i < S3_SLOTS; i++) {
		if (multi->slots[i].number != 0 && multi->slots[i].request == NULL)
			start_part(upload, &multi->slots[i]);
	}
	if (upload->committed && multi->stored == multi->parts)
		s3_multipart_complete(upload);
}

/*
 * --no-clobber looks before anything is sent: the condition on the last request is not known to all
 * servers.
 */
static void
begin_upload(struct s3_upload *upload)
{
	upload->multi = mem_zero(1, sizeof(*upload->multi));
	for (int i = 0; i < S3_SLOTS; i++)
		upload->multi->slots[i].upload = upload;
	if (upload->no_clobber)
		s3_upload_if_absent(upload, create_upload);
	else
		create_upload(upload);
}

static void
on_aborted(struct s3_request *request)
{
	if (request->err.kind != ERR_NONE && !slice_equal_str(slice_of_buf(&request->code), "NoSuchUpload"))
		log_with_fields(LOG_WARNING, ERR_FIELDS(&request->err), "%s; its parts stay there, under %s",
		                ERR_TEXT(&request->err), buf_cstr(&request->query));
}

static void
abort_upload(struct s3 *s3, struct s3_bucket *bucket, const char *key, const char *id)
{
	struct s3_request *request = s3_request_new(s3, bucket, "AbortMultipartUpload", "DELETE", key);

	s3_query_add(request, "uploadId", id);
	request->on_done = on_aborted;
	s3_request_detach(request);
	s3_request_start(request);
}

/* Created after it was given up. */
static void
on_created_late(struct s3_request *request)
{
	struct buf id = BUF_INIT;

	if (request->err.kind == ERR_NONE && xml_text(slice_of_buf(&request->reply), "UploadId", &id))
		abort_upload(request->s3, request->bucket, request->key, buf_cstr(&id));
	buf_release(&id);
}

/*
 * The length is not known before the end, and there are 10,000 parts for up to 5 TiB: so after each
 * thousand the parts grow. Small ones as long as possible, for each is held in memory; the sum is
 * 5.3 TiB.
 */
size_t
s3_part_size(int number)
{
	static const size_t mib[] = {8, 16, 32, 64, 128, 256, 512, 1024, 1536, 2048};
	int step = (number - 1) / 1000;

	return mib[step < 10 ? step : 9] * MIB;
}

bool
s3_multipart_has_room(const struct s3_upload *upload)
{
	int used = 0;

	for (int i = 0; upload->multi != NULL && i < S3_SLOTS; i++)
		used += upload->multi->slots[i].number != 0;
	return used < S3_PARTS_AT_ONCE;
}

void
s3_multipart_add(struct s3_upload *upload)
{
	struct s3_multipart *multi;
	struct s3_part *part = NULL;
	struct buf empty;
	struct err err;

	if (upload->multi == NULL)
		begin_upload(upload);
	multi = upload->multi;
	if (multi->parts == S3_PARTS_MAX) {
		err_set_operation(&err, ERR_OBJECT, "PUT", "larger than S3 takes (%d parts)", S3_PARTS_MAX);
		store_err_name(&err, upload->bucket->name, upload->key);
		fail_upload(upload, &err);
		buf_reset(&upload->data);
		return;
	}
	for (int i = 0; part == NULL; i++) {
		if (multi->slots[i].number == 0)
			part = &multi->slots[i];
	}
	if (multi->parts == multi->etags_cap) {
		multi->etags_cap = multi->etags_cap > 0 ? multi->etags_cap * 2 : 64;
		multi->etags = mem_resize(multi->etags, (size_t)multi->etags_cap, sizeof(*multi->etags));
		multi->crcs = mem_resize(multi->crcs, (size_t)multi->etags_cap, sizeof(*multi->crcs));
	}
	multi->etags[multi->parts++] = NULL;
	part->number = multi->parts;
	/* The slot's old memory serves for the next part. */
	empty = part->data;
	part->data = upload->data;
	upload->data = empty;
	advance_upload(upload);
}

void
s3_multipart_commit(struct s3_upload *upload)
{
	if (upload->data.len > 0)
		s3_multipart_add(upload);
	advance_upload(upload);
}

void
s3_multipart_drop(struct s3_upload *upload)
{
	struct s3_multipart *multi = upload->multi;

	if (multi == NULL)
		return;
	stop_parts(multi);
	if (multi->id != NULL) {
		s3_request_free(upload->request);
		upload->request = NULL;
		abort_upload(upload->s3, upload->bucket, upload->key, multi->id);
	} else if (upload->state == S3_UPLOAD_CREATING) {
		upload->request->on_done = on_created_late;
		s3_request_detach(upload->request);
		upload->request = NULL;
	}
	for (int i = 0; i < S3_SLOTS; i++)
		buf_release(&multi->slots[i].data);
	for (int i = 0; i < multi->parts; i++)
		free(multi->etags[i]);
	free(multi->etags);
	free(multi->crcs);
	free(multi->id);
	buf_release(&multi->manifest);
	free(multi);
	upload->multi = NULL;
}

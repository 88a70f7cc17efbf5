/* The end of an upload in parts: the store puts them together. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/xml.h"
#include "s3/upload.h"

/* Putting the parts together may take S3 minutes, during which it sends a space now and then. */
#define COMPLETE_PATIENCE_MS (5 * 60 * 1000)

/* The store has no such upload any more: it became an object, or is gone. */
static void
forget_id(struct s3_multipart *multi)
{
	free(multi->id);
	multi->id = NULL;
}

/* The end of the upload failed: was it an earlier try that completed it? */
static void
on_failed_seen(struct s3_upload *upload, enum s3_seen seen, const struct err *err)
{
	const struct err *failed = &upload->request->err;
	struct err other;

	if (seen == S3_SEEN_OURS || (seen == S3_SEEN_SAME && !upload->no_clobber)) {
		forget_id(upload->multi);
		s3_upload_move(upload, S3_UPLOAD_STORED);
	} else if (seen == S3_SEEN_UNKNOWN && failed->kind != ERR_TEMPORARY) {
		s3_upload_fail(upload, err);
	} else if (upload->multi->id == NULL) {
		err_set(&other, ERR_TEMPORARY, "CompleteMultipartUpload: the upload is gone, and %s",
		        seen == S3_SEEN_NOTHING ? "nothing is there" : "another object is there");
		store_err_name(&other, upload->bucket->name, upload->key);
		s3_upload_fail(upload, &other);
	} else {
		s3_upload_fail(upload, failed);
	}
}

/*
 * The store said that it is stored, and did not say the etag. If another writer has replaced it
 * since, ours is known by its parts.
 */
static void
on_stored_seen(struct s3_upload *upload, enum s3_seen seen, const struct err *err)
{
	struct err gone;

	if (seen == S3_SEEN_UNKNOWN) {
		s3_upload_fail(upload, err);
	} else if (seen == S3_SEEN_NOTHING) {
		err_set(&gone, ERR_TEMPORARY, "CompleteMultipartUpload: nothing is there afterwards");
		store_err_name(&gone, upload->bucket->name, upload->key);
		s3_upload_fail(upload, &gone);
	} else {
		if (seen == S3_SEEN_OTHER)
			s3_upload_etag_of_parts(upload, upload->etag, sizeof(upload->etag));
		s3_upload_move(upload, S3_UPLOAD_STORED);
	}
}

static enum retry
check_completed(struct s3_request *request, struct err *err)
{
	struct buf etag = BUF_INIT;
	bool whole = xml_text(slice_of_buf(&request->reply), "ETag", &etag);

	buf_release(&etag);
	if (whole)
		return RETRY_NEVER;
	request->unsure = true;
	err_set(err, ERR_TEMPORARY, "CompleteMultipartUpload: the answer is cut off");
	return RETRY_TRANSIENT;
}

static void
on_completed(struct s3_request *request)
{
	struct s3_upload *upload = request->owner;
	struct buf etag = BUF_INIT;

	/* Gone, or there already, because an earlier try had completed it? */
	if (request->err.kind != ERR_NONE && request->unsure) {
		if (slice_equal_str(slice_of_buf(&request->code), "NoSuchUpload"))
			forget_id(upload->multi);
		s3_upload_move(upload, S3_UPLOAD_CONFIRMING);
		s3_upload_look(upload, on_failed_seen);
		return;
	}
	if (request->err.kind != ERR_NONE) {
		s3_upload_fail(upload, &request->err);
		return;
	}
	forget_id(upload->multi);
	xml_text(slice_of_buf(&request->reply), "ETag", &etag);
	snprintf(upload->etag, sizeof(upload->etag), "%.*s", SLICE_ARGS(s3_bare_etag(slice_of_buf(&etag))));
	buf_release(&etag);
	/* Some servers leave the etag empty here, and tell it when asked. */
	s3_upload_move(upload, upload->etag[0] == '\0' ? S3_UPLOAD_CONFIRMING : S3_UPLOAD_STORED);
	if (upload->state == S3_UPLOAD_CONFIRMING)
		s3_upload_look(upload, on_stored_seen);
}

static void
append_escaped(struct buf *to, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("&<>\"'", *text) != NULL || (unsigned char)*text >= 0x7f)
			buf_printf(to, "&#%d;", (unsigned char)*text);
		else
			buf_append_byte(to, *text);
	}
}

void
s3_multipart_complete(struct s3_upload *upload)
{
	struct s3_multipart *multi = upload->multi;
	struct s3_request *request = s3_upload_step(upload, "CompleteMultipartUpload", "POST", on_completed);

	s3_upload_move(upload, S3_UPLOAD_COMPLETING);
	buf_reset(&multi->manifest);
	buf_append_str(&multi->manifest, "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
	for (int i = 0; i < multi->parts; i++) {
		buf_printf(&multi->manifest, "<Part><PartNumber>%d</PartNumber><ETag>&quot;", i + 1);
		append_escaped(&multi->manifest, multi->etags[i]);
		buf_append_str(&multi->manifest, "&quot;</ETag>");
		if (upload->s3->check_crc32) {
			buf_append_str(&multi->manifest, "<ChecksumCRC32>");
			s3_checksum_text(multi->crcs[i], &multi->manifest);
			buf_append_str(&multi->manifest, "</ChecksumCRC32>");
		}
		buf_append_str(&multi->manifest, "</Part>");
	}
	buf_append_str(&multi->manifest, "</CompleteMultipartUpload>");
	s3_query_add(request, "uploadId", multi->id);
	s3_request_header(request, "content-type", "application/xml");
	if (upload->no_clobber)
		s3_request_header(request, "if-none-match", "*");
	request->body = slice_of_buf(&multi->manifest);
	request->has_body = true;
	request->body_errors = true;
	request->patience_ms = COMPLETE_PATIENCE_MS;
	request->check = check_completed;
	s3_request_start(request);
}

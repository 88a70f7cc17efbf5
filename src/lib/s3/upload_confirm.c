/*
 * Checks by HEAD what is stored under the name of an upload: before it is sent (--no-clobber), and
 * after an answer that did not show the result. Our own object is known by a token in its metadata,
 * or, if a server does not store that, by its size and its ETag.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/hex.h"
#include "digest/md5.h"
#include "s3/upload.h"

static bool
hex_md5(struct slice data, char hex[33])
{
	unsigned char hash[EVP_MAX_MD_SIZE];

	if (EVP_Q_digest(NULL, "MD5", NULL, data.len > 0 ? data.ptr : "", data.len, hash, NULL) != 1)
		return false;
	hex_encode(hex, hash, MD5_SIZE);
	return true;
}

static bool
is_md5_of(struct slice data, const char *etag)
{
	char hex[33];

	return hex_md5(data, hex) && strcasecmp(hex, etag) == 0;
}

/* Adds the bytes of an MD5 in hexadecimal; false if it is not one. */
static bool
append_md5(struct buf *to, const char *hex)
{
	char bytes[MD5_SIZE];

	if (strlen(hex) != sizeof(bytes) * 2 || !hex_decode(bytes, hex, sizeof(bytes)))
		return false;
	buf_append(to, bytes, sizeof(bytes));
	return true;
}

enum parts { PARTS_OTHER, PARTS_SAME_NUMBER, PARTS_SAME };

/* The etag of an upload in n parts ends in "-n" everywhere. */
static enum parts
compare_parts(const struct s3_upload *upload, const char *etag)
{
	char ending[16], expected[sizeof(upload->etag)];

	s3_upload_etag_of_parts(upload, expected, sizeof(expected));
	if (expected[0] != '\0' && strcasecmp(etag, expected) == 0)
		return PARTS_SAME;
	snprintf(ending, sizeof(ending), "-%d", upload->multi->stored);
	return slice_ends_with(slice_of_str(etag), slice_of_str(ending)) ? PARTS_SAME_NUMBER : PARTS_OTHER;
}

/* What a 200 has found. */
static enum s3_seen
recognise_object(const struct s3_upload *upload, const struct http_call *call, const char *etag)
{
	const char *token = http_header(call, "x-amz-meta-upload");
	bool ours = token != NULL && strcmp(token, upload->token) == 0;
	enum s3_seen if_same = token == NULL || ours ? S3_SEEN_OURS : S3_SEEN_SAME;
	enum parts parts;

	if (http_content_length(call) != upload->written)
		return S3_SEEN_OTHER;
	if (upload->multi != NULL) {
		parts = compare_parts(upload, etag);
		return ours || parts == PARTS_SAME || (parts == PARTS_SAME_NUMBER && token == NULL) ? if_same : S3_SEEN_OTHER;
	}
	/* The token says who sent it, the MD5 that it arrived as it was. */
	if (s3_answer_etag_is_md5(call, etag) && (!ours || upload->s3->check_md5))
		return is_md5_of(slice_of_buf(&upload->data), etag) ? if_same : S3_SEEN_OTHER;
	return ours ? S3_SEEN_OURS : S3_SEEN_OTHER;
}

static void
on_looked(struct s3_request *request)
{
	struct s3_upload *upload = request->owner;
	enum s3_seen seen = S3_SEEN_UNKNOWN;
	char etag[sizeof(upload->etag)];

	s3_answer_etag(&request->call, etag, sizeof(etag));
	if (request->err.kind == ERR_NONE)
		seen = recognise_object(upload, &request->call, etag);
	else if (request->status == 404 && request->err.kind != ERR_TEMPORARY)
		seen = S3_SEEN_NOTHING;
	if (seen == S3_SEEN_OURS || seen == S3_SEEN_SAME)
		snprintf(upload->etag, sizeof(upload->etag), "%s", etag);
	upload->on_seen(upload, seen, &request->err);
}

void
s3_upload_mark(struct s3_upload *upload)
{
	snprintf(upload->token, sizeof(upload->token), "%016llx", (unsigned long long)random_next(&upload->s3->random));
}

void
s3_upload_etag_of_parts(const struct s3_upload *upload, char *to, size_t size)
{
	const struct s3_multipart *multi = upload->multi;
	struct buf digests = BUF_INIT;
	bool known = true;
	char hex[33];

	for (int i = 0; i < multi->stored && known; i++)
		known = append_md5(&digests, multi->etags[i]);
	known = known && hex_md5(slice_of_buf(&digests), hex);
	to[0] = '\0';
	if (known)
		snprintf(to, size, "%s-%d", hex, multi->stored);
	buf_release(&digests);
}

void
s3_upload_look(struct s3_upload *upload,
               void (*on_seen)(struct s3_upload *upload, enum s3_seen seen, const struct err *err))
{
	struct s3_request *request = s3_request_new(upload->s3, upload->bucket, "HEAD", "HEAD", upload->key);

	s3_request_free(upload->look);
	upload->look = request;
	upload->on_seen = on_seen;
	request->owner = upload;
	request->check = s3_head_check;
	request->on_done = on_looked;
	s3_request_start(request);
}

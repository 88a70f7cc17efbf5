/* One try of a request to S3: its URL, its headers, its signature. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/percent.h"
#include "http/url.h"
#include "s3/s3.h"

#define EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
/* Host, date, hash, token, payer and what the caller adds. */
#define SIGNED_MAX (S3_HEADERS_MAX + 5)

/* The headers of every request; those that the caller set are signed too. */
static size_t
gather_headers(struct s3_request *request, const char *host, const char *date,
               const struct aws_credentials *credentials, struct sigv4_header *headers)
{
	size_t count = 0;

	headers[count++] = (struct sigv4_header){"host", host};
	if (credentials != NULL) {
		headers[count++] = (struct sigv4_header){"x-amz-date", date};
		headers[count++] = (struct sigv4_header){"x-amz-content-sha256", request->payload_hash};
		if (credentials->session_token != NULL)
			headers[count++] = (struct sigv4_header){"x-amz-security-token", credentials->session_token};
	}
	if (request->s3->request_payer)
		headers[count++] = (struct sigv4_header){"x-amz-request-payer", "requester"};
	for (int i = 0; i < request->header_count; i++)
		headers[count++] = (struct sigv4_header){request->headers[i].name, request->headers[i].value};
	return count;
}

static void
hash_payload(struct s3_request *request, const char *origin)
{
	if (request->payload_hash[0] != '\0')
		return;
	if (request->body.len == 0)
		memcpy(request->payload_hash, EMPTY_HASH, sizeof(EMPTY_HASH));
	else if (request->s3->unsigned_payload && strncmp(origin, "https:", 6) == 0)
		memcpy(request->payload_hash, "UNSIGNED-PAYLOAD", sizeof("UNSIGNED-PAYLOAD"));
	else
		sigv4_hash(request->body.ptr, request->body.len, request->payload_hash);
}

static void
sign_request(struct s3_request *request, const struct aws_credentials *credentials, const char *path,
             const struct sigv4_header *headers, size_t count, int64_t now)
{
	struct buf value = BUF_INIT;
	struct sigv4_request what = {
		.method = request->method,
		.path = path,
		.query = buf_cstr(&request->query),
		.headers = headers,
		.header_count = count,
		.payload_hash = request->payload_hash,
		.time = now,
		.region = request->bucket->region,
		.service = "s3",
		.access_key = credentials->access_key,
		.secret_key = credentials->secret_key,
	};

	sigv4_sign(request->s3->sigv4, &what, &value);
	http_add_header(&request->call, "Authorization", buf_cstr(&value));
	buf_release(&value);
}

static void
add_headers(struct s3_request *request, const struct sigv4_header *headers, size_t count)
{
	struct http_call *call = &request->call;
	bool typed = false;

	for (size_t i = 0; i < count; i++) {
		http_add_header(call, headers[i].name, headers[i].value);
		typed = typed || strcmp(headers[i].name, "content-type") == 0;
	}
	http_add_header(call, "User-Agent", request->s3->agent);
	http_omit_header(call, "Expect");
	http_omit_header(call, "Accept");
	/*
	 * Otherwise Google expands objects that are stored as gzip. Not signed: its front ends change
	 * the header. But it makes some proxies compress.
	 */
	if (request->as_stored)
		http_add_header(call, "Accept-Encoding", request->s3->packed_told ? "identity" : "gzip");
	if (request->has_body && !typed)
		http_omit_header(call, "Content-Type");
}

/* The part of the path for the bucket: empty if the host has it. A redirect may change that. */
static void
append_bucket(const struct s3_request *request, struct buf *path)
{
	const struct s3_bucket *bucket = request->bucket;

	if (request->moved_to != NULL && request->moved_in_host)
		return;
	buf_append_str(path, bucket->path);
	if (request->moved_to != NULL && *bucket->path == '\0') {
		buf_append_byte(path, '/');
		percent_encode(path, slice_of_str(bucket->name), false);
	}
}

void
s3_send(struct s3_request *request, const struct aws_credentials *credentials)
{
	struct s3 *s3 = request->s3;
	struct http_call *call = &request->call;
	const char *origin = request->moved_to != NULL ? request->moved_to : request->bucket->origin;
	struct sigv4_header headers[SIGNED_MAX];
	struct buf path = BUF_INIT;
	struct buf host = BUF_INIT;
	int64_t now = clock_unix() + s3->skew;
	char date[17];
	size_t count;

	free(request->refused_to);
	request->refused_to = NULL;
	http_call_release(call);
	buf_reset(&request->reply);
	buf_reset(&request->code);
	request->err.kind = ERR_NONE;
	request->status = 0;
	snprintf(request->sent_region, sizeof(request->sent_region), "%s", request->bucket->region);
	sigv4_date(now, date);
	hash_payload(request, origin);
	if (request->bucket->wants_checksum && (request->op & (S3_OP_PUT | S3_OP_PART)) != 0 && !request->checksum_sent)
		s3_checksum_md5(request);

	append_bucket(request, &path);
	if (*request->key != '\0' || path.len == 0)
		buf_append_byte(&path, '/');
	percent_encode(&path, slice_of_str(request->key), true);
	url_host_header(origin, &host);
	count = gather_headers(request, buf_cstr(&host), date, credentials, headers);
	if (credentials != NULL)
		sign_request(request, credentials, buf_cstr(&path), headers, count, now);
	add_headers(request, headers, count);

	buf_reset(&request->url);
	buf_printf(&request->url, "%s%s", origin, buf_cstr(&path));
	if (request->query.len > 0)
		buf_printf(&request->url, "?%s", buf_cstr(&request->query));
	buf_release(&path);
	buf_release(&host);

	call->method = request->method;
	call->url = buf_cstr(&request->url);
	call->body = request->body;
	call->has_body = request->has_body;
	call->patience_ms = request->patience_ms;
	log_debug("%s %s, attempt %d", request->method, call->url, request->attempt);
	http_start(s3->http, call);
}

/*
 * GET of one object. What comes ahead of the reader is bounded: then the transfer is paused. A connection
 * that breaks is continued by Range where it stood, on condition that the object is still the same
 * (If-Match).
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/units.h"
#include "store/s3.h"

/* Of each get: so much may wait in `ahead`, while the reader has as much in `out`. */
#define AHEAD_MAX (1024 * 1024)

struct s3_get {
	struct store_get get;
	struct s3 *s3;
	char *key;
	struct s3_request *request;
	struct buf ahead;
	struct buf out;
	int64_t received; /* bytes of the object, in order and without gaps */
	int64_t skip;     /* of a whole object that came where a part was asked for */
	bool looked;      /* at the headers of this try */
	bool handed;      /* the reader has had some of it */
	bool probing;     /* all that was promised came, but it is not what the MD5 says */
	EVP_MD_CTX *md5;  /* NULL: the etag is no MD5 */
	uint32_t crc;     /* by option */
	bool crc_wrong;   /* it is not what the server told */
	struct err err;
};

static const EVP_MD *
md5_method(void)
{
	static EVP_MD *md;

	if (md == NULL)
		md = EVP_MD_fetch(NULL, "MD5", NULL);
	return md;
}

/* The etag is the content's MD5 unless it came in parts ("-2") or was encrypted with a key that is not S3's
 * own. */
static bool
etag_is_md5(const struct http_call *call, const char *etag)
{
	const char *sse = http_header(call, "x-amz-server-side-encryption");
	const char *class = http_header(call, "x-amz-storage-class");

	return strlen(etag) == 32 && strspn(etag, "0123456789abcdef") == 32 &&
	       (sse == NULL || strcmp(sse, "AES256") == 0) &&
	       http_header(call, "x-amz-server-side-encryption-customer-algorithm") == NULL &&
	       (class == NULL || strcmp(class, "EXPRESS_ONEZONE") != 0);
}

static void
start_over(struct s3_get *get)
{
	get->received = 0;
	get->crc = 0;
	get->crc_wrong = false;
	get->probing = false;
	get->get.info.size = -1;
	get->get.info.etag[0] = '\0';
	buf_reset(&get->ahead);
	EVP_MD_CTX_free(get->md5);
	get->md5 = NULL;
}

static void
look_at_first(struct s3_get *get, const struct http_call *call)
{
	get->get.info.size = http_content_length(call);
	s3_answer_etag(call, get->get.info.etag, sizeof(get->get.info.etag));
	if (get->s3->check_md5 && etag_is_md5(call, get->get.info.etag) && md5_method() != NULL) {
		get->md5 = EVP_MD_CTX_new();
		if (get->md5 == NULL || EVP_DigestInit_ex2(get->md5, md5_method(), NULL) != 1)
			abort();
	}
}

/* "bytes 100-199/1000" or "bytes * /1000" (without the space). */
static bool
parse_range(const char *text, int64_t *first, int64_t *total)
{
	const char *slash, *dash;

	if (text == NULL || strncmp(text, "bytes ", 6) != 0 || (slash = strchr(text, '/')) == NULL)
		return false;
	text += 6;
	dash = memchr(text, '-', (size_t)(slash - text));
	*first = -1;
	if (dash != NULL && !units_parse_digits(text, (size_t)(dash - text), first))
		return false;
	return units_parse_digits(slash + 1, strlen(slash + 1), total);
}

static int
look_at_rest(struct s3_get *get, const struct http_call *call, struct err *err)
{
	int64_t first, total;
	char etag[sizeof(get->get.info.etag)];

	s3_answer_etag(call, etag, sizeof(etag));
	if (strcmp(etag, get->get.info.etag) != 0)
		return err_set(err, ERR_TEMPORARY, "GET: the object was replaced while it was read");
	if (call->status == 200) {
		/* The whole again; If-Match has made sure that it is the same. */
		get->skip = get->received;
		return 0;
	}
	if (!parse_range(http_header(call, "content-range"), &first, &total) || first != get->received ||
	    (get->get.info.size >= 0 && !get->probing && total != get->get.info.size))
		return err_set(err, ERR_TEMPORARY, "GET: another part came than was asked for");
	get->get.info.size = total;
	return 0;
}

/* The headers of a 2xx, before its first byte is taken. */
static int
look(struct s3_get *get, const struct http_call *call, struct err *err)
{
	if (get->looked)
		return 0;
	get->skip = 0;
	if (get->received > 0) {
		if (look_at_rest(get, call, err) < 0)
			return -1;
	} else if (call->status != 200) {
		return err_set(err, ERR_TEMPORARY, "GET: %d where 200 was asked for", call->status);
	} else {
		look_at_first(get, call);
	}
	get->looked = true;
	return 0;
}

static enum http_body
on_body(struct s3_request *request, const char *data, size_t len)
{
	struct s3_get *get = request->owner;

	if (look(get, &request->call, &request->err) < 0)
		return HTTP_REFUSED;
	if (get->ahead.len >= AHEAD_MAX)
		return HTTP_PAUSE;
	if (get->skip > 0) {
		size_t drop = (int64_t)len < get->skip ? len : (size_t)get->skip;

		get->skip -= (int64_t)drop;
		data += drop;
		len -= drop;
	}
	if (len == 0)
		return HTTP_TAKEN;
	if (get->ahead.len == 0)
		get->s3->events++;
	buf_append(&get->ahead, data, len);
	get->received += (int64_t)len;
	request->progressed = true;
	if (get->s3->check_crc32)
		get->crc = s3_checksum_more(get->crc, data, len);
	if (get->md5 != NULL && EVP_DigestUpdate(get->md5, data, len) != 1)
		abort();
	return HTTP_TAKEN;
}

/* On a copy: more may come, where the server promised too little. */
static bool
md5_is_right(const struct s3_get *get)
{
	EVP_MD_CTX *copy;
	unsigned char hash[EVP_MAX_MD_SIZE];
	char hex[33];

	if (get->md5 == NULL)
		return true;
	copy = EVP_MD_CTX_new();
	if (copy == NULL || EVP_MD_CTX_copy_ex(copy, get->md5) != 1 || EVP_DigestFinal_ex(copy, hash, NULL) != 1)
		abort();
	EVP_MD_CTX_free(copy);
	for (int i = 0; i < 16; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	return strcmp(hex, get->get.info.etag) == 0;
}

/* Whether the content is what the server says of it; else err tells. */
static bool
is_right(const struct s3_get *get, struct err *err)
{
	bool md5 = md5_is_right(get);

	if (md5 && !get->crc_wrong)
		return true;
	err_set(err, ERR_TEMPORARY, "GET: what came does not have the %s",
	        md5 ? "CRC-32 of the object" : "MD5 of the object's etag");
	return false;
}

/* A 2xx that came whole by its own account. */
static enum retry
check(struct s3_request *request, struct err *err)
{
	struct s3_get *get = request->owner;

	if (look(get, &request->call, err) < 0)
		return RETRY_TRANSIENT;
	if (get->skip > 0 || (get->get.info.size >= 0 && get->received < get->get.info.size)) {
		err_set(err, ERR_TEMPORARY, "GET: %lld of %lld bytes came", (long long)get->received,
		        (long long)get->get.info.size);
		return RETRY_TRANSIENT;
	}
	if (get->s3->check_crc32 && !s3_checksum_is_right(&request->call, get->crc))
		get->crc_wrong = true;
	if (!is_right(get, err)) {
		/* From the start where nobody has seen it yet; else only more bytes could still make it
		 * right. */
		if (get->probing && get->handed)
			return RETRY_NEVER;
		get->probing = true;
		request->progressed = false;
		return RETRY_TRANSIENT;
	}
	get->get.info.size = get->received;
	return RETRY_NEVER;
}

static void
on_retry(struct s3_request *request)
{
	struct s3_get *get = request->owner;
	char text[sizeof(get->get.info.etag) + 40];

	get->looked = false;
	if (get->probing && !get->handed)
		start_over(get);
	if (get->received == 0) {
		start_over(get);
		s3_request_header(request, "range", NULL);
		s3_request_header(request, "if-match", NULL);
		return;
	}
	snprintf(text, sizeof(text), "bytes=%lld-", (long long)get->received);
	s3_request_header(request, "range", text);
	snprintf(text, sizeof(text), "\"%s\"", get->get.info.etag);
	s3_request_header(request, "if-match", get->get.info.etag[0] != '\0' ? text : NULL);
}

static void
on_done(struct s3_request *request)
{
	struct s3_get *get = request->owner;
	int64_t first, total;

	/* Nothing behind the last byte: the end was reached, if its size was not known before. */
	if (request->status == 416 && get->received > 0 &&
	    parse_range(http_header(&request->call, "content-range"), &first, &total) && total == get->received) {
		request->err.kind = ERR_NONE;
		if (!is_right(get, &request->err))
			store_err_name(&request->err, request->bucket->name, request->key);
	}
	get->err = request->err;
}

struct store_get *
s3_get_open(struct store *store, const char *bucket, const char *key)
{
	struct s3_get *get = mem_zero(1, sizeof(*get));

	get->get.store = store;
	get->get.info.size = -1;
	get->s3 = (struct s3 *)store;
	get->key = mem_dup(key);
	if (!s3_bucket_name_ok(bucket) || *key == '\0') {
		err_set(&get->err, ERR_FAILED, "GET: no name of an object");
		store_err_name(&get->err, bucket, key);
		return &get->get;
	}
	get->request = s3_request_new(get->s3, s3_bucket_find(get->s3, bucket), "GET", "GET", get->key);
	get->request->owner = get;
	get->request->on_body = on_body;
	get->request->check = check;
	get->request->on_retry = on_retry;
	get->request->on_done = on_done;
	if (get->s3->check_crc32)
		s3_request_header(get->request, "x-amz-checksum-mode", "ENABLED");
	s3_request_start(get->request);
	return &get->get;
}

int
s3_get_read(struct store_get *base, bool wait, struct slice *data, struct err *err)
{
	struct s3_get *get = (struct s3_get *)base;

	for (;;) {
		if (get->ahead.len > 0) {
			struct buf spent = get->out;

			get->out = get->ahead;
			get->ahead = spent;
			buf_reset(&get->ahead);
			get->handed = true;
			*data = slice_of_buf(&get->out);
			http_resume(&get->request->call);
			return 1;
		}
		if (get->err.kind != ERR_NONE) {
			*err = get->err;
			return -1;
		}
		if (get->request->state == S3_DONE)
			return 0;
		if (!wait)
			return 2;
		if (s3_pump(get->s3, err) < 0)
			return store_err_name(err, get->request->bucket->name, get->key);
	}
}

void
s3_get_free(struct store_get *base)
{
	struct s3_get *get = (struct s3_get *)base;

	s3_request_free(get->request);
	EVP_MD_CTX_free(get->md5);
	buf_release(&get->ahead);
	buf_release(&get->out);
	free(get->key);
	free(get);
}

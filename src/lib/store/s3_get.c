/*
 * GET of one object. What comes ahead of the reader is bounded (ahead.h): then the transfer is paused. A connection
 * that breaks is continued by Range where it stood, on condition that the object is still the same
 * (If-Match).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/units.h"
#include "store/s3.h"

struct s3_get {
	struct store_get get;
	struct s3 *s3;
	char *key;
	struct s3_request *request;
	struct ahead ahead;
	int64_t received; /* bytes of the object, in order and without gaps */
	int64_t skip;     /* of a whole object that came where a part was asked for */
	bool running;     /* its request is */
	bool looked;      /* at the headers of this try */
	bool handed;      /* the reader has had some of it */
	bool probing;     /* all that was promised came, but it is not what the MD5 says */
	bool check_md5;   /* the etag is one */
	uint32_t crc;     /* by option */
	bool crc_wrong;   /* it is not what the server told */
	struct err err;
};

static void
start_over(struct s3_get *get)
{
	get->received = 0;
	get->crc = 0;
	get->crc_wrong = false;
	get->probing = false;
	get->get.info.size = -1;
	get->get.info.etag[0] = '\0';
	get->check_md5 = false;
	ahead_start(&get->ahead, -1, false);
}

static void
look_at_first(struct s3_get *get, const struct http_call *call)
{
	get->get.info.size = http_content_length(call);
	s3_answer_etag(call, get->get.info.etag, sizeof(get->get.info.etag));
	get->check_md5 = get->s3->check_md5 && s3_answer_etag_is_md5(call, get->get.info.etag);
	ahead_start(&get->ahead, get->get.info.size, get->check_md5);
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
	if (ahead_is_full(&get->ahead))
		return HTTP_PAUSE;
	if (get->skip > 0) {
		size_t drop = (int64_t)len < get->skip ? len : (size_t)get->skip;

		get->skip -= (int64_t)drop;
		data += drop;
		len -= drop;
	}
	if (len == 0)
		return HTTP_TAKEN;
	if (get->ahead.came.len == 0)
		get->s3->events++;
	ahead_add(&get->ahead, data, len);
	get->received += (int64_t)len;
	request->progressed = true;
	if (get->s3->check_crc32)
		get->crc = s3_checksum_more(get->crc, data, len);
	return HTTP_TAKEN;
}

/* More may come behind it, where the server promised too little. */
static bool
md5_is_right(struct s3_get *get)
{
	unsigned char digest[MD5_SIZE];
	char hex[2 * MD5_SIZE + 1];

	if (!get->check_md5)
		return true;
	ahead_digest(&get->ahead, digest);
	for (int i = 0; i < MD5_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return strcasecmp(hex, get->get.info.etag) == 0;
}

/* Whether the content is what the server says of it; else err tells. */
static bool
is_right(struct s3_get *get, struct err *err)
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
start_running(struct s3_get *get)
{
	if (!get->running)
		get->s3->gets_running++;
	get->running = true;
}

/* Nothing more is to come. */
static void
stop_running(struct s3_get *get)
{
	if (get->running)
		get->s3->gets_running--;
	get->running = false;
}

/* The check of what is here whole waits until somebody reads it, so that it may be one of many. */
static bool
on_ended(struct s3_request *request)
{
	struct s3_get *get = request->owner;

	if (!get->check_md5 || get->skip > 0 || get->received < get->get.info.size)
		return false;
	stop_running(get);
	ahead_end(&get->ahead, true);
	get->s3->events++;
	return true;
}

static void
on_retry(struct s3_request *request)
{
	struct s3_get *get = request->owner;
	char text[sizeof(get->get.info.etag) + 40];

	get->looked = false;
	start_running(get);
	ahead_end(&get->ahead, false);
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

	stop_running(get);

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
	ahead_open(&get->ahead, &get->s3->ahead);
	if (!s3_bucket_name_ok(bucket) || *key == '\0') {
		err_set(&get->err, ERR_FAILED, "GET: no name of an object");
		store_err_name(&get->err, bucket, key);
		return &get->get;
	}
	get->request = s3_request_new(get->s3, s3_bucket_find(get->s3, bucket), "GET", "GET", get->key);
	get->request->owner = get;
	get->request->on_body = on_body;
	get->request->on_ended = on_ended;
	get->request->check = check;
	get->request->on_retry = on_retry;
	get->request->on_done = on_done;
	if (get->s3->check_crc32)
		s3_request_header(get->request, "x-amz-checksum-mode", "ENABLED");
	s3_request_start(get->request);
	start_running(get);
	return &get->get;
}

bool
s3_get_room(const struct store *store, size_t parallel)
{
	const struct s3 *s3 = (const struct s3 *)store;

	return s3->gets_running < parallel && ahead_pool_has_room(&s3->ahead);
}

int
s3_get_read(struct store_get *base, bool wait, struct slice *data, struct err *err)
{
	struct s3_get *get = (struct s3_get *)base;
	bool ready;

	for (;;) {
		ready = ahead_is_ready(&get->ahead);
		/* What is here whole is checked before it is handed out. */
		if (ready && get->ahead.ended)
			s3_request_deliver(get->request);
		if (ready && get->ahead.came.len > 0) {
			*data = ahead_take(&get->ahead);
			get->handed = true;
			http_resume(&get->request->call);
			return 1;
		}
		if (get->err.kind != ERR_NONE) {
			*err = get->err;
			return -1;
		}
		if (get->request->state == S3_DONE && get->ahead.came.len == 0)
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

	stop_running(get);
	s3_request_free(get->request);
	ahead_close(&get->ahead);
	free(get->key);
	free(get);
}

/*
 * GET of one object. What comes ahead of the reader is bounded (readahead.h): then the transfer is paused. A connection
 * that breaks is continued by Range where it stood, on condition that the object is still the same
 * (If-Match).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/units.h"
#include "s3/s3.h"

struct s3_get {
	struct store_get get;
	struct s3 *s3;
	char *key;
	struct store_get_options listed; /* what the caller knows of it; its etag is our copy */
	struct s3_request *request;
	struct ahead ahead;
	struct s3_promise promise; /* of the answer that began this download */
	int64_t received;          /* bytes of the object, in order and without gaps */
	int64_t skip;              /* of a whole object that came where a part was asked for */
	bool running;              /* its request is */
	bool looked;               /* at the headers of this try */
	bool handed;               /* the reader has had some of it */
	bool plain;                /* it came compressed on the way, and was asked for without */
	bool again;                /* the next try is to start anew */
	bool probing;              /* asks for what is behind the last byte */
	bool check_md5;            /* the etag is one */
	struct s3_offered offered;
	/* The MD5 that a download had instead of the etag's. If the next has the same, the etag is no MD5. */
	unsigned char wrong[MD5_SIZE];
	int64_t wrong_len;
	int wrong_in; /* which download it was, counted from 1; 0: none */
	int download;
	/* The reader has bytes already, so the second download is only compared. */
	bool comparing;
	struct md5 md5_again;
	int64_t received_again;
	struct err err;
};

static void
start_over(struct s3_get *get)
{
	get->received = 0;
	get->probing = false;
	get->get.info.size = -1;
	get->get.info.etag[0] = '\0';
	get->check_md5 = false;
	s3_offered_release(&get->offered);
	ahead_start(&get->ahead, -1, false);
}

static int
look_at_first(struct s3_get *get, const struct http_call *call, struct err *err)
{
	if (s3_promise_read(call, &get->listed, &get->promise, err) < 0)
		return -1;
	/* An object that is stored compressed is then so twice: only without the proxy's layer is it what it is. */
	if (get->promise.packed && !get->s3->packed_told) {
		log_warning("s3://%s: a proxy compresses what the store sends: objects are asked for uncompressed from now on",
		            get->request->bucket->name);
		get->s3->packed_told = true;
	}
	if (get->promise.packed && !get->plain) {
		get->plain = true;
		return err_set(err, ERR_TEMPORARY, "GET: it was compressed on the way");
	}
	get->download++;
	get->get.info.size = get->promise.size;
	snprintf(get->get.info.etag, sizeof(get->get.info.etag), "%s", get->promise.etag);
	store_provenance_read_etag(http_header(call, "x-amz-meta-source-etag"), get->get.info.source_etag);
	get->check_md5 = get->s3->check_md5 && get->promise.as_stored && s3_answer_etag_is_md5(call, get->get.info.etag);
	/* One of the two is enough, unless the MD5 was wrong. */
	if (get->promise.as_stored && (!get->check_md5 || get->wrong_in > 0))
		s3_offered_find(&get->offered, call);
	ahead_start(&get->ahead, get->get.info.size, get->check_md5);
	return 0;
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
		if (get->comparing && call->status != 200)
			return err_set(err, ERR_TEMPORARY, "GET: %d where 200 was asked for", call->status);
		if (look_at_rest(get, call, err) < 0)
			return -1;
	} else if (call->status != 200) {
		return err_set(err, ERR_TEMPORARY, "GET: %d where 200 was asked for", call->status);
	} else if (look_at_first(get, call, err) < 0) {
		return -1;
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
	if (get->comparing) {
		md5_add(&get->md5_again, data, len);
		get->received_again += (int64_t)len;
		return HTTP_TAKEN;
	}
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
	s3_offered_add(&get->offered, data, len);
	return HTTP_TAKEN;
}

static bool
is_md5(const struct s3_get *get, const unsigned char digest[MD5_SIZE])
{
	char hex[2 * MD5_SIZE + 1];

	for (int i = 0; i < MD5_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return strcasecmp(hex, get->get.info.etag) == 0;
}

/* The bytes are right: either the store has another checksum that they have, or they came twice. */
static void
take_without_md5(struct s3_get *get)
{
	if (!get->s3->md5_told)
		log_warning(
			"s3://%s/%s: its etag looks like an MD5 and is none (%s): taken. Set check_md5: false, and no object is "
			"read twice",
			get->request->bucket->name, get->key,
			get->offered.kind != S3_OFFER_NONE ? s3_offered_name(&get->offered) : "the same bytes came twice");
	get->s3->md5_told = true;
}

static int
wrong_content(const char *name, struct err *err)
{
	return err_set(err, ERR_TEMPORARY, "GET: what came does not have the %s", name);
}

/*
 * Whether all that came is the object; else err tells. An etag that looks like an MD5 and is none is told from damage by a
 * second download: damage is another each time. But a server that stops short does so at the same place each time: so nothing
 * may be behind it.
 */
static bool
is_right(struct s3_get *get, struct err *err)
{
	unsigned char digest[MD5_SIZE];
	bool same;

	if (!s3_offered_fits(&get->offered)) {
		err_set(err, ERR_TEMPORARY, "GET: what came does not have the %s of the object",
		        s3_offered_name(&get->offered));
		return false;
	}
	if (!get->check_md5)
		return true;
	ahead_digest(&get->ahead, digest);
	if (is_md5(get, digest))
		return true;
	same = get->wrong_in > 0 && get->wrong_in != get->download && get->wrong_len == get->received &&
	       memcmp(get->wrong, digest, MD5_SIZE) == 0;
	if (get->offered.kind != S3_OFFER_NONE || (same && (get->promise.listed || get->probing))) {
		take_without_md5(get);
		return true;
	}
	wrong_content("MD5 of the object's etag", err);
	if (same) {
		get->probing = true;
		return false;
	}
	memcpy(get->wrong, digest, MD5_SIZE);
	get->wrong_len = get->received;
	get->wrong_in = get->download;
	return false;
}

/* What another try is to do about a wrong content. */
static enum retry
plan_again(struct s3_get *get)
{
	bool behind = get->probing && get->wrong_in != get->download; /* the same came twice */

	get->request->progressed = false;
	if (behind)
		return RETRY_TRANSIENT;
	if (!get->handed) {
		get->again = true;
		return RETRY_TRANSIENT;
	}
	if (!get->promise.listed && !get->probing) {
		get->probing = true;
		return RETRY_TRANSIENT;
	}
	/* Nobody can take back what the reader has; but it may be right all the same. */
	if (!get->check_md5 || get->offered.kind != S3_OFFER_NONE)
		return RETRY_NEVER;
	get->comparing = true;
	return RETRY_TRANSIENT;
}

/* The second download of what the reader has already. */
static enum retry
check_again(struct s3_get *get, struct err *err)
{
	unsigned char digest[MD5_SIZE];

	md5_digest(&get->md5_again, digest);
	if (get->received_again == get->received && memcmp(digest, get->wrong, MD5_SIZE) == 0) {
		take_without_md5(get);
		get->get.info.size = get->received;
	} else {
		wrong_content("MD5 of the object's etag", err);
	}
	return RETRY_NEVER;
}

/* A 2xx that came whole by its own account. */
static enum retry
check(struct s3_request *request, struct err *err)
{
	struct s3_get *get = request->owner;

	if (look(get, &request->call, err) < 0)
		return RETRY_TRANSIENT;
	if (get->comparing)
		return check_again(get, err);
	if (get->skip > 0 || (get->get.info.size >= 0 && get->received < get->get.info.size)) {
		err_set(err, ERR_TEMPORARY, "GET: %lld of %lld bytes came", (long long)get->received,
		        (long long)get->get.info.size);
		return RETRY_TRANSIENT;
	}
	if (get->promise.listed && get->received > get->listed.size) {
		err_set(err, ERR_TEMPORARY, "GET: %lld bytes came of an object of %lld", (long long)get->received,
		        (long long)get->listed.size);
		return RETRY_NEVER;
	}
	if (!is_right(get, err))
		return plan_again(get);
	if (get->promise.open_ended && get->promise.as_stored && !get->probing && !get->check_md5 &&
	    get->offered.kind == S3_OFFER_NONE) {
		get->probing = true;
		err_set(err, ERR_TEMPORARY, "GET: the connection ended, and nothing says whether the object did");
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

	if (!get->check_md5 || get->comparing || get->skip > 0 || get->received < get->get.info.size)
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
	if (get->again)
		start_over(get);
	get->again = false;
	md5_init(&get->md5_again);
	get->received_again = 0;
	if (get->received == 0) {
		start_over(get);
		s3_request_header(request, "range", NULL);
		s3_request_header(request, "if-match", NULL);
		return;
	}
	/* What was changed on the way is counted otherwise than what is stored. */
	snprintf(text, sizeof(text), "bytes=%lld-", (long long)get->received);
	s3_request_header(request, "range", get->comparing || !get->promise.as_stored ? NULL : text);
	snprintf(text, sizeof(text), "\"%s\"", get->get.info.etag);
	s3_request_header(request, "if-match", get->get.info.etag[0] != '\0' ? text : NULL);
}

/* Nothing is behind the last byte: the end was reached, if its size was not known before. Returns whether another try is planned. */
static bool
check_end(struct s3_get *get)
{
	struct s3_request *request = get->request;
	const char *range = http_header(&request->call, "content-range");
	int64_t first, total;

	if (range != NULL && (!parse_range(range, &first, &total) || total != get->received)) {
		err_set(&request->err, ERR_TEMPORARY, "GET: another part came than was asked for");
	} else if (get->get.info.size > get->received) {
		err_set(&request->err, ERR_TEMPORARY, "GET: %lld of %lld bytes came, and the store has no more",
		        (long long)get->received, (long long)get->get.info.size);
	} else {
		request->err.kind = ERR_NONE;
		get->probing = true;
		if (is_right(get, &request->err)) {
			get->get.info.size = get->received;
			return false;
		}
		if (plan_again(get) != RETRY_NEVER && s3_request_again(request))
			return true;
	}
	store_err_name(&request->err, request->bucket->name, request->key);
	return false;
}

static void
on_done(struct s3_request *request)
{
	struct s3_get *get = request->owner;

	stop_running(get);
	if (request->status == 416 && get->received > 0 && !get->comparing && check_end(get)) {
		on_retry(request);
		return;
	}
	get->err = request->err;
}

struct store_get *
s3_get_open(struct store *store, const char *bucket, const char *key, const struct store_get_options *options)
{
	struct s3_get *get = mem_zero(1, sizeof(*get));

	get->get.store = store;
	get->get.info.size = -1;
	get->s3 = (struct s3 *)store;
	get->key = mem_dup(key);
	get->listed = (struct store_get_options){.size = -1};
	if (options != NULL && options->etag != NULL && *options->etag != '\0')
		get->listed = (struct store_get_options){options->size, mem_dup(options->etag)};
	ahead_open(&get->ahead, &get->s3->ahead);
	if (!s3_bucket_name_ok(bucket) || *key == '\0') {
		err_set(&get->err, *key == '\0' ? ERR_OBJECT : ERR_ACCESS, "GET: no name of an object");
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
	get->request->as_stored = true;
	if (get->s3->ask_checksum)
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
	s3_offered_release(&get->offered);
	ahead_close(&get->ahead);
	free((char *)get->listed.etag);
	free(get->key);
	free(get);
}

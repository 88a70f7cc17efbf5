/*
 * GET of one object. The amount received ahead of the reader is bounded (readahead.h): beyond that
 * the transfer is paused. A connection that breaks is continued by Range where it stopped, on the
 * condition that the object is still the same (If-Match).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "s3/get.h"

static enum http_body
on_body(struct s3_request *request, const char *data, size_t len)
{
	struct s3_get *get = request->owner;

	if (s3_get_look(get, &request->call, &request->err) < 0)
		return HTTP_REFUSED;
	if (get->state == S3_GET_COMPARED) {
		md5_add(&get->md5_again, data, len);
		get->received_again += (int64_t)len;
		return HTTP_TAKEN;
	}
	if (readahead_is_full(&get->readahead))
		return HTTP_PAUSE;
	if (get->skip > 0) {
		size_t drop = (int64_t)len < get->skip ? len : (size_t)get->skip;

		get->skip -= (int64_t)drop;
		data += drop;
		len -= drop;
	}
	if (len == 0)
		return HTTP_TAKEN;
	if (get->readahead.came.len == 0)
		get->s3->events++;
	readahead_add(&get->readahead, data, len);
	get->received += (int64_t)len;
	request->progressed = true;
	s3_offered_add(&get->offered, data, len);
	return HTTP_TAKEN;
}

/*
 * The check of a complete object waits until somebody reads it, so that it may be done together
 * with others.
 */
static bool
on_ended(struct s3_request *request)
{
	struct s3_get *get = request->owner;

	if (get->state != S3_GET_COMING && get->state != S3_GET_BEHIND)
		return false;
	if (!get->check_md5 || get->skip > 0 || get->received < get->get.info.size)
		return false;
	s3_get_move(get, S3_GET_WHOLE);
	readahead_end(&get->readahead, true);
	get->s3->events++;
	return true;
}

static void
on_retry(struct s3_request *request)
{
	struct s3_get *get = request->owner;
	char text[sizeof(get->get.info.etag) + 40];

	if (get->received == 0)
		s3_get_move(get, S3_GET_START_OVER);
	s3_get_move(get, S3_GET_TRY);
	readahead_end(&get->readahead, false);
	md5_init(&get->md5_again);
	get->received_again = 0;
	if (get->state == S3_GET_ASKED) {
		s3_get_start_over(get);
		s3_request_header(request, "range", NULL);
		s3_request_header(request, "if-match", NULL);
		return;
	}
	/* Bytes that were changed on the way are counted separately from the stored ones. */
	snprintf(text, sizeof(text), "bytes=%lld-", (long long)get->received);
	s3_request_header(request, "range", get->state == S3_GET_COMPARING || !get->promise.as_stored ? NULL : text);
	snprintf(text, sizeof(text), "\"%s\"", get->get.info.etag);
	s3_request_header(request, "if-match", get->get.info.etag[0] != '\0' ? text : NULL);
}

static void
on_done(struct s3_request *request)
{
	struct s3_get *get = request->owner;

	if (request->status == 416 && (get->state == S3_GET_RESUMING || get->state == S3_GET_PROBING) &&
	    s3_get_check_end(get)) {
		on_retry(request);
		return;
	}
	s3_get_move(get, S3_GET_END);
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
	readahead_open(&get->readahead, &get->s3->readahead);
	if (!s3_bucket_name_ok(bucket) || *key == '\0') {
		err_set_operation(&get->err, *key == '\0' ? ERR_OBJECT : ERR_ACCESS, "GET", "not a valid object name");
		store_err_name(&get->err, bucket, key);
		s3_get_move(get, S3_GET_END);
		return &get->get;
	}
	get->request = s3_request_new(get->s3, s3_bucket_find(get->s3, bucket), "GET", "GET", get->key);
	get->request->owner = get;
	get->request->on_body = on_body;
	get->request->on_ended = on_ended;
	get->request->check = s3_get_check;
	get->request->on_retry = on_retry;
	get->request->on_done = on_done;
	get->request->as_stored = true;
	if (get->s3->ask_checksum)
		s3_request_header(get->request, "x-amz-checksum-mode", "ENABLED");
	s3_request_start(get->request);
	s3_get_move(get, S3_GET_TRY);
	return &get->get;
}

bool
s3_get_room(const struct store *store, size_t parallel)
{
	const struct s3 *s3 = (const struct s3 *)store;

	return s3->gets_running < parallel && readahead_pool_has_room(&s3->readahead);
}

int
s3_get_read(struct store_get *base, bool wait, struct slice *data, struct err *err)
{
	struct s3_get *get = (struct s3_get *)base;
	bool ready;

	for (;;) {
		ready = readahead_is_ready(&get->readahead);
		/* A complete object is checked before it is returned. */
		if (ready && get->readahead.ended)
			s3_request_deliver(get->request);
		if (ready && get->readahead.came.len > 0) {
			*data = readahead_take(&get->readahead);
			get->handed = true;
			http_resume(&get->request->call);
			return 1;
		}
		if (get->err.kind != ERR_NONE) {
			*err = get->err;
			return -1;
		}
		if (get->state == S3_GET_OVER && get->readahead.came.len == 0)
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

	if (get->state != S3_GET_OVER)
		s3_get_move(get, S3_GET_END);
	s3_request_free(get->request);
	s3_offered_release(&get->offered);
	readahead_close(&get->readahead);
	free((char *)get->listed.etag);
	free(get->key);
	free(get);
}

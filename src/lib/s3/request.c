/*
 * One request to S3, until it succeeds or is given up: sends it, waits for its next try. How it is sent is in
 * send.c, what an answer means in answer.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "s3/s3.h"

#define KEY_SHOWN 400 /* bytes of a key in a message */
#define HELD_PART 4   /* of a delay for want of room, what everybody else waits */

static void on_call_done(struct http_call *call);

static bool
on_call_ended(struct http_call *call)
{
	struct s3_request *request = call->owner;

	return request->on_ended != NULL && call->result == CURLE_OK && call->status / 100 == 2 &&
	       request->on_ended(request);
}

static enum http_body
on_call_body(struct http_call *call, const char *data, size_t len)
{
	struct s3_request *request = call->owner;

	if (request->on_body != NULL && call->status / 100 == 2)
		return request->on_body(request, data, len);
	if (request->reply.len + len > S3_REPLY_MAX) {
		err_set(&request->err, ERR_TEMPORARY, "%s: the answer is longer than any of S3's", request->verb);
		return HTTP_REFUSED;
	}
	buf_append(&request->reply, data, len);
	return HTTP_TAKEN;
}

struct s3_request *
s3_request_new(struct s3 *s3, struct s3_bucket *bucket, const char *verb, const char *method, const char *key)
{
	struct s3_request *request = mem_zero(1, sizeof(*request));

	request->s3 = s3;
	request->bucket = bucket;
	request->verb = verb;
	request->op = s3_op_find(verb);
	request->method = method;
	request->key = mem_dup(key);
	request->shown = request->key;
	request->call.on_body = on_call_body;
	request->call.on_ended = on_call_ended;
	request->call.on_done = on_call_done;
	request->call.owner = request;
	request->prev = s3->last;
	if (s3->last != NULL)
		s3->last->next = request;
	else
		s3->first = request;
	s3->last = request;
	return request;
}

void
s3_query_add(struct s3_request *request, const char *name, const char *value)
{
	if (request->query.len > 0)
		buf_append_byte(&request->query, '&');
	sigv4_encode(&request->query, slice_of_str(name), false);
	buf_append_byte(&request->query, '=');
	sigv4_encode(&request->query, slice_of_str(value), false);
}

void
s3_request_header(struct s3_request *request, const char *name, const char *value)
{
	int i = 0;

	while (i < request->header_count && strcmp(request->headers[i].name, name) != 0)
		i++;
	if (i < request->header_count) {
		free(request->headers[i].value);
		request->headers[i] = request->headers[--request->header_count];
	}
	if (value == NULL)
		return;
	if (request->header_count == S3_HEADERS_MAX)
		abort();
	request->headers[request->header_count++] = (struct s3_header){name, mem_dup(value)};
}

void
s3_request_deliver(struct s3_request *request)
{
	http_deliver(request->s3->http, &request->call);
}

bool
s3_request_is_tried_again(const struct s3_request *request)
{
	return request->state == S3_WAITING && request->attempt > 1 && request->wake_ms > 0;
}

void
s3_request_free(struct s3_request *request)
{
	struct s3 *s3;

	if (request == NULL)
		return;
	s3 = request->s3;
	if (s3_request_is_tried_again(request) && request->taken > 0)
		retry_refund(&s3->quota, request->taken);
	http_cancel(s3->http, &request->call);
	http_call_release(&request->call);
	if (request->detached)
		s3->detached--;
	if (request->prev != NULL)
		request->prev->next = request->next;
	else
		s3->first = request->next;
	if (request->next != NULL)
		request->next->prev = request->prev;
	else
		s3->last = request->prev;
	for (int i = 0; i < request->header_count; i++)
		free(request->headers[i].value);
	buf_release(&request->query);
	buf_release(&request->reply);
	buf_release(&request->code);
	buf_release(&request->url);
	free(request->key);
	free(request->moved_to);
	free(request->refused_to);
	free(request);
}

void
s3_request_detach(struct s3_request *request)
{
	if (!request->detached)
		request->s3->detached++;
	request->detached = true;
	request->owner = NULL;
}

static void
wait_until(struct s3_request *request, int64_t wake_ms)
{
	request->state = S3_WAITING;
	request->wake_ms = wake_ms;
}

void
s3_request_start(struct s3_request *request)
{
	request->attempt = 1;
	wait_until(request, 0);
}

/* Over, for good or ill. The request may be gone when this returns. */
static void
finish(struct s3_request *request)
{
	request->state = S3_DONE;
	request->s3->events++;
	if (request->err.kind != ERR_NONE)
		store_err_name(&request->err, request->bucket->name, request->shown);
	if (!request->detached) {
		request->on_done(request);
		return;
	}
	if (request->on_done != NULL)
		request->on_done(request);
	s3_request_free(request);
}

/* Returns whether it is on its way; if not, it is over and may be gone, and others with it. */
static bool
begin(struct s3_request *request)
{
	const struct aws_credentials *credentials = NULL;

	if (!request->s3->anonymous) {
		credentials = credentials_get(request->s3->credentials, request->refused, &request->err);
		if (credentials == NULL) {
			finish(request);
			return false;
		}
		request->generation = credentials->generation;
	}
	request->refused = 0;
	s3_send(request, credentials);
	return true;
}

int64_t
s3_requests_wake(struct s3 *s3)
{
	int64_t now = clock_mono_ms();
	int64_t next = -1;
	struct s3_request *request = s3->first;

	while (request != NULL) {
		int64_t wake = request->wake_ms > s3->hold_until ? request->wake_ms : s3->hold_until;

		if (request->state == S3_WAITING && wake <= now) {
			if (!begin(request)) {
				request = s3->first;
				continue;
			}
		} else if (request->state == S3_WAITING && (next < 0 || wake - now < next))
			next = wake - now;
		request = request->next;
	}
	return next;
}

/* xorshift64: good enough to keep clients from trying again in step. */
static double
random_fraction(struct s3 *s3)
{
	s3->random ^= s3->random << 13;
	s3->random ^= s3->random >> 7;
	s3->random ^= s3->random << 17;
	return (double)(s3->random >> 11) / 9007199254740992.0; /* 2^53 */
}

static void
say_retry(struct s3_request *request, int64_t delay)
{
	static struct log_site site;
	const char *details = strstr(request->err.text, " (");
	const char *why = strstr(request->err.text, ": ");

	why = why != NULL ? why + 2 : request->err.text;
	log_warning_limited(&site, "s3://%s/%.*s: %.*s, retry %d of %d in %.1f s", request->bucket->name, KEY_SHOWN,
	                    request->shown, details != NULL && details > why ? (int)(details - why) : 200, why,
	                    request->attempt, request->s3->max_attempts, (double)delay / 1000.0);
}

/*
 * The server is too busy: all slow down, the one that was refused most. To stop them all for as long as that
 * one would make a crawl of a server that refuses one request in a hundred.
 */
static void
hold_others(struct s3 *s3, int64_t delay)
{
	int64_t until = clock_mono_ms() + delay / HELD_PART;

	if (s3->hold_until < until)
		s3->hold_until = until;
}

/*
 * Plans the next try, no sooner than the server asked for (NULL: it did not). Returns false if there is none; err then
 * says why.
 */
static bool
try_again(struct s3_request *request, enum retry retry, const char *amz_retry_after, const char *retry_after)
{
	struct s3 *s3 = request->s3;
	int64_t delay;
	int taken;

	if (request->progressed) {
		/* The try was worth it: it counts as a first one that broke. */
		if (request->taken > 0)
			retry_refund(&s3->quota, request->taken);
		request->taken = 0;
		request->attempt = 1;
		request->progressed = false;
	}
	if (request->attempt >= s3->max_attempts)
		return false;
	taken = retry_take(&s3->quota, retry);
	if (taken < 0) {
		log_warning("too many retries in a short time: no more for now");
		return false;
	}
	request->taken = taken;
	delay = retry_obey(retry_delay(request->attempt, retry, random_fraction(s3)), amz_retry_after, retry_after);
	request->attempt++;
	s3->retries++;
	say_retry(request, delay);
	wait_until(request, clock_mono_ms() + delay);
	if (retry == RETRY_THROTTLED)
		hold_others(s3, delay);
	return true;
}

bool
s3_request_again(struct s3_request *request)
{
	return try_again(request, RETRY_TRANSIENT, NULL, NULL);
}

/* How long the server took. The rest of a body does not count: the reader may take its time. */
static void
note_latency(struct s3_request *request)
{
	curl_off_t us = 0;

	if (request->call.result != CURLE_OK)
		return;
	curl_easy_getinfo(request->call.easy, request->has_body ? CURLINFO_TOTAL_TIME_T : CURLINFO_STARTTRANSFER_TIME_T,
	                  &us);
	latency_add(&request->s3->store.latency, us);
}

static void
on_call_done(struct http_call *call)
{
	struct s3_request *request = call->owner;
	enum retry retry = RETRY_NEVER;

	request->status = call->status;
	if (call->sends > 1)
		request->unsure = true;
	note_latency(request);
	switch (s3_answer_judge(request, &retry)) {
	case S3_SUCCESS:
		retry_refund(&request->s3->quota, request->taken);
		break;
	case S3_FAILURE:
		break;
	case S3_AGAIN:
		if (call->result == CURLE_OK)
			request->unsure = true;
		if (!try_again(request, retry, http_header(call, "x-amz-retry-after"), http_header(call, "retry-after")))
			break;
		if (request->on_retry != NULL)
			request->on_retry(request);
		return;
	case S3_AT_ONCE:
		wait_until(request, 0);
		if (request->on_retry != NULL)
			request->on_retry(request);
		return;
	}
	finish(request);
}

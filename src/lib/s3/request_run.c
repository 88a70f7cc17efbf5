/*
 * A request to S3, until it succeeds or is given up: starts its tries, and waits between them.
 * send.c sends a try, answer.c interprets the answer.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/states.h"
#include "s3/s3.h"

#define KEY_SHOWN 400 /* bytes of a key in a message */
#define HELD_PART 4   /* of a delay for want of room, what everybody else waits */

/* S3_NEEDS_KEYS asks again each time that it is woken; one that is over may be tried again. */
static void
move_request(struct s3_request *request, enum s3_state to)
{
	static const unsigned followers[] = {
		[S3_IDLE] = STATE(S3_WAITING),
		[S3_WAITING] = STATE(S3_NEEDS_KEYS) | STATE(S3_RUNNING) | STATE(S3_DONE),
		[S3_NEEDS_KEYS] = STATE(S3_NEEDS_KEYS) | STATE(S3_RUNNING) | STATE(S3_DONE),
		[S3_RUNNING] = STATE(S3_WAITING) | STATE(S3_DONE),
		[S3_DONE] = STATE(S3_WAITING),
	};

	state_check(followers, request->state, to, request->verb);
	request->state = to;
}

static void
wait_until(struct s3_request *request, int64_t wake_ms)
{
	move_request(request, S3_WAITING);
	request->wake_ms = wake_ms;
}

/* Over, for good or ill. The request may be gone when this returns. */
static void
end_request(struct s3_request *request)
{
	move_request(request, S3_DONE);
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

/*
 * Sends it, or lets it wait for credentials. Returns false if it is over and may be gone, and
 * others with it.
 */
static bool
start_try(struct s3_request *request)
{
	const struct aws_credentials *credentials = NULL;

	if (!request->s3->anonymous) {
		switch (credentials_get(request->s3->credentials, request->refused, &credentials, &request->err)) {
		case CREDENTIALS_FAILED:
			end_request(request);
			return false;
		case CREDENTIALS_PENDING:
			move_request(request, S3_NEEDS_KEYS);
			return true;
		case CREDENTIALS_READY:
			request->generation = credentials->generation;
			break;
		}
	}
	request->refused = 0;
	move_request(request, S3_RUNNING);
	s3_send(request, credentials);
	return true;
}

static void
log_retry(struct s3_request *request, int64_t delay)
{
	static struct log_site site;

	if (log_site_shows(&site))
		log_with_fields(LOG_WARNING, ERR_FIELDS(&request->err), "s3://%s/%.*s: %.200s, retry %d of %d in %.1f s",
		                request->bucket->name, KEY_SHOWN, request->shown, ERR_RECORD_TEXT(&request->err),
		                request->attempt, request->s3->max_attempts, (double)delay / 1000.0);
}

/*
 * The server is too busy: all slow down, the one that was refused most. To stop them all for as
 * long as that one would make a crawl of a server that refuses one request in a hundred.
 */
static void
hold_others(struct s3 *s3, int64_t delay)
{
	int64_t until = clock_mono_ms() + delay / HELD_PART;

	if (s3->hold_until < until)
		s3->hold_until = until;
}

/*
 * Plans the next try, no sooner than the server asked for (NULL: it did not). Returns false with
 * err if there is none.
 */
static bool
plan_retry(struct s3_request *request, enum retry retry, const char *amz_retry_after, const char *retry_after)
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
	delay = retry_obey(retry_delay(request->attempt, retry, random_unit(&s3->random)), amz_retry_after, retry_after);
	request->attempt++;
	s3->retries++;
	log_retry(request, delay);
	wait_until(request, clock_mono_ms() + delay);
	if (retry == RETRY_THROTTLED)
		hold_others(s3, delay);
	return true;
}

static void
on_call_done(struct http_call *call)
{
	struct s3_request *request = call->owner;
	enum retry retry = RETRY_NEVER;

	request->status = call->status;
	if (call->sends > 1)
		request->unsure = true;
	/* The rest of an answer's body does not count: the reader may take its time. */
	if (call->end == HTTP_WHOLE)
		latency_add(&request->s3->store.latency, http_latency_us(call));
	switch (s3_answer_judge(request, &retry)) {
	case S3_SUCCESS:
		retry_refund(&request->s3->quota, request->taken);
		break;
	case S3_FAILURE:
		break;
	case S3_AGAIN:
		if (call->end == HTTP_WHOLE)
			request->unsure = true;
		if (!plan_retry(request, retry, http_header(call, "x-amz-retry-after"), http_header(call, "retry-after")))
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
	end_request(request);
}

static bool
on_call_ended(struct http_call *call)
{
	struct s3_request *request = call->owner;

	return request->on_ended != NULL && call->end == HTTP_WHOLE && call->status / 100 == 2 &&
	       request->on_ended(request);
}

static enum http_body
on_call_body(struct http_call *call, const char *data, size_t len)
{
	struct s3_request *request = call->owner;

	if (request->on_body != NULL && call->status / 100 == 2)
		return request->on_body(request, data, len);
	if (request->reply.len + len > S3_REPLY_MAX) {
		err_set_operation(&request->err, ERR_TEMPORARY, request->verb, "the answer is longer than any of S3's");
		return HTTP_REFUSED;
	}
	buf_append(&request->reply, data, len);
	return HTTP_TAKEN;
}

int64_t
s3_requests_wake(struct s3 *s3)
{
	int64_t now = clock_mono_ms();
	int64_t next = -1;
	struct s3_request *request = s3->first;

	while (request != NULL) {
		int64_t wake = request->wake_ms > s3->hold_until ? request->wake_ms : s3->hold_until;
		bool waits = request->state == S3_WAITING || request->state == S3_NEEDS_KEYS;

		if (waits && wake <= now) {
			if (!start_try(request)) {
				request = s3->first;
				continue;
			}
		} else if (waits && (next < 0 || wake - now < next)) {
			next = wake - now;
		}
		request = request->next;
	}
	return next;
}

bool
s3_request_again(struct s3_request *request)
{
	return plan_retry(request, RETRY_TRANSIENT, NULL, NULL);
}

void
s3_request_start(struct s3_request *request)
{
	request->call.on_body = on_call_body;
	request->call.on_ended = on_call_ended;
	request->call.on_done = on_call_done;
	request->attempt = 1;
	wait_until(request, 0);
}

void
s3_request_deliver(struct s3_request *request)
{
	http_deliver(request->s3->http, &request->call);
}

/* HTTP on curl's multi interface: see http.h. */
#include "http/http.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/states.h"

/* Handles kept for the next call: making one costs more than a small request. */
#define IDLE_MAX 64
/* Fewer, larger reads: at most what a paused call holds back inside curl. */
#define READ_BYTES (128L * 1024)
#define SEND_BYTES (256L * 1024)
#define POOL_MAX 256L
/* A signal that comes just before a poll does not end it: so no poll is longer. */
#define POLL_MAX_MS 1000

static_assert(HTTP_WHY_SIZE >= CURL_ERROR_SIZE, "curl writes that much");

struct http {
	CURLM *multi;
	CURLSH *share; /* TLS sessions: a new connection can skip most of the handshake */
	struct http_options options;
	char *ca_bundle;
	CURL *idle[IDLE_MAX];
	int idle_count;
	struct http_call *calls; /* under way */
	int small_calls;         /* of them, those with a timeout of their own */
	/*
	 * Milliseconds spent in here. Stalls are measured by it, for while the program does something
	 * else no call can move.
	 */
	int64_t clock_ms;
	int64_t next_stall_check;
};

static enum http_end
end_of(CURLcode result)
{
	switch (result) {
	case CURLE_OK:
		return HTTP_WHOLE;
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_HOST:
		return HTTP_UNREACHABLE;
	case CURLE_WRITE_ERROR:
		return HTTP_BODY_REFUSED;
	default:
		return HTTP_BROKEN;
	}
}

static void
move_call(struct http_call *call, enum http_state to)
{
	static const unsigned followers[] = {
		[HTTP_IDLE] = STATE(HTTP_MOVING),
		[HTTP_MOVING] = STATE(HTTP_PAUSED) | STATE(HTTP_HELD) | STATE(HTTP_IDLE),
		[HTTP_PAUSED] = STATE(HTTP_PAUSED) | STATE(HTTP_MOVING) | STATE(HTTP_HELD) | STATE(HTTP_IDLE),
		[HTTP_HELD] = STATE(HTTP_IDLE),
	};

	state_check(followers, call->state, to, "an HTTP call");
	call->state = to;
}

static size_t
take_body(char *data, size_t size, size_t count, void *opaque)
{
	struct http_call *call = opaque;
	long status = 0;

	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	call->status = (int)status;
	switch (call->on_body(call, data, size * count)) {
	case HTTP_TAKEN:
		return size * count;
	case HTTP_PAUSE:
		move_call(call, HTTP_PAUSED);
		return CURL_WRITEFUNC_PAUSE;
	default:
		return CURL_WRITEFUNC_ERROR;
	}
}

/*
 * Curl resends a request by itself if a kept connection ends without an answer; only this callback
 * shows it.
 */
static int
count_send(void *opaque, char *their_address, char *our_address, int their_port, int our_port)
{
	struct http_call *call = opaque;

	(void)their_address;
	(void)our_address;
	(void)their_port;
	(void)our_port;
	call->sends++;
	return CURL_PREREQFUNC_OK;
}

static void
set_options(struct http *http, struct http_call *call, CURL *easy)
{
	const char *ca_bundle = call->ca_bundle != NULL ? call->ca_bundle : http->ca_bundle;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->why);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, count_send);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, call);
	curl_easy_setopt(easy, CURLOPT_SHARE, http->share);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, READ_BYTES);
	curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, SEND_BYTES);
	/*
	 * The timeout of a small call is measured here: curl's goes on while the program does something
	 * else.
	 */
	if (call->timeout_ms == 0)
		curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)http->options.connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	if (ca_bundle != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, ca_bundle);
	if (call->no_proxy)
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_URL, call->url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
	if (call->has_body) {
		/* From memory, not by a read function: curl can send it again when a kept connection turns
		 * out dead. */
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body.len > 0 ? call->body.ptr : "");
	} else if (strcmp(call->method, "HEAD") == 0) {
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
}

static void
unlink_call(struct http *http, struct http_call *call)
{
	if (call->prev != NULL)
		call->prev->next = call->next;
	else
		http->calls = call->next;
	if (call->next != NULL)
		call->next->prev = call->prev;
	http->small_calls -= call->timeout_ms > 0;
}

/*
 * The handle of a failed call is not used again: a reset does not clear everything that a failed
 * send leaves.
 */
static void
keep_handle(struct http *http, CURL *easy, bool sound)
{
	if (!sound || http->idle_count == IDLE_MAX) {
		curl_easy_cleanup(easy);
		return;
	}
	curl_easy_reset(easy);
	http->idle[http->idle_count++] = easy;
}

/* `easy` stays the call's own until on_done has read the headers. */
static void
call_on_done(struct http *http, struct http_call *call)
{
	CURL *easy = call->easy;
	bool sound = call->end == HTTP_WHOLE;

	move_call(call, HTTP_IDLE);
	call->on_done(call);
	keep_handle(http, easy, sound);
}

/* The transfer is over. `why` is NULL if curl knows it. */
static void
end_call(struct http *http, struct http_call *call, CURLcode result, const char *why)
{
	CURL *easy = call->easy;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	unlink_call(http, call);
	curl_multi_remove_handle(http->multi, easy);
	call->status = (int)status;
	/* Success, and no answer: seen if a kept connection died under a request. */
	call->result = result == CURLE_OK && status == 0 ? CURLE_GOT_NOTHING : result;
	call->end = end_of((CURLcode)call->result);
	if (why == NULL && call->why[0] == '\0')
		why = curl_easy_strerror((CURLcode)call->result);
	if (call->end != HTTP_WHOLE && why != NULL)
		snprintf(call->why, sizeof(call->why), "%s", why);
	if (call->on_ended != NULL && call->on_ended(call))
		move_call(call, HTTP_HELD);
	else
		call_on_done(http, call);
}

/* Ends calls for which nothing has moved for too long. */
static void
end_stalled(struct http *http)
{
	int64_t patience = http->options.stall_timeout_ms;
	struct http_call *call = http->calls;
	struct http_call *next;

	if (http->clock_ms < http->next_stall_check || patience <= 0)
		return;
	http->next_stall_check = http->clock_ms + patience / 8;
	for (; call != NULL; call = next) {
		curl_off_t down = 0, up = 0;
		int64_t limit = call->patience_ms > 0 ? call->patience_ms : patience;

		next = call->next;
		curl_easy_getinfo(call->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
		curl_easy_getinfo(call->easy, CURLINFO_SIZE_UPLOAD_T, &up);
		if (call->state == HTTP_PAUSED || call->timeout_ms > 0 || down + up != call->moved) {
			call->moved = down + up;
			call->moved_at = http->clock_ms;
		} else if (http->clock_ms - call->moved_at >= limit) {
			end_call(http, call, CURLE_OPERATION_TIMEDOUT, "nothing came or went for too long");
			/* From the start: on_done may end any other call. */
			next = http->calls;
		}
	}
}

/* Milliseconds of the engine's clock that a small call has left; less than 1: none. */
static int64_t
time_left(const struct http *http, const struct http_call *call)
{
	int64_t limit = call->timeout_ms;

	if (call->sends == 0 && call->connect_timeout_ms > 0 && call->connect_timeout_ms < limit)
		limit = call->connect_timeout_ms;
	return call->started_at + limit - http->clock_ms;
}

/* Ends small calls that have taken too long. */
static void
end_overdue(struct http *http)
{
	struct http_call *call = http->small_calls > 0 ? http->calls : NULL;
	struct http_call *next;

	for (; call != NULL; call = next) {
		next = call->next;
		if (call->timeout_ms > 0 && time_left(http, call) <= 0) {
			call->timed_out = true;
			end_call(http, call, CURLE_OPERATION_TIMEDOUT, NULL);
			/* From the start: on_done may end any other call. */
			next = http->calls;
		}
	}
}

/* How long a poll may be for the sake of the calls' timeouts. */
static int64_t
longest_poll(const struct http *http)
{
	int64_t limit = POLL_MAX_MS;

	if (http->calls != NULL && http->options.stall_timeout_ms < POLL_MAX_MS * 8)
		limit = http->options.stall_timeout_ms / 8 + 1;
	for (const struct http_call *call = http->small_calls > 0 ? http->calls : NULL; call != NULL; call = call->next)
		if (call->timeout_ms > 0 && time_left(http, call) < limit)
			limit = time_left(http, call);
	return limit > 0 ? limit : 0;
}

struct http *
http_new(const struct http_options *options)
{
	struct http *http = mem_zero(1, sizeof(*http));

	curl_global_init(CURL_GLOBAL_DEFAULT);
	http->options = *options;
	http->ca_bundle = options->ca_bundle != NULL ? mem_dup(options->ca_bundle) : NULL;
	http->multi = curl_multi_init();
	http->share = curl_share_init();
	if (http->multi == NULL || http->share == NULL)
		abort();
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, POOL_MAX);
	curl_share_setopt(http->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	return http;
}

void
http_free(struct http *http)
{
	if (http == NULL)
		return;
	while (http->idle_count > 0)
		curl_easy_cleanup(http->idle[--http->idle_count]);
	curl_multi_cleanup(http->multi);
	curl_share_cleanup(http->share);
	free(http->ca_bundle);
	free(http);
}

void
http_start(struct http *http, struct http_call *call)
{
	CURL *easy = http->idle_count > 0 ? http->idle[--http->idle_count] : curl_easy_init();

	if (easy == NULL)
		abort();
	call->easy = easy;
	move_call(call, HTTP_MOVING);
	call->end = HTTP_WHOLE;
	call->result = CURLE_OK;
	call->status = 0;
	call->sends = 0;
	call->why[0] = '\0';
	call->timed_out = false;
	call->moved = 0;
	call->moved_at = http->clock_ms;
	call->started_at = http->clock_ms;
	http->small_calls += call->timeout_ms > 0;
	set_options(http, call, easy);
	call->prev = NULL;
	call->next = http->calls;
	if (http->calls != NULL)
		http->calls->prev = call;
	http->calls = call;
	if (curl_multi_add_handle(http->multi, easy) != CURLM_OK)
		abort();
}

void
http_cancel(struct http *http, struct http_call *call)
{
	CURL *easy = call->easy;

	if (call->state == HTTP_MOVING || call->state == HTTP_PAUSED) {
		unlink_call(http, call);
		curl_multi_remove_handle(http->multi, easy);
		keep_handle(http, easy, false);
		move_call(call, HTTP_IDLE);
	} else if (call->state == HTTP_HELD) {
		keep_handle(http, easy, true);
		move_call(call, HTTP_IDLE);
	}
}

void
http_resume(struct http_call *call)
{
	if (call->state != HTTP_PAUSED)
		return;
	move_call(call, HTTP_MOVING);
	curl_easy_pause(call->easy, CURLPAUSE_CONT);
}

void
http_deliver(struct http *http, struct http_call *call)
{
	if (call->state == HTTP_HELD)
		call_on_done(http, call);
}

void
http_perform(struct http *http)
{
	CURLMsg *message;
	int running, left;

	curl_multi_perform(http->multi, &running);
	while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
		struct http_call *call = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
		end_call(http, call, message->data.result, NULL);
	}
	end_stalled(http);
	end_overdue(http);
}

bool
http_poll(struct http *http, int fd, int also_fd, int64_t timeout_ms)
{
	struct curl_waitfd extra[2];
	int64_t limit = longest_poll(http);
	int64_t before = clock_mono_ms();
	unsigned int count = 0;
	int ready = 0;

	if (fd >= 0)
		extra[count++] = (struct curl_waitfd){.fd = fd, .events = CURL_WAIT_POLLIN};
	if (also_fd >= 0)
		extra[count++] = (struct curl_waitfd){.fd = also_fd, .events = CURL_WAIT_POLLIN};
	if (timeout_ms < 0 || timeout_ms > limit)
		timeout_ms = limit;
	curl_multi_poll(http->multi, extra, count, (int)timeout_ms, &ready);
	http->clock_ms += clock_mono_ms() - before;
	return fd >= 0 && extra[0].revents != 0;
}

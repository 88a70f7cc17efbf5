/* One request to a service that gives credentials, with its retries. */
#include <stdlib.h>
#include <string.h>

#include "aws/credentials_internal.h"
#include "aws/retry.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/random.h"

#define TOKEN_MAX ((size_t)64 << 10)    /* a web identity token has a few KiB; STS takes 20,000 bytes */
#define REPLY_MAX ((size_t)1024 * 1024) /* none has more than some KiB */
#define REPLY_USUAL ((size_t)16 << 10)  /* at once, so that growing leaves no copy of secrets behind */

static enum http_body
take_reply(struct http_call *call, const char *data, size_t len)
{
	struct credential_ask *ask = call->owner;

	if (ask->reply.len + len > REPLY_MAX)
		return HTTP_REFUSED;
	buf_append(&ask->reply, data, len);
	return HTTP_TAKEN;
}

static bool
is_worth_another(const struct http_call *call)
{
	return call->end != HTTP_WHOLE || retry_classify(call->status, SLICE("")) != RETRY_NEVER;
}

static void
on_call_done(struct http_call *call)
{
	struct credential_ask *ask = call->owner;
	struct random random;

	ask->state = ASK_ANSWERED;
	if (!is_worth_another(call) || ask->attempt == ask->attempts)
		return;
	log_debug("%s: %s, attempt %d of %d", ask->url, call->end != HTTP_WHOLE ? http_broken_briefly(call) : "too busy",
	          ask->attempt, ask->attempts);
	random = random_seeded();
	ask->state = ASK_PAUSED;
	ask->wake_ms = clock_mono_ms() + retry_delay(ask->attempt, RETRY_THROTTLED, random_unit(&random));
}

static void
send_question(struct credential_ask *ask)
{
	buf_reset(&ask->reply);
	buf_reserve(&ask->reply, REPLY_USUAL);
	ask->attempt++;
	ask->state = ASK_UNDER_WAY;
	http_start(ask->http, &ask->call);
}

void
credential_ask_prepare(struct credential_ask *ask, const char *method, char *url, int attempts)
{
	credential_ask_release(ask);
	ask->url = url;
	ask->attempts = attempts;
	ask->call.method = method;
	ask->call.url = url;
	ask->call.on_body = take_reply;
	ask->call.on_done = on_call_done;
	ask->call.owner = ask;
}

void
credential_ask_start(struct credential_ask *ask, struct http *http)
{
	ask->http = http;
	ask->call.body = slice_of_buf(&ask->body);
	ask->call.has_body = ask->body.len > 0;
	send_question(ask);
}

bool
credential_ask_move(struct credential_ask *ask)
{
	if (ask->state == ASK_PAUSED && clock_mono_ms() >= ask->wake_ms)
		send_question(ask);
	return ask->state == ASK_ANSWERED;
}

int
credential_ask_status(const struct credential_ask *ask, struct err *err)
{
	if (ask->call.end == HTTP_WHOLE)
		return ask->call.status;
	return err_set(err, ERR_TEMPORARY, "%s", http_broken_briefly(&ask->call));
}

void
credential_ask_release(struct credential_ask *ask)
{
	if (ask->state == ASK_UNDER_WAY)
		http_cancel(ask->http, &ask->call);
	http_call_release(&ask->call);
	credential_buf_wipe(&ask->body);
	credential_buf_wipe(&ask->reply);
	free(ask->url);
	*ask = (struct credential_ask){0};
}

int
credential_read_token(const char *path, struct buf *to, struct err *err)
{
	buf_reset(to);
	if (io_read_file(path, TOKEN_MAX, to, err) < 0)
		return -1;
	while (to->len && strchr(" \t\r\n", to->data[to->len - 1]))
		to->len--;
	if (!to->len)
		return err_set(err, ERR_USAGE, "%s is empty", path);
	for (size_t i = 0; i < to->len; i++)
		if (to->data[i] < ' ' || to->data[i] > '~')
			return err_set(err, ERR_USAGE, "%s: more than one line, or not plain text", path);
	return 0;
}

/* Fills calls to the model and starts them. dispatcher_answer.c handles what comes back. */
#include "senenrich/dispatcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "senenrich/dispatcher_call.h"
#include "senenrich/model_codec.h"

static void
free_call(struct dispatcher_call *call)
{
	buf_release(&call->request);
	free(call->pairs);
	free(call);
}

static void
send_call(struct dispatcher *dispatcher, struct dispatcher_call *call)
{
	int64_t timeout = admission_deadline(&dispatcher->admission);

	if (dispatcher->outage_since && !dispatcher->given_up) {
		int64_t left = dispatcher->outage_since + dispatcher->patience_ms - clock_mono_ms();

		timeout = left < timeout ? left : timeout;
	}
	if (call->request.len == 0)
		model_codec_write_request(&call->request, call->pairs, call->count);
	for (size_t i = 0; i < call->count; i++)
		resolve_event(dispatcher->resolve, call->pairs[i], EVENT_CALL, NULL);
	call->retry_at = 0;
	dispatcher->under_way++;
	dispatcher->calls++;
	dispatcher->retries += call->attempts > 0;
	if (call->attempts++ == 0)
		dispatcher->pairs_asked += (int64_t)call->count;
	call->sent_ns = clock_mono_ns();
	model_call(dispatcher->model, slice_of_buf(&call->request), timeout > 1 ? timeout : 1, call);
}

/* Copies the texts of a pair as protobuf-c needs them: each followed by a NUL. */
static void
copy_texts(struct pair *pair, struct slice company, struct slice title)
{
	pair->company = mem_alloc(company.len + title.len + 2);
	pair->title = pair->company + company.len + 1;
	if (company.len)
		memcpy(pair->company, company.ptr, company.len);
	memcpy(pair->title, title.ptr, title.len);
	pair->company[company.len] = pair->title[title.len] = '\0';
	pair->bytes = model_codec_pair_bytes(company.len, title.len);
}

/* After the model was given up, asks it for one pair now and then, to see whether it is back. */
static void
probe_if_due(struct dispatcher *dispatcher, const struct pair *pair, struct slice company, struct slice title)
{
	struct dispatcher_call *call;

	if (dispatcher->probe || clock_mono_ms() < dispatcher->probe_at)
		return;
	/* a pair of its own, never in the table: nobody waits for it */
	dispatcher->probe = pairs_take_apart(dispatcher->pairs, pair->hash);
	copy_texts(dispatcher->probe, company, title);
	call = dispatcher_call_new(dispatcher, 1);
	call->probe = true;
	call->pairs[0] = dispatcher->probe;
	send_call(dispatcher, call);
}

static struct pair *
queued_pair(const struct dispatcher *dispatcher, size_t i)
{
	return *(struct pair **)ring_at(&dispatcher->queue, i);
}

/* Forms a call of as many queued pairs as fit. */
static void
form_call(struct dispatcher *dispatcher)
{
	size_t room = dispatcher->batch_bytes;
	struct dispatcher_call *call =
		dispatcher_call_new(dispatcher, dispatcher->queue.count < dispatcher->batch_pairs ? dispatcher->queue.count
	                                                                                      : dispatcher->batch_pairs);
	size_t count = 0;

	while (count < call->count && queued_pair(dispatcher, 0)->bytes <= room) {
		call->pairs[count] = dispatcher_next_pair(dispatcher);
		room -= call->pairs[count++]->bytes;
	}
	call->count = count;
	send_call(dispatcher, call);
}

/* How many more pairs the run may ask for; a probe may have taken one too many. */
static int64_t
pairs_left(const struct dispatcher *dispatcher)
{
	int64_t left = dispatcher->max_pairs - dispatcher->pairs_asked - (int64_t)dispatcher->queue.count;

	return left > 0 ? left : 0;
}

static bool
call_is_full(const struct dispatcher *dispatcher)
{
	return dispatcher->queue.count >= dispatcher->batch_pairs || dispatcher->queued_bytes > dispatcher->batch_bytes;
}

static bool
may_send(const struct dispatcher *dispatcher)
{
	return dispatcher->under_way < admission_window(&dispatcher->admission);
}

void
dispatcher_init(struct dispatcher *dispatcher, const struct settings *settings, struct pairs *pairs,
                struct resolve *resolve)
{
	*dispatcher = (struct dispatcher){
		.pairs = pairs,
		.resolve = resolve,
		.settings = settings,
		.batch_pairs = (size_t)settings_int(settings, "rpc_batch"),
		.batch_bytes = (size_t)settings_int(settings, "rpc_bytes"),
		.patience_ms = settings_int(settings, "rpc_patience"),
		.random = random_seeded(),
		.queue.size = sizeof(struct pair *),
		.max_pairs = settings_int(settings, "max_pairs"),
	};
	if (dispatcher->max_pairs < 0)
		dispatcher->max_pairs = INT64_MAX;
	snprintf(dispatcher->budget_text, sizeof(dispatcher->budget_text),
	         "max_pairs: this run may ask for no more than %lld", (long long)dispatcher->max_pairs);
	admission_init(&dispatcher->admission, (int)settings_int(settings, "rpc_parallel"),
	               settings_int(settings, "rpc_timeout"), settings_int(settings, "rpc_deadline_max"));
}

void
dispatcher_release(struct dispatcher *dispatcher)
{
	model_free(dispatcher->model);
	while (dispatcher->open_calls) {
		struct dispatcher_call *call = dispatcher->open_calls;

		dispatcher->open_calls = call->next;
		free_call(call);
	}
	ring_release(&dispatcher->queue);
}

struct dispatcher_call *
dispatcher_call_new(struct dispatcher *dispatcher, size_t count)
{
	struct dispatcher_call *call = mem_zero(1, sizeof(*call));

	call->pairs = mem_zero(count, sizeof(*call->pairs));
	call->count = count;
	call->retry_at = clock_mono_ms();
	call->next = dispatcher->open_calls;
	dispatcher->open_calls = call;
	return call;
}

void
dispatcher_call_remove(struct dispatcher *dispatcher, struct dispatcher_call *call)
{
	struct dispatcher_call **at = &dispatcher->open_calls;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	free_call(call);
}

int
dispatcher_admit(struct dispatcher *dispatcher, struct pair *pair, struct slice company, struct slice title,
                 enum pair_event *verdict, struct err *err)
{
	if (dispatcher->model == NULL) {
		dispatcher->model = model_new(dispatcher->settings, err);
		if (dispatcher->model == NULL)
			return -1;
	}
	if (model_codec_pair_bytes(company.len, title.len) > dispatcher->batch_bytes) {
		pair->reason = "model: too long for one call";
		*verdict = EVENT_REFUSAL;
	} else if (dispatcher_given_up(dispatcher)) {
		if (dispatcher->given_up && pairs_left(dispatcher) > 0)
			probe_if_due(dispatcher, pair, company, title);
		pair->reason = dispatcher_given_up(dispatcher);
		*verdict = EVENT_GIVE_UP;
	} else {
		copy_texts(pair, company, title);
		*verdict = EVENT_ADMITTED;
	}
	return 0;
}

void
dispatcher_add(struct dispatcher *dispatcher, struct pair *pair)
{
	*(struct pair **)ring_push(&dispatcher->queue) = pair;
	dispatcher->queued_bytes += pair->bytes;
	if (pairs_left(dispatcher) == 0)
		log_warning("%s: objects that need more are left for a later run", dispatcher->budget_text);
}

const char *
dispatcher_given_up(const struct dispatcher *dispatcher)
{
	if (dispatcher->given_up)
		return dispatcher->outage_text;
	return pairs_left(dispatcher) == 0 ? dispatcher->budget_text : NULL;
}

size_t
dispatcher_capacity(const struct dispatcher *dispatcher)
{
	size_t room;

	if (!may_send(dispatcher) || call_is_full(dispatcher))
		return 0;
	for (const struct dispatcher_call *call = dispatcher->open_calls; call; call = call->next)
		if (call->retry_at)
			return 0; /* a retry goes first */
	room = dispatcher->batch_pairs - dispatcher->queue.count;
	return pairs_left(dispatcher) < (int64_t)room ? (size_t)pairs_left(dispatcher) : room;
}

bool
dispatcher_is_busy(const struct dispatcher *dispatcher)
{
	return dispatcher->queue.count > 0 || dispatcher->open_calls != NULL;
}

void
dispatcher_for_each(const struct dispatcher *dispatcher, void each(void *context, struct pair *pair), void *context)
{
	for (size_t i = 0; i < dispatcher->queue.count; i++)
		each(context, queued_pair(dispatcher, i));
	for (const struct dispatcher_call *call = dispatcher->open_calls; call; call = call->next)
		for (size_t i = 0; i < call->count && !call->probe; i++)
			each(context, call->pairs[i]);
}

int
dispatcher_start(struct dispatcher *dispatcher, bool partial)
{
	int64_t now = clock_mono_ms();
	bool waiting = false;
	int started = 0;

	for (struct dispatcher_call *call = dispatcher->open_calls; call && may_send(dispatcher); call = call->next) {
		if (call->retry_at && call->retry_at <= now) {
			send_call(dispatcher, call);
			started++;
		}
		waiting |= call->retry_at != 0;
	}
	if (waiting)
		return started; /* retries go first: new calls would only fail beside them */
	while (may_send(dispatcher) && call_is_full(dispatcher)) {
		form_call(dispatcher);
		started++;
	}
	if (partial && dispatcher->under_way == 0 && dispatcher->queue.count > 0) {
		form_call(dispatcher);
		started++;
	}
	return started;
}

int
dispatcher_fd(const struct dispatcher *dispatcher)
{
	return dispatcher->model ? model_fd(dispatcher->model) : -1;
}

int64_t
dispatcher_timeout(const struct dispatcher *dispatcher)
{
	int64_t now = clock_mono_ms();
	int64_t least = -1;

	for (const struct dispatcher_call *call = dispatcher->open_calls; call; call = call->next) {
		int64_t left = call->retry_at - now;

		if (call->retry_at && (least < 0 || left < least))
			least = left > 0 ? left : 0;
	}
	return least;
}

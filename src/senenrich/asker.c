/* Calls to the model: filling and starting them. What comes back is asker_answer.c's. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "senenrich/asker_call.h"
#include "senenrich/wire.h"

void
asker_init(struct asker *asker, const struct settings *settings, struct pairs *pairs)
{
	*asker = (struct asker){
		.pairs = pairs,
		.settings = settings,
		.batch_pairs = (size_t)settings_int(settings, "rpc_batch"),
		.batch_bytes = (size_t)settings_int(settings, "rpc_bytes"),
		.parallel = (int)settings_int(settings, "rpc_parallel"),
		.timeout_ms = settings_int(settings, "rpc_timeout"),
		.patience_ms = settings_int(settings, "rpc_patience"),
	};
	srandom((unsigned)clock_unix_ms());
}

static void
ask_free(struct ask *ask)
{
	buf_release(&ask->request);
	free(ask->pairs);
	free(ask);
}

void
asker_release(struct asker *asker)
{
	model_free(asker->model);
	while (asker->asks) {
		struct ask *ask = asker->asks;

		asker->asks = ask->next;
		ask_free(ask);
	}
	pair_queue_release(&asker->queue);
}

struct ask *
ask_new(struct asker *asker, size_t count)
{
	struct ask *ask = mem_zero(1, sizeof(*ask));

	ask->pairs = mem_zero(count, sizeof(*ask->pairs));
	ask->count = count;
	ask->retry_at = clock_mono_ms();
	ask->next = asker->asks;
	asker->asks = ask;
	return ask;
}

void
ask_remove(struct asker *asker, struct ask *ask)
{
	struct ask **at = &asker->asks;

	while (*at != ask)
		at = &(*at)->next;
	*at = ask->next;
	ask_free(ask);
}

static void
send_ask(struct asker *asker, struct ask *ask)
{
	int64_t timeout = asker->timeout_ms;

	if (asker->outage_since && !asker->given_up) {
		int64_t left = asker->outage_since + asker->patience_ms - clock_mono_ms();

		timeout = left < timeout ? left : timeout;
	}
	if (ask->request.len == 0)
		wire_request(&ask->request, ask->pairs, ask->count);
	ask->retry_at = 0;
	asker->under_way++;
	asker->calls++;
	asker->retries += ask->attempts > 0;
	if (ask->attempts++ == 0)
		asker->pairs_asked += (int64_t)ask->count;
	ask->sent_ns = clock_mono_ns();
	model_call(asker->model, slice_of_buf(&ask->request), timeout > 1 ? timeout : 1, ask);
}

/* The texts of a pair, as the model's library wants them: with a NUL behind each. */
static void
keep_texts(struct pair *pair, struct slice company, struct slice title)
{
	pair->company = mem_alloc(company.len + title.len + 2);
	pair->title = pair->company + company.len + 1;
	if (company.len)
		memcpy(pair->company, company.ptr, company.len);
	memcpy(pair->title, title.ptr, title.len);
	pair->company[company.len] = pair->title[title.len] = '\0';
	pair->bytes = wire_pair_bytes(company.len, title.len);
}

/* The model was given up: now and then one pair is asked all the same, to see whether it is back. */
static void
maybe_probe(struct asker *asker, const struct pair *pair, struct slice company, struct slice title)
{
	struct ask *ask;
	bool is_new;

	if (asker->probe || clock_mono_ms() < asker->probe_at)
		return;
	/* a pair of its own, out of the table from the start: nobody is to wait for it */
	asker->probe = pairs_take(asker->pairs, pair->hash, &is_new);
	pairs_fail(asker->pairs, asker->probe, asker->outage_text);
	keep_texts(asker->probe, company, title);
	ask = ask_new(asker, 1);
	ask->probe = true;
	ask->pairs[0] = asker->probe;
	send_ask(asker, ask);
}

int
asker_admit(struct asker *asker, struct pair *pair, struct slice company, struct slice title, struct err *err)
{
	if (asker->model == NULL) {
		asker->model = model_new(asker->settings, err);
		if (asker->model == NULL)
			return -1;
	}
	if (wire_pair_bytes(company.len, title.len) > asker->batch_bytes) {
		pair->state = PAIR_REFUSED;
		pair->reason = "model: too long for one call";
		return 0;
	}
	if (asker->given_up) {
		pairs_fail(asker->pairs, pair, asker->outage_text);
		maybe_probe(asker, pair, company, title);
		return 0;
	}
	keep_texts(pair, company, title);
	return 1;
}

void
asker_add(struct asker *asker, struct pair *pair)
{
	if (!asker->given_up) {
		pair_queue_push(&asker->queue, pair);
		return;
	}
	pairs_fail(asker->pairs, pair, asker->outage_text);
	pairs_drop(asker->pairs, pair);
}

/* The next call's pairs: as many as fit. */
static void
form_call(struct asker *asker)
{
	size_t room = asker->batch_bytes;
	struct ask *ask = ask_new(asker, asker->queue.count < asker->batch_pairs ? asker->queue.count : asker->batch_pairs);
	size_t count = 0;

	while (count < ask->count && pair_queue_at(&asker->queue, 0)->bytes <= room) {
		ask->pairs[count] = pair_queue_pop(&asker->queue);
		room -= ask->pairs[count++]->bytes;
	}
	ask->count = count;
	send_ask(asker, ask);
}

static bool
call_is_full(const struct asker *asker)
{
	return asker->queue.count >= asker->batch_pairs || asker->queue.bytes > asker->batch_bytes;
}

size_t
asker_appetite(const struct asker *asker)
{
	if (asker->under_way >= asker->parallel || call_is_full(asker))
		return 0;
	for (const struct ask *ask = asker->asks; ask; ask = ask->next)
		if (ask->retry_at)
			return 0; /* it goes first */
	return asker->batch_pairs - asker->queue.count;
}

void
asker_for_each(const struct asker *asker, void each(void *context, struct pair *pair), void *context)
{
	for (size_t i = 0; i < asker->queue.count; i++)
		each(context, pair_queue_at(&asker->queue, i));
	for (const struct ask *ask = asker->asks; ask; ask = ask->next)
		for (size_t i = 0; i < ask->count && !ask->probe; i++)
			each(context, ask->pairs[i]);
}

int
asker_start(struct asker *asker, bool partial)
{
	int64_t now = clock_mono_ms();
	bool waiting = false;
	int started = 0;

	for (struct ask *ask = asker->asks; ask && asker->under_way < asker->parallel; ask = ask->next) {
		if (ask->retry_at && ask->retry_at <= now) {
			send_ask(asker, ask);
			started++;
		}
		waiting |= ask->retry_at != 0;
	}
	if (waiting)
		return started; /* what failed goes first: new calls would only fail beside it */
	while (asker->under_way < asker->parallel && call_is_full(asker)) {
		form_call(asker);
		started++;
	}
	if (partial && asker->under_way == 0 && asker->queue.count > 0) {
		form_call(asker);
		started++;
	}
	return started;
}

int
asker_fd(const struct asker *asker)
{
	return asker->model ? model_fd(asker->model) : -1;
}

int64_t
asker_timeout(const struct asker *asker)
{
	int64_t now = clock_mono_ms();
	int64_t least = -1;

	for (const struct ask *ask = asker->asks; ask; ask = ask->next) {
		int64_t left = ask->retry_at - now;

		if (ask->retry_at && (least < 0 || left < least))
			least = left > 0 ? left : 0;
	}
	return least;
}

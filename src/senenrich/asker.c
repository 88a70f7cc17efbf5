/* Calls to the model: filling, retrying, splitting, giving up. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "senenrich/asker.h"
#include "senenrich/wire.h"

enum {
	BACKOFF_FIRST_MS = 100,
	BACKOFF_MAX_MS = 5000,
	PROBE_MS = 5000, /* how often a model that was given up is asked for one pair */
};

struct ask {
	struct pair **pairs;
	size_t count;
	struct buf request; /* packed once, sent as often as needed */
	int attempts;
	int64_t retry_at; /* 0: under way */
	bool probe;
	struct ask *next;
};

void
asker_init(struct asker *asker, const struct settings *settings, struct pairs *pairs)
{
	*asker = (struct asker){
		.pairs = pairs,
		.address = settings_text(settings, "grpc_server_address"),
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
	free(asker->queue);
}

static struct ask *
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

static void
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

static void
enqueue(struct asker *asker, struct pair *pair)
{
	if (asker->queue_count == asker->queue_capacity) {
		size_t capacity = asker->queue_capacity ? asker->queue_capacity * 2 : 1024;
		struct pair **queue = mem_zero(capacity, sizeof(*queue));

		for (size_t i = 0; i < asker->queue_count; i++)
			queue[i] = asker->queue[(asker->queue_head + i) % asker->queue_capacity];
		free(asker->queue);
		asker->queue = queue;
		asker->queue_head = 0;
		asker->queue_capacity = capacity;
	}
	asker->queue[(asker->queue_head + asker->queue_count++) % asker->queue_capacity] = pair;
	asker->queue_bytes += pair->bytes;
	pair->references++;
}

static struct pair *
dequeue(struct asker *asker)
{
	struct pair *pair = asker->queue[asker->queue_head];

	asker->queue_head = (asker->queue_head + 1) % asker->queue_capacity;
	asker->queue_count--;
	asker->queue_bytes -= pair->bytes;
	return pair;
}

int
asker_add(struct asker *asker, struct pair *pair, struct slice company, struct slice title, struct err *err)
{
	if (asker->model == NULL) {
		asker->model = model_new(asker->address, err);
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
	enqueue(asker, pair);
	return 0;
}

/* The next call's pairs: as many as fit. */
static void
form_call(struct asker *asker)
{
	size_t room = asker->batch_bytes;
	struct ask *ask = ask_new(asker, asker->queue_count < asker->batch_pairs ? asker->queue_count : asker->batch_pairs);
	size_t count = 0;

	while (count < ask->count && asker->queue[asker->queue_head]->bytes <= room) {
		ask->pairs[count] = dequeue(asker);
		room -= ask->pairs[count++]->bytes;
	}
	ask->count = count;
	send_ask(asker, ask);
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
	while (asker->under_way < asker->parallel && (asker->queue_count >= asker->batch_pairs || asker->queue_bytes > asker->batch_bytes)) {
		form_call(asker);
		started++;
	}
	if (partial && asker->under_way == 0 && asker->queue_count > 0) {
		form_call(asker);
		started++;
	}
	return started;
}

static void
resolve(struct asker *asker, struct pair *pair, asker_resolved *resolved, void *context)
{
	resolved(context, pair);
	pairs_drop(asker->pairs, pair);
}

/* Patience is over: all that waits for the model fails, except what is just under way. */
static void
give_up(struct asker *asker, asker_resolved *resolved, void *context)
{
	struct ask *next;

	if (!asker->given_up)
		log_error("%s: giving up; the objects that need it are left for a later run", asker->outage_text);
	asker->given_up = true;
	asker->probe_at = clock_mono_ms() + PROBE_MS;
	for (struct ask *ask = asker->asks; ask; ask = next) {
		next = ask->next;
		if (ask->retry_at == 0)
			continue;
		for (size_t i = 0; i < ask->count; i++) {
			pairs_fail(asker->pairs, ask->pairs[i], asker->outage_text);
			resolve(asker, ask->pairs[i], resolved, context);
		}
		ask_remove(asker, ask);
	}
	while (asker->queue_count > 0) {
		struct pair *pair = dequeue(asker);

		pairs_fail(asker->pairs, pair, asker->outage_text);
		resolve(asker, pair, resolved, context);
	}
}

static void
on_failure(struct asker *asker, struct ask *ask, const struct model_reply *reply, asker_resolved *resolved, void *context)
{
	static struct log_site site;
	int64_t now = clock_mono_ms();
	int64_t delay = BACKOFF_FIRST_MS << (ask->attempts < 7 ? ask->attempts - 1 : 6);

	snprintf(asker->outage_text, sizeof(asker->outage_text), "model: %s", reply->text);
	if (asker->outage_since == 0)
		asker->outage_since = now;
	delay = delay < BACKOFF_MAX_MS ? delay : BACKOFF_MAX_MS;
	ask->retry_at = now + random() % (delay + 1);
	if (asker->given_up || reply->status == MODEL_DENIED || ask->retry_at >= asker->outage_since + asker->patience_ms) {
		give_up(asker, resolved, context);
		return;
	}
	log_warning_limited(&site, "%s: %s, retry %d in %.1f s", asker->address,
	                    reply->text, ask->attempts, (double)(ask->retry_at - now) / 1000);
}

/* The model refuses the call as it is: each half may do. Of one pair alone, the pair is refused. */
static void
on_refusal(struct asker *asker, struct ask *ask, const struct model_reply *reply, asker_resolved *resolved, void *context)
{
	static struct log_site site;
	size_t half = ask->count / 2;

	if (ask->count == 1) {
		log_warning_limited(&site, "the model refuses a pair: %s", reply->text);
		ask->pairs[0]->state = PAIR_REFUSED;
		ask->pairs[0]->reason = "model: refused";
		resolve(asker, ask->pairs[0], resolved, context);
	} else {
		struct ask *halves[2] = {ask_new(asker, half), ask_new(asker, ask->count - half)};

		memcpy(halves[0]->pairs, ask->pairs, half * sizeof(*ask->pairs));
		memcpy(halves[1]->pairs, ask->pairs + half, (ask->count - half) * sizeof(*ask->pairs));
		/* they are asked again, not for the first time */
		halves[0]->attempts = halves[1]->attempts = 1;
	}
	ask_remove(asker, ask);
}

static void
set_answer(struct pair *pair, int given, int32_t answer)
{
	pair->source = FROM_MODEL;
	if (given == 1 && answer >= 1 && answer <= 7) {
		pair->state = PAIR_KNOWN;
		pair->seniority = (uint8_t)answer;
		return;
	}
	pair->state = PAIR_REFUSED;
	pair->reason = given == 0  ? "model: no answer"
	               : given > 1 ? "model: several answers"
	                           : "model: an answer outside 1..7";
}

static void
on_reply(struct asker *asker, struct ask *ask, struct model_reply *reply, asker_resolved *resolved, void *context)
{
	int32_t *answers = mem_zero(ask->count, sizeof(*answers));
	uint8_t *given = mem_zero(ask->count, 1);
	size_t strangers = 0;
	static struct log_site site;

	if (!wire_reply(slice_of_buf(&reply->message), ask->count, answers, given, &strangers)) {
		snprintf(reply->text, sizeof(reply->text), "the reply is no SeniorityResponseBatch");
	} else if (ask->count > 1 && memchr(given, 1, ask->count) == NULL) {
		/* no "otherwise good" reply: rejecting a thousand postings on its word would lose them */
		snprintf(reply->text, sizeof(reply->text), "the reply answers none of %zu pairs", ask->count);
	} else {
		if (strangers > 0)
			log_warning_limited(&site, "the model answers %zu pairs that it was not asked", strangers);
		asker->outage_since = 0;
		asker->given_up = false;
		for (size_t i = 0; i < ask->count; i++) {
			set_answer(ask->pairs[i], given[i], answers[i]);
			resolve(asker, ask->pairs[i], resolved, context);
		}
		ask_remove(asker, ask);
		ask = NULL;
	}
	if (ask) {
		reply->status = MODEL_AGAIN;
		on_failure(asker, ask, reply, resolved, context);
	}
	free(answers);
	free(given);
}

static void
on_probe(struct asker *asker, struct ask *ask, const struct model_reply *reply, asker_resolved *resolved, void *context)
{
	int32_t answer = 0;
	uint8_t given = 0;
	size_t strangers;

	if (reply->status == MODEL_OK && wire_reply(slice_of_buf(&reply->message), 1, &answer, &given, &strangers)) {
		log_warning("the model answers again");
		asker->outage_since = 0;
		asker->given_up = false;
		set_answer(asker->probe, given, answer);
		if (asker->probe->state == PAIR_KNOWN)
			resolved(context, asker->probe);
	}
	asker->probe_at = clock_mono_ms() + PROBE_MS;
	ask_remove(asker, ask);
	pairs_drop(asker->pairs, asker->probe);
	asker->probe = NULL;
}

void
asker_collect(struct asker *asker, asker_resolved *resolved, void *context)
{
	struct model_reply reply;

	while (asker->model && model_take(asker->model, &reply)) {
		struct ask *ask = reply.tag;

		asker->under_way--;
		if (ask->probe)
			on_probe(asker, ask, &reply, resolved, context);
		else if (reply.status == MODEL_OK)
			on_reply(asker, ask, &reply, resolved, context);
		else if (reply.status == MODEL_TOO_LARGE)
			on_refusal(asker, ask, &reply, resolved, context);
		else
			on_failure(asker, ask, &reply, resolved, context);
		buf_release(&reply.message);
	}
}

int
asker_fd(const struct asker *asker)
{
	return asker->model ? model_fd(asker->model) : -1;
}

bool
asker_busy(const struct asker *asker)
{
	/* a probe alone keeps nobody waiting */
	return asker->queue_count > 0 || (asker->asks && (!asker->asks->probe || asker->asks->next));
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

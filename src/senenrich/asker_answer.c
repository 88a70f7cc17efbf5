/* What becomes of a call: answers, refusals that split it, failures that are tried again or given up. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "senenrich/asker_call.h"
#include "senenrich/wire.h"

enum {
	BACKOFF_FIRST_MS = 100,
	BACKOFF_MAX_MS = 5000,
	PROBE_MS = 5000, /* how often a model that was given up is asked for one pair */
};

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
	while (asker->queue.count > 0) {
		struct pair *pair = pair_queue_pop(&asker->queue);

		pairs_fail(asker->pairs, pair, asker->outage_text);
		resolve(asker, pair, resolved, context);
	}
}

static void
on_failure(struct asker *asker, struct ask *ask, const struct model_reply *reply, asker_resolved *resolved,
           void *context)
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
	log_warning_limited(&site, "%s: %s, retry %d in %.1f s", settings_text(asker->settings, "grpc_server_address"),
	                    reply->text, ask->attempts, (double)(ask->retry_at - now) / 1000);
}

/* The model refuses the call as it is: each half may do. Of one pair alone, the pair is refused. */
static void
on_refusal(struct asker *asker, struct ask *ask, const struct model_reply *reply, asker_resolved *resolved,
           void *context)
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
	/* a probe's reply only comes while there is one */
	pair->source = FROM_MODEL; /* NOLINT(clang-analyzer-core.NullDereference) */
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
	size_t strangers = 0;

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
		latency_add(&asker->latency, (clock_mono_ns() - ask->sent_ns) / 1000);
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

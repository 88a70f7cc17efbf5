/*
 * What happens when a call ends: answers are taken, a refused call is split, a failed one is
 * retried or given up.
 */
#include "senenrich/dispatcher_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "senenrich/model_codec.h"

enum {
	BACKOFF_FIRST_MS = 100,
	BACKOFF_MAX_MS = 5000,
	PROBE_MS = 5000, /* how often a model that was given up is probed */
};

static void
fail_pair(struct dispatcher *dispatcher, struct pair *pair)
{
	pair->reason = dispatcher->outage_text;
	resolve_event(dispatcher->resolve, pair, EVENT_GIVE_UP, NULL);
}

static void
refuse_pair(struct dispatcher *dispatcher, struct pair *pair, const char *reason)
{
	pair->reason = reason;
	resolve_event(dispatcher->resolve, pair, EVENT_REFUSAL, NULL);
}

static void
describe_failure(const struct dispatcher *dispatcher, const struct model_reply *reply, struct err *err)
{
	err_set(err, reply->status == MODEL_DENIED ? ERR_ACCESS : ERR_TEMPORARY, "%s", reply->text);
	err_set_object(err, "%s", settings_text(dispatcher->settings, "grpc_server_address"));
	model_tell_call(reply, err);
}

/* The outage outlasted our patience: all pairs fail, except those in calls that are under way. */
static void
give_up_model(struct dispatcher *dispatcher)
{
	struct dispatcher_call *next;

	if (!dispatcher->given_up)
		log_with_fields(LOG_ERROR, ERR_FIELDS(&dispatcher->outage),
		                "%s: giving up; the objects that need it are left for a later run", dispatcher->outage_text);
	dispatcher->given_up = true;
	dispatcher->probe_at = clock_mono_ms() + PROBE_MS;
	for (struct dispatcher_call *call = dispatcher->open_calls; call; call = next) {
		next = call->next;
		if (call->retry_at == 0)
			continue;
		for (size_t i = 0; i < call->count; i++)
			fail_pair(dispatcher, call->pairs[i]);
		dispatcher_call_remove(dispatcher, call);
	}
	while (dispatcher->queue.count > 0)
		fail_pair(dispatcher, dispatcher_next_pair(dispatcher));
}

static void
on_failure(struct dispatcher *dispatcher, struct dispatcher_call *call, const struct model_reply *reply)
{
	static struct log_site site;
	int64_t now = clock_mono_ms();
	int64_t delay = backoff_delay(call->attempts, BACKOFF_FIRST_MS, BACKOFF_MAX_MS, random_unit(&dispatcher->random));

	describe_failure(dispatcher, reply, &dispatcher->outage);
	snprintf(dispatcher->outage_text, sizeof(dispatcher->outage_text), "model: %s", reply->text);
	if (dispatcher->outage_since == 0)
		dispatcher->outage_since = now;
	call->retry_at = now + delay;
	if (dispatcher->given_up || reply->status == MODEL_DENIED ||
	    call->retry_at >= dispatcher->outage_since + dispatcher->patience_ms) {
		give_up_model(dispatcher);
		return;
	}
	if (log_site_shows(&site))
		log_with_fields(LOG_WARNING, ERR_FIELDS(&dispatcher->outage), "%s, retry %d in %.1f s",
		                ERR_TEXT(&dispatcher->outage), call->attempts, (double)(call->retry_at - now) / 1000);
}

/*
 * The model refuses a call: its halves may still be accepted. If it was one pair, the pair is
 * refused.
 */
static void
on_refusal(struct dispatcher *dispatcher, struct dispatcher_call *call, const struct model_reply *reply)
{
	static struct log_site site;
	size_t half = call->count / 2;
	struct err why;

	if (call->count == 1) {
		describe_failure(dispatcher, reply, &why);
		if (log_site_shows(&site))
			log_with_fields(LOG_WARNING, ERR_FIELDS(&why), "the model refuses a pair: %s", reply->text);
		refuse_pair(dispatcher, call->pairs[0], "model: refused");
	} else {
		struct dispatcher_call *halves[2] = {dispatcher_call_new(dispatcher, half),
		                                     dispatcher_call_new(dispatcher, call->count - half)};

		memcpy(halves[0]->pairs, call->pairs, half * sizeof(*call->pairs));
		memcpy(halves[1]->pairs, call->pairs + half, (call->count - half) * sizeof(*call->pairs));
		/* their pairs were counted already */
		halves[0]->attempts = halves[1]->attempts = 1;
	}
	dispatcher_call_remove(dispatcher, call);
}

/* `given`: how many answers the reply has for the pair; `answer`: the last of them. */
static void
answer_pair(struct dispatcher *dispatcher, struct pair *pair, int given, int32_t answer)
{
	if (given == 0) {
		refuse_pair(dispatcher, pair, "model: no answer");
	} else if (given > 1) {
		refuse_pair(dispatcher, pair, "model: several answers");
	} else if (answer < 1 || answer > 7) {
		refuse_pair(dispatcher, pair, "model: an answer outside 1..7");
	} else {
		pair->seniority = (uint8_t)answer;
		resolve_event(dispatcher->resolve, pair, EVENT_ANSWER, NULL);
	}
}

static void
on_reply(struct dispatcher *dispatcher, struct dispatcher_call *call, struct model_reply *reply)
{
	int32_t *answers = mem_zero(call->count, sizeof(*answers));
	uint8_t *given = mem_zero(call->count, 1);
	size_t unknown_ids = 0;
	static struct log_site site;

	if (!model_codec_read_reply(slice_of_buf(&reply->message), call->count, answers, given, &unknown_ids)) {
		snprintf(reply->text, sizeof(reply->text), "the reply is not a SeniorityResponseBatch of %zu answers at most",
		         call->count);
	} else if (call->count > 1 && memchr(given, 1, call->count) == NULL) {
		/* not a good reply: rejecting a thousand postings because of it would lose them */
		snprintf(reply->text, sizeof(reply->text), "the reply answers none of %zu pairs", call->count);
	} else {
		if (unknown_ids > 0)
			log_warning_limited(&site, "the model answers %zu pairs that it was not asked about", unknown_ids);
		dispatcher->outage_since = 0;
		dispatcher->given_up = false;
		for (size_t i = 0; i < call->count; i++)
			answer_pair(dispatcher, call->pairs[i], given[i], answers[i]);
		dispatcher_call_remove(dispatcher, call);
		call = NULL;
	}
	if (call) {
		reply->status = MODEL_AGAIN;
		on_failure(dispatcher, call, reply);
	}
	free(answers);
	free(given);
}

static void
on_probe(struct dispatcher *dispatcher, struct dispatcher_call *call, const struct model_reply *reply)
{
	int32_t answer = 0;
	uint8_t given = 0;
	size_t unknown_ids = 0;

	if (reply->status == MODEL_OK &&
	    model_codec_read_reply(slice_of_buf(&reply->message), 1, &answer, &given, &unknown_ids)) {
		log_warning("the model answers again");
		dispatcher->outage_since = 0;
		dispatcher->given_up = false;
		answer_pair(dispatcher, dispatcher->probe, given, answer);
	} else {
		fail_pair(dispatcher, dispatcher->probe);
	}
	dispatcher->probe_at = clock_mono_ms() + PROBE_MS;
	dispatcher_call_remove(dispatcher, call);
	pairs_drop(dispatcher->pairs, dispatcher->probe);
	dispatcher->probe = NULL;
}

/* What a call's end says of how busy the model is. A refusal says nothing. */
static void
note_load(struct dispatcher *dispatcher, const struct dispatcher_call *call, const struct model_reply *reply,
          int64_t ms)
{
	bool full = call->count >= dispatcher->batch_pairs / 2 || call->request.len >= dispatcher->batch_bytes / 2;

	if (reply->status == MODEL_OK)
		admission_answered(&dispatcher->admission, ms, full, dispatcher->under_way);
	else if (reply->status == MODEL_AGAIN)
		admission_failed(&dispatcher->admission, ms, strcmp(reply->code, "DEADLINE_EXCEEDED") == 0,
		                 dispatcher->under_way);
}

void
dispatcher_collect(struct dispatcher *dispatcher)
{
	struct model_reply reply;

	while (dispatcher->model && model_take(dispatcher->model, &reply)) {
		struct dispatcher_call *call = reply.tag;

		dispatcher->under_way--;
		latency_add(&dispatcher->latency, (clock_mono_ns() - call->sent_ns) / 1000);
		note_load(dispatcher, call, &reply, (clock_mono_ns() - call->sent_ns) / 1000000);
		if (call->probe)
			on_probe(dispatcher, call, &reply);
		else if (reply.status == MODEL_OK)
			on_reply(dispatcher, call, &reply);
		else if (reply.status == MODEL_TOO_LARGE)
			on_refusal(dispatcher, call, &reply);
		else
			on_failure(dispatcher, call, &reply);
		buf_release(&reply.message);
	}
}

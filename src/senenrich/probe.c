/* Asks the model one question: does it answer at this address, how fast, and is it healthy? */
#include "senenrich/probe.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "health.pb-c.h"
#include "senenrich/model.h"
#include "senenrich/model_codec.h"
#include "senenrich/pairs.h"

enum {
	PROBE_TIMEOUT_MS = 10000, /* someone is waiting at a terminal */
	SENIORITY_MAX = 7,
};

static char company[] = "Seniority Check";
static char title[] = "Software Engineer";

struct probe {
	struct model *model;
	const char *address;
	struct model_reply pair, health;
	int64_t pair_ms;
};

/* Starts both calls at once: if the server does not answer, one wait is enough. */
static void
send_both_calls(struct probe *probe, int64_t timeout_ms)
{
	struct pair pair = {.company = company, .title = title};
	struct pair *pairs[] = {&pair};
	struct buf text = BUF_INIT;

	model_codec_write_request(&text, pairs, 1);
	model_call(probe->model, slice_of_buf(&text), timeout_ms, &probe->pair);
	model_call_health(probe->model, timeout_ms, &probe->health);
	buf_release(&text);
}

/* Waits for both replies. They come in any case: each call has a timeout. */
static int
wait_for_replies(struct probe *probe, struct err *err)
{
	int64_t started = clock_mono_ms();
	struct model_reply reply;

	for (int left = 2; left > 0; left--) {
		while (!model_take(probe->model, &reply))
			if (io_readable(model_fd(probe->model), -1) < 0)
				return err_set(err, ERR_TEMPORARY, "interrupted");
		*(struct model_reply *)reply.tag = reply;
		if (reply.tag == &probe->pair)
			probe->pair_ms = clock_mono_ms() - started;
	}
	return 0;
}

/* The answer of the health service, for people. */
static const char *
health_text(const struct model_reply *reply)
{
	Grpc__Health__V1__HealthCheckResponse *response;
	const char *text = "not known";

	if (reply->no_method)
		return "it has no health service, and needs none";
	if (reply->status != MODEL_OK)
		return reply->text;
	response =
		grpc__health__v1__health_check_response__unpack(NULL, reply->message.len, (const uint8_t *)reply->message.data);
	if (response == NULL)
		return "not a HealthCheckResponse";
	if (response->status == GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING)
		text = "SERVING";
	else if (response->status == GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__NOT_SERVING)
		text = "NOT_SERVING";
	grpc__health__v1__health_check_response__free_unpacked(response, NULL);
	return text;
}

static int
check_answer(const struct probe *probe, int32_t *seniority, struct err *err)
{
	const struct model_reply *reply = &probe->pair;
	uint8_t given = 0;
	size_t unknown_ids;

	if (reply->status != MODEL_OK)
		err_set(err, reply->status == MODEL_AGAIN ? ERR_TEMPORARY : ERR_FAILED, "%s%s%s", reply->text,
		        probe->health.status == MODEL_OK ? "; health: " : "",
		        probe->health.status == MODEL_OK ? health_text(&probe->health) : "");
	else if (!model_codec_read_reply(slice_of_buf(&reply->message), 1, seniority, &given, &unknown_ids))
		err_set(err, ERR_FAILED, "the reply is not a SeniorityResponseBatch");
	else if (given != 1)
		err_set(err, ERR_FAILED, "%s answer for the one pair asked", given ? "more than one" : "no");
	else if (*seniority < 1 || *seniority > SENIORITY_MAX)
		err_set(err, ERR_FAILED, "the answer is %d, not 1..%d", (int)*seniority, SENIORITY_MAX);
	else
		return 0;
	model_tell_call(reply, err);
	return err_set_object(err, "%s", probe->address);
}

/*
 * Prints the answer. An unhealthy model that answers will do for a run, as the pipe does not ask
 * for health; but a load balancer in front of it may.
 */
static void
print_answer(const struct probe *probe, int32_t seniority, struct out *out)
{
	const char *said = health_text(&probe->health);
	struct buf text = BUF_INIT;

	buf_printf(&text, "%s answered %d in %lld ms; health: %s\n", probe->address, (int)seniority,
	           (long long)probe->pair_ms, said);
	out_write_slice(out, slice_of_buf(&text));
	buf_release(&text);
	if (!probe->health.no_method && strcmp(said, "SERVING") != 0)
		log_warning("%s answers, but reports its health as: %s", probe->address, said);
}

enum exit_status
probe_model(struct cli *cli)
{
	struct probe probe = {.address = settings_text(cli->settings, "grpc_server_address")};
	int64_t timeout = settings_int(cli->settings, "rpc_timeout");
	struct err err = ERR_INIT;
	int32_t seniority = 0;

	probe.model = model_new(cli->settings, &err);
	if (probe.model == NULL)
		return cli_error(&err);
	send_both_calls(&probe, timeout < PROBE_TIMEOUT_MS ? timeout : PROBE_TIMEOUT_MS);
	if (wait_for_replies(&probe, &err) == 0 && check_answer(&probe, &seniority, &err) == 0)
		print_answer(&probe, seniority, &cli->out);
	buf_release(&probe.pair.message);
	buf_release(&probe.health.message);
	model_free(probe.model);
	return err.kind == ERR_NONE ? STATUS_OK : cli_error(&err);
}

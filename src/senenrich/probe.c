/* One trial question: is it the model that answers at this address, and how fast? */
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "senenrich/model.h"
#include "senenrich/pairs.h"
#include "senenrich/probe.h"
#include "senenrich/wire.h"

enum {
	PROBE_TIMEOUT_MS = 10000, /* somebody is waiting at a terminal */
	SENIORITY_MAX = 7,
};

static char company[] = "Seniority Check";
static char title[] = "Software Engineer";

/* Waits for the reply, which comes: the call has an end of its own. */
static int
wait_for(struct model *model, struct model_reply *reply, struct err *err)
{
	while (!model_take(model, reply))
		if (io_readable(model_fd(model), -1) < 0)
			return err_set(err, ERR_TEMPORARY, "interrupted");
	return 0;
}

static int
judge(const char *address, const struct model_reply *reply, int32_t *seniority, struct err *err)
{
	uint8_t given = 0;
	size_t strangers;

	if (reply->status != MODEL_OK)
		return err_set(err, reply->status == MODEL_AGAIN ? ERR_TEMPORARY : ERR_FAILED, "%s: %s", address, reply->text);
	if (!wire_reply(slice_of_buf(&reply->message), 1, seniority, &given, &strangers))
		return err_set(err, ERR_FAILED, "%s: the reply is no SeniorityResponseBatch", address);
	if (given != 1)
		return err_set(err, ERR_FAILED, "%s: %s answer for the one pair asked", address,
		               given ? "more than one" : "no");
	if (*seniority < 1 || *seniority > SENIORITY_MAX)
		return err_set(err, ERR_FAILED, "%s: the answer is %d, not 1..%d", address, (int)*seniority, SENIORITY_MAX);
	return 0;
}

static int
ask(struct model *model, const struct settings *settings, struct err *err)
{
	struct pair pair = {.company = company, .title = title};
	struct pair *pairs[] = {&pair};
	struct model_reply reply = {0};
	const char *address = settings_text(settings, "grpc_server_address");
	struct buf text = BUF_INIT;
	int64_t started = clock_mono_ms(), timeout = settings_int(settings, "rpc_timeout");
	int32_t seniority = 0;
	int result;

	wire_request(&text, pairs, 1);
	model_call(model, slice_of_buf(&text), timeout < PROBE_TIMEOUT_MS ? timeout : PROBE_TIMEOUT_MS, NULL);
	result = wait_for(model, &reply, err);
	if (result == 0)
		result = judge(address, &reply, &seniority, err);
	buf_reset(&text);
	if (result == 0) {
		buf_printf(&text, "%s answered %d in %lld ms\n", address, (int)seniority,
		           (long long)(clock_mono_ms() - started));
		if (io_write_all(STDOUT_FILENO, text.data, text.len) < 0)
			result = err_set_errno(err, ERR_FAILED, "cannot write");
	}
	buf_release(&reply.message);
	buf_release(&text);
	return result;
}

int
probe_model(const struct settings *settings, struct err *err)
{
	struct model *model = model_new(settings, err);
	int result;

	if (model == NULL)
		return -1;
	result = ask(model, settings, err);
	model_free(model);
	return result;
}

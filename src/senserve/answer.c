/* Answers calls: a level for each pair, when it is due, or the server's health. */
#include "base/mem.h"
#include "senserve/health.h"
#include "senserve/server_internal.h"

static void
unqueue_call(struct server *server, struct call *call)
{
	if (call->queued)
		TAILQ_REMOVE(call->method == METHOD_WATCH ? &server->watchers : &server->waiting, call, link);
	call->queued = false;
}

static void
queue_call(struct server *server, struct call *call)
{
	if (call->method == METHOD_WATCH)
		TAILQ_INSERT_TAIL(&server->watchers, call, link);
	else
		TAILQ_INSERT_TAIL(&server->waiting, call, link);
	call->queued = true;
}

static bool
call_failed(const struct call *call)
{
	return call->status != DUMMY_OK;
}

static void
send_reply(struct server *server, struct call *call)
{
	unqueue_call(server, call);
	rpc_end(call, call->status, call->text ? call->text : "", call_failed(call) ? NULL : call->reply);
}

/*
 * When the answer to these pairs is due: never before that of the previous call, so the list stays
 * sorted.
 */
static gpr_timespec
due_time(struct server *server, int64_t pairs)
{
	gpr_timespec now = gpr_now(GPR_CLOCK_MONOTONIC);

	if (server->pace.rate > 0) {
		if (gpr_time_cmp(server->gpu_free, now) < 0)
			server->gpu_free = now;
		gpr_timespec work = gpr_time_from_nanos(pairs * 1000000000 / server->pace.rate, GPR_TIMESPAN);
		server->gpu_free = now = gpr_time_add(server->gpu_free, work);
	}
	return gpr_time_add(now, gpr_time_from_millis(server->pace.latency_ms, GPR_TIMESPAN));
}

static void
on_infer(struct server *server, struct call *call)
{
	struct dummy_answer *answer = &server->answer;

	dummy_ask(server->dummy, slice_of_buf(&server->bytes), answer);
	call->answered = true;
	call->status = answer->status;
	if (call_failed(call))
		call->text = mem_dup(answer->text);
	else
		call->reply = rpc_bytes(slice_of_buf(&answer->reply));
	call->due = due_time(server, answer->pairs);
	queue_call(server, call);
	if (call->closed && call->client_gone)
		answer_gone(server, call);
}

static void
on_check(struct call *call, enum health health)
{
	struct buf bytes = BUF_INIT;

	if (health == HEALTH_SERVING) {
		health_write(&bytes, health);
		grpc_byte_buffer *message = rpc_bytes(slice_of_buf(&bytes));
		rpc_end(call, GRPC_STATUS_OK, "", message);
		grpc_byte_buffer_destroy(message);
	} else {
		rpc_end(call, GRPC_STATUS_NOT_FOUND, "unknown service", NULL);
	}
	buf_release(&bytes);
}

static void
on_watch(struct server *server, struct call *call, enum health health)
{
	struct buf bytes = BUF_INIT;

	health_write(&bytes, health);
	rpc_open(call, slice_of_buf(&bytes));
	queue_call(server, call);
	buf_release(&bytes);
}

static void
end_watcher(struct server *server, struct call *call)
{
	struct buf bytes = BUF_INIT;
	grpc_byte_buffer *message = NULL;

	unqueue_call(server, call);
	if (!call->closed) {
		health_write(&bytes, HEALTH_NOT_SERVING);
		message = rpc_bytes(slice_of_buf(&bytes));
	}
	rpc_end(call, call->closed ? GRPC_STATUS_CANCELLED : GRPC_STATUS_UNAVAILABLE, "the server stops", message);
	if (message)
		grpc_byte_buffer_destroy(message);
	buf_release(&bytes);
}

void
answer_gone(struct server *server, struct call *call)
{
	if (!call_failed(call))
		dummy_cancelled(server->dummy);
	if (call->queued) {
		call->status = GRPC_STATUS_CANCELLED;
		send_reply(server, call);
	}
}

void
answer_watchers(struct server *server)
{
	struct call *next;

	for (struct call *call = TAILQ_FIRST(&server->watchers); call; call = next) {
		next = TAILQ_NEXT(call, link);
		/*
		 * If the first message is still on its way, the watcher's turn comes later. Else only the
		 * wait for the client to leave is outstanding, if that.
		 */
		if ((server->stopping || call->closed) && call->outstanding == (call->closed ? 0 : 1))
			end_watcher(server, call);
	}
}

void
answer_message(struct server *server, struct call *call)
{
	buf_reset(&server->bytes);
	if (!rpc_message(call, &server->bytes)) {
		/*
		 * Cancelled before it came, larger than the limit (the core has answered), or none was
		 * sent.
		 */
		rpc_end(call, GRPC_STATUS_INVALID_ARGUMENT, "no request", NULL);
		return;
	}
	if (call->method == METHOD_INFER) {
		on_infer(server, call);
		return;
	}
	enum health health = health_of(slice_of_buf(&server->bytes));
	if (health == HEALTH_BAD_REQUEST)
		rpc_end(call, GRPC_STATUS_INVALID_ARGUMENT, "not a HealthCheckRequest", NULL);
	else if (call->method == METHOD_CHECK)
		on_check(call, health);
	else
		on_watch(server, call, health);
}

void
answer_due(struct server *server)
{
	struct call *call;

	while ((call = TAILQ_FIRST(&server->waiting)) && gpr_time_cmp(call->due, gpr_now(GPR_CLOCK_MONOTONIC)) <= 0)
		send_reply(server, call);
}

/*
 * The loop over the completion queue. The core only works inside grpc_completion_queue_next, so the
 * loop is always in it, until the next reply is due.
 *
 * Stopping: grpc_server_shutdown_and_notify makes the requested call come back empty, which tells
 * the loop; its own event comes when the last call is over. Only then the queue is shut down:
 * starting an operation after that would abort the process.
 */
#include <stdlib.h>

#include <grpc/grpc_security.h>
#include <grpc/support/log.h>

#include "base/log.h"
#include "base/mem.h"
#include "senserve/server_internal.h"

/*
 * How long the end may take, after the last reply was sent, if a client began a call and does not
 * send its request.
 */
#define GRACE_SECONDS 5

static const struct {
	const char *path;
	enum call_method method;
} methods[] = {
	{"/SeniorityModel/InferSeniority", METHOD_INFER},
	{"/grpc.health.v1.Health/Check", METHOD_CHECK},
	{"/grpc.health.v1.Health/Watch", METHOD_WATCH},
};

/* The core's own messages only help when debugging. */
static void
log_core(gpr_log_func_args *args)
{
	log_debug("grpc: %s", args->message);
}

static enum call_method
method_of(grpc_slice path)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (grpc_slice_str_cmp(path, methods[i].path) == 0)
			return methods[i].method;
	return METHOD_UNKNOWN;
}

static void
request_next_call(struct server *server)
{
	server->live++;
	rpc_request(server->grpc, server->queue);
}

static void
on_closed(struct server *server, struct call *call)
{
	call->closed = true;
	if (call->answered && call->client_gone)
		answer_gone(server, call);
}

static void
on_new(struct server *server, struct call *call, bool success)
{
	if (!success) {
		server->stopping = true;
		return;
	}
	if (!atomic_load(&server->stop_asked))
		request_next_call(server);
	call->method = method_of(call->details.method);
	if (call->method == METHOD_UNKNOWN)
		rpc_end(call, GRPC_STATUS_UNIMPLEMENTED, "unknown method", NULL);
	else
		rpc_receive(call);
}

static void
on_event(struct server *server, const struct call_event *event, bool success)
{
	struct call *call = event->call;

	call->outstanding--;
	if (event->step == CALL_NEW)
		on_new(server, call, success);
	else if (event->step == CALL_MESSAGE)
		answer_message(server, call);
	else if (event->step == CALL_CLOSED)
		on_closed(server, call);
	if (call->method == METHOD_WATCH)
		answer_watchers(server);
	if (rpc_over(call)) {
		rpc_free(call);
		server->live--;
	}
}

/* The steps of stopping besides waiting. Returns whether the loop is done. */
static bool
continue_stopping(struct server *server)
{
	gpr_timespec now = gpr_now(GPR_CLOCK_MONOTONIC);

	answer_watchers(server);
	if (server->shut_down && server->live == 0)
		return true;
	if (TAILQ_FIRST(&server->waiting) || gpr_time_cmp(server->grace, gpr_inf_past(GPR_CLOCK_MONOTONIC)) == 0)
		server->grace = gpr_time_add(now, gpr_time_from_seconds(GRACE_SECONDS, GPR_TIMESPAN));
	if (!server->cancelled && gpr_time_cmp(server->grace, now) <= 0) {
		server->cancelled = true;
		grpc_server_cancel_all_calls(server->grpc);
	}
	return false;
}

static gpr_timespec
wake_time(const struct server *server)
{
	const struct call *first = TAILQ_FIRST(&server->waiting);

	if (first)
		return first->due;
	return server->stopping && !server->cancelled ? server->grace : gpr_inf_future(GPR_CLOCK_MONOTONIC);
}

static int
listen_on(struct server *server, const struct address *address, struct err *err)
{
	char *text = address_text(address, address->port);
	grpc_server_credentials *plain = grpc_insecure_server_credentials_create();
	int port = 0, result = 0;

	if (address_check_free(address, err) != 0) {
		result = -1;
	} else {
		port = grpc_server_add_http2_port(server->grpc, text, plain);
		if (port == 0)
			result = err_set(err, ERR_FAILED, "cannot listen on %s", text);
	}
	server->port = address->path ? 0 : port;
	grpc_server_credentials_release(plain);
	free(text);
	return result;
}

void
server_run(struct server *server)
{
	request_next_call(server);
	while (true) {
		answer_due(server);
		if (server->stopping && continue_stopping(server))
			break;
		grpc_event event = grpc_completion_queue_next(server->queue, wake_time(server), NULL);
		if (event.type != GRPC_OP_COMPLETE)
			continue;
		if (event.tag == server)
			server->shut_down = true;
		else
			on_event(server, event.tag, event.success);
	}
	grpc_completion_queue_shutdown(server->queue);
	while (grpc_completion_queue_next(server->queue, gpr_inf_future(GPR_CLOCK_REALTIME), NULL).type !=
	       GRPC_QUEUE_SHUTDOWN)
		;
}

void
server_stop(struct server *server)
{
	if (!atomic_exchange(&server->stop_asked, true))
		grpc_server_shutdown_and_notify(server->grpc, server->queue, server);
}

void
server_cancel(struct server *server)
{
	grpc_server_cancel_all_calls(server->grpc);
}

int
server_port(const struct server *server)
{
	return server->port;
}

struct server *
server_open(const struct address *address, struct dummy *dummy, const struct server_pace *pace, struct err *err)
{
	struct server *server = mem_zero(1, sizeof *server);
	/* By default two servers would share a port, and each would get some of the calls. */
	grpc_arg alone = {.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_ALLOW_REUSEPORT, .value.integer = 0};
	grpc_channel_args args = {1, &alone};

	gpr_set_log_function(log_core);
	grpc_init();
	server->dummy = dummy;
	server->pace = *pace;
	server->grace = gpr_inf_past(GPR_CLOCK_MONOTONIC);
	server->gpu_free = gpr_inf_past(GPR_CLOCK_MONOTONIC);
	TAILQ_INIT(&server->waiting);
	TAILQ_INIT(&server->watchers);
	server->queue = grpc_completion_queue_create_for_next(NULL);
	server->grpc = grpc_server_create(&args, NULL);
	grpc_server_register_completion_queue(server->grpc, server->queue, NULL);
	bool listening = listen_on(server, address, err) == 0;
	/*
	 * A server that was never started cannot be shut down without a running queue, so always start
	 * it.
	 */
	grpc_server_start(server->grpc);
	if (listening)
		return server;
	server_stop(server);
	server->stopping = true;
	while (!server->shut_down)
		server->shut_down =
			grpc_completion_queue_next(server->queue, gpr_inf_future(GPR_CLOCK_REALTIME), NULL).tag == server;
	grpc_completion_queue_shutdown(server->queue);
	server_free(server);
	return NULL;
}

void
server_free(struct server *server)
{
	if (!server)
		return;
	grpc_server_destroy(server->grpc);
	grpc_completion_queue_destroy(server->queue);
	buf_release(&server->answer.reply);
	buf_release(&server->bytes);
	free(server);
	grpc_shutdown();
}

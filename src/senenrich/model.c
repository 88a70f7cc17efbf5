/*
 * The gRPC client. gRPC only works inside grpc_completion_queue_next, so one thread stays in it and
 * hands over the calls that have ended, by a list and an eventfd.
 */
#include "senenrich/model.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/support/alloc.h>
#include <grpc/support/time.h>

#include "base/mem.h"
#include "base/signals.h"
#include "senenrich/model_channel.h"
#include "senenrich/thread_probe.h"

#define METHOD "/SeniorityModel/InferSeniority"
#define METHOD_HEALTH "/grpc.health.v1.Health/Check"

struct call {
	grpc_call *call;
	void *tag;
	grpc_byte_buffer *reply;
	grpc_metadata_array initial, trailing;
	grpc_status_code status;
	grpc_slice details;
	struct call *next;      /* in the list of ended calls */
	struct call *next_open; /* in the list of calls that are not taken yet */
};

struct model {
	grpc_channel *channel;
	struct model_metadata metadata;
	grpc_completion_queue *queue;
	pthread_t thread;
	int event;
	pthread_mutex_t lock;
	struct call *ended, **ended_end; /* under the lock */
	struct call *open;               /* can still be cancelled; only for the caller's thread */
};

static void *
run_queue_thread(void *argument)
{
	struct model *model = argument;
	const uint64_t one = 1;

	for (;;) {
		grpc_event event = grpc_completion_queue_next(model->queue, gpr_inf_future(GPR_CLOCK_REALTIME), NULL);
		struct call *call = event.tag;

		if (event.type == GRPC_QUEUE_SHUTDOWN)
			return NULL;
		if (event.type != GRPC_OP_COMPLETE)
			continue;
		pthread_mutex_lock(&model->lock);
		call->next = NULL;
		*model->ended_end = call;
		model->ended_end = &call->next;
		pthread_mutex_unlock(&model->lock);
		/* an eventfd takes 8 bytes or nothing, and it is never full here */
		if (write(model->event, &one, sizeof(one)) < 0)
			continue;
	}
}

static int
open_channel_and_thread(struct model *model, const struct settings *settings, struct err *err)
{
	if (model_metadata_parse(&model->metadata, settings_text(settings, "grpc_metadata"), err) < 0)
		return -1;
	model->channel = model_channel_open(settings, err);
	if (model->channel == NULL)
		return -1;
	model->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (model->event < 0 || pthread_create(&model->thread, NULL, run_queue_thread, model) != 0)
		return err_set_errno(err, ERR_TEMPORARY, "cannot start a thread for the model");
	return 0;
}

static void
free_call(struct model *model, struct call *call)
{
	struct call **at = &model->open;

	while (*at != call)
		at = &(*at)->next_open;
	*at = call->next_open;
	grpc_byte_buffer_destroy(call->reply);
	grpc_metadata_array_destroy(&call->initial);
	grpc_metadata_array_destroy(&call->trailing);
	grpc_slice_unref(call->details);
	grpc_call_unref(call->call);
	free(call);
}

static void
start_call(struct model *model, const char *method, struct slice request, int64_t timeout_ms, void *tag)
{
	struct call *call = mem_zero(1, sizeof(*call));
	gpr_timespec deadline = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(timeout_ms, GPR_TIMESPAN));
	grpc_slice bytes = grpc_slice_from_copied_buffer(request.ptr, request.len);
	grpc_byte_buffer *message = grpc_raw_byte_buffer_create(&bytes, 1);
	grpc_op ops[6] = {{0}};

	call->tag = tag;
	grpc_metadata_array_init(&call->initial);
	grpc_metadata_array_init(&call->trailing);
	call->call = grpc_channel_create_call(model->channel, NULL, GRPC_PROPAGATE_DEFAULTS, model->queue,
	                                      grpc_slice_from_static_string(method), NULL, deadline, NULL);
	ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
	ops[0].data.send_initial_metadata.metadata = model->metadata.entries;
	ops[0].data.send_initial_metadata.count = model->metadata.count;
	ops[1].op = GRPC_OP_SEND_MESSAGE;
	ops[1].data.send_message.send_message = message;
	ops[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
	ops[3].op = GRPC_OP_RECV_INITIAL_METADATA;
	ops[3].data.recv_initial_metadata.recv_initial_metadata = &call->initial;
	ops[4].op = GRPC_OP_RECV_MESSAGE;
	ops[4].data.recv_message.recv_message = &call->reply;
	ops[5].op = GRPC_OP_RECV_STATUS_ON_CLIENT;
	ops[5].data.recv_status_on_client.trailing_metadata = &call->trailing;
	ops[5].data.recv_status_on_client.status = &call->status;
	ops[5].data.recv_status_on_client.status_details = &call->details;
	/* with these arguments it cannot fail; a failure would leave the caller waiting for ever */
	if (grpc_call_start_batch(call->call, ops, 6, call, NULL) != GRPC_CALL_OK)
		abort();
	call->next_open = model->open;
	model->open = call;
	grpc_byte_buffer_destroy(message);
	grpc_slice_unref(bytes);
}

static enum model_status
classify_status(grpc_status_code status, const char *details)
{
	switch (status) {
	case GRPC_STATUS_OK:
		return MODEL_OK;
	case GRPC_STATUS_INVALID_ARGUMENT:
	case GRPC_STATUS_OUT_OF_RANGE:
		return MODEL_TOO_LARGE;
	case GRPC_STATUS_RESOURCE_EXHAUSTED:
		/*
		 * An overloaded server, or a message over a limit, the server's or ours: gRPC gives both this
		 * status and no detail but the text, which is its own in all languages ("Received message larger
		 * than max", "Sent message larger than max"). If it should change, a large call is tried again
		 * until the patience ends, instead of in halves.
		 */
		return strstr(details, "larger than max") ? MODEL_TOO_LARGE : MODEL_AGAIN;
	case GRPC_STATUS_UNIMPLEMENTED:
	case GRPC_STATUS_PERMISSION_DENIED:
	case GRPC_STATUS_UNAUTHENTICATED:
	case GRPC_STATUS_NOT_FOUND:
		return MODEL_DENIED;
	default:
		return MODEL_AGAIN;
	}
}

static const char *
status_name(grpc_status_code status)
{
	static const char *const names[] = {
		"OK",        "CANCELLED",       "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
		"NOT_FOUND", "ALREADY_EXISTS",  "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
		"ABORTED",   "OUT_OF_RANGE",    "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
		"DATA_LOSS", "UNAUTHENTICATED",
	};

	return status >= 0 && (size_t)status < sizeof(names) / sizeof(names[0]) ? names[status] : "status not known";
}

/* Copies the message of a reply; false if it is compressed in a way that cannot be read. */
static bool
read_message(grpc_byte_buffer *from, struct buf *to)
{
	grpc_byte_buffer_reader reader;
	grpc_slice part;

	if (from == NULL || !grpc_byte_buffer_reader_init(&reader, from))
		return false;
	while (grpc_byte_buffer_reader_next(&reader, &part)) {
		buf_append(to, GRPC_SLICE_START_PTR(part), GRPC_SLICE_LENGTH(part));
		grpc_slice_unref(part);
	}
	grpc_byte_buffer_reader_destroy(&reader);
	return true;
}

struct model *
model_new(const struct settings *settings, struct err *err)
{
	struct model *model;
	int result;

	/* signals are for the main thread, not for gRPC's threads or ours */
	signals_block(true);
	result = thread_probe(err);
	signals_block(false);
	if (result < 0)
		return NULL;
	model = mem_zero(1, sizeof(*model));
	model->ended_end = &model->ended;
	pthread_mutex_init(&model->lock, NULL);
	setenv("GRPC_VERBOSITY", "NONE", 0); /* its log lines are not in our format */
	signals_block(true);
	grpc_init();
	model->queue = grpc_completion_queue_create_for_next(NULL);
	result = open_channel_and_thread(model, settings, err);
	signals_block(false);
	if (result == 0)
		return model;
	if (model->channel)
		grpc_channel_destroy(model->channel);
	grpc_completion_queue_shutdown(model->queue);
	grpc_completion_queue_destroy(model->queue);
	model_metadata_release(&model->metadata);
	grpc_shutdown();
	free(model);
	return NULL;
}

int
model_fd(const struct model *model)
{
	return model->event;
}

void
model_call(struct model *model, struct slice request, int64_t timeout_ms, void *tag)
{
	start_call(model, METHOD, request, timeout_ms, tag);
}

void
model_call_health(struct model *model, int64_t timeout_ms, void *tag)
{
	/* no bytes: a HealthCheckRequest for the service "", the server as a whole */
	start_call(model, METHOD_HEALTH, slice_of(NULL, 0), timeout_ms, tag);
}

void
model_tell_call(const struct model_reply *reply, struct err *err)
{
	err_tell_answer(err, "InferSeniority", 0, slice_of_str(reply->code));
}

bool
model_take(struct model *model, struct model_reply *reply)
{
	struct call *call;
	uint64_t count;
	char *details;

	pthread_mutex_lock(&model->lock);
	call = model->ended;
	if (call) {
		model->ended = call->next;
		if (model->ended == NULL)
			model->ended_end = &model->ended;
	} else if (read(model->event, &count, sizeof(count)) < 0) {
		/* it was zero already */
	}
	pthread_mutex_unlock(&model->lock);
	if (call == NULL)
		return false;
	details = grpc_slice_to_c_string(call->details);
	*reply = (struct model_reply){.tag = call->tag, .status = classify_status(call->status, details)};
	reply->no_method = call->status == GRPC_STATUS_UNIMPLEMENTED;
	reply->code = call->status == GRPC_STATUS_OK ? "" : status_name(call->status);
	snprintf(reply->text, sizeof(reply->text), "%s: %.200s", status_name(call->status), details);
	gpr_free(details);
	if (reply->status == MODEL_OK && !read_message(call->reply, &reply->message)) {
		reply->status = MODEL_AGAIN;
		snprintf(reply->text, sizeof(reply->text), "the reply has no message");
	}
	free_call(model, call);
	return true;
}

void
model_free(struct model *model)
{
	struct model_reply reply;

	if (model == NULL)
		return;
	for (struct call *call = model->open; call; call = call->next_open)
		grpc_call_cancel(call->call, NULL);
	grpc_channel_destroy(model->channel);
	grpc_completion_queue_shutdown(model->queue);
	pthread_join(model->thread, NULL);
	while (model_take(model, &reply))
		buf_release(&reply.message);
	grpc_completion_queue_destroy(model->queue);
	model_metadata_release(&model->metadata);
	grpc_shutdown();
	close(model->event);
	pthread_mutex_destroy(&model->lock);
	free(model);
}

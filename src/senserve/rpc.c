/* The operations of a call. */
#include "senserve/rpc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc/byte_buffer_reader.h>

#include "base/mem.h"

/* The core only refuses an operation that is used wrongly. */
static void
abort_on_error(grpc_call_error error, const char *what)
{
	if (error != GRPC_CALL_OK) {
		fprintf(stderr, "senserve: bug: %s: %s\n", what, grpc_call_error_to_string(error));
		abort();
	}
}

static void
start_operations(struct call *call, const grpc_op *ops, size_t count, enum call_step step)
{
	call->outstanding++;
	abort_on_error(grpc_call_start_batch(call->handle, ops, count, &call->events[step], NULL), "start_batch");
}

static void
expect_close(struct call *call)
{
	grpc_op op = {.op = GRPC_OP_RECV_CLOSE_ON_SERVER};

	op.data.recv_close_on_server.cancelled = &call->client_gone;
	start_operations(call, &op, 1, CALL_CLOSED);
}

struct call *
rpc_request(grpc_server *server, grpc_completion_queue *queue)
{
	struct call *call = mem_zero(1, sizeof *call);

	for (int step = 0; step < CALL_STEPS; step++)
		call->events[step] = (struct call_event){call, (enum call_step)step};
	grpc_call_details_init(&call->details);
	grpc_metadata_array_init(&call->metadata);
	call->outstanding++;
	abort_on_error(grpc_server_request_call(server, &call->handle, &call->details, &call->metadata, queue, queue,
	                                        &call->events[CALL_NEW]),
	               "request_call");
	return call;
}

void
rpc_receive(struct call *call)
{
	grpc_op op = {.op = GRPC_OP_RECV_MESSAGE};

	expect_close(call);
	op.data.recv_message.recv_message = &call->message;
	start_operations(call, &op, 1, CALL_MESSAGE);
}

bool
rpc_message(struct call *call, struct buf *to)
{
	grpc_byte_buffer_reader reader;
	grpc_slice piece;

	if (!call->message || !grpc_byte_buffer_reader_init(&reader, call->message))
		return false;
	while (grpc_byte_buffer_reader_next(&reader, &piece)) {
		buf_append(to, GRPC_SLICE_START_PTR(piece), GRPC_SLICE_LENGTH(piece));
		grpc_slice_unref(piece);
	}
	grpc_byte_buffer_reader_destroy(&reader);
	grpc_byte_buffer_destroy(call->message);
	call->message = NULL;
	return true;
}

grpc_byte_buffer *
rpc_bytes(struct slice bytes)
{
	grpc_slice slice = grpc_slice_from_copied_buffer(bytes.len > 0 ? bytes.ptr : "", bytes.len);
	grpc_byte_buffer *message = grpc_raw_byte_buffer_create(&slice, 1);

	grpc_slice_unref(slice);
	return message;
}

void
rpc_open(struct call *call, struct slice bytes)
{
	grpc_byte_buffer *message = rpc_bytes(bytes);
	grpc_op ops[2] = {{.op = GRPC_OP_SEND_INITIAL_METADATA}, {.op = GRPC_OP_SEND_MESSAGE}};

	ops[1].data.send_message.send_message = message;
	start_operations(call, ops, 2, CALL_OPENED);
	call->opened = true;
	grpc_byte_buffer_destroy(message);
}

void
rpc_end(struct call *call, int status, const char *text, grpc_byte_buffer *message)
{
	grpc_op ops[3];
	grpc_slice details = grpc_slice_from_copied_string(text);
	size_t count = 0;

	memset(ops, 0, sizeof ops);
	call->ending = true;
	if (call->method == METHOD_UNKNOWN)
		expect_close(call);
	if (!call->opened)
		ops[count++].op = GRPC_OP_SEND_INITIAL_METADATA;
	if (message) {
		ops[count].op = GRPC_OP_SEND_MESSAGE;
		ops[count++].data.send_message.send_message = message;
	}
	ops[count].op = GRPC_OP_SEND_STATUS_FROM_SERVER;
	ops[count].data.send_status_from_server.status = (grpc_status_code)status;
	ops[count++].data.send_status_from_server.status_details = &details;
	start_operations(call, ops, count, CALL_ENDED);
	grpc_slice_unref(details);
}

bool
rpc_over(const struct call *call)
{
	return call->outstanding == 0 && (call->ending || !call->handle);
}

void
rpc_free(struct call *call)
{
	if (call->message)
		grpc_byte_buffer_destroy(call->message);
	if (call->reply)
		grpc_byte_buffer_destroy(call->reply);
	grpc_call_details_destroy(&call->details);
	grpc_metadata_array_destroy(&call->metadata);
	if (call->handle)
		grpc_call_unref(call->handle);
	free(call->text);
	free(call);
}

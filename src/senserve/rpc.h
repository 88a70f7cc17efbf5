/*
 * One call, from its arrival to its end: the C core's operations in order, each reported by an
 * event on the queue. Only server.c, answer.c and rpc.c include this.
 *
 *     unary:  NEW, then MESSAGE and CLOSED in any order, [wait], then ENDED
 *     Watch:  NEW, MESSAGE, OPENED, ... until CLOSED or the server stops, then ENDED
 *     other:  NEW, then ENDED (and CLOSED)
 */
#ifndef SENSERVE_RPC_H
#define SENSERVE_RPC_H

#include <stdbool.h>
#include <sys/queue.h>

#include <grpc/grpc.h>

#include "base/buf.h"

enum call_step { CALL_NEW, CALL_MESSAGE, CALL_CLOSED, CALL_OPENED, CALL_ENDED, CALL_STEPS };

enum call_method { METHOD_UNKNOWN, METHOD_INFER, METHOD_CHECK, METHOD_WATCH };

struct call;

/* The events of the queue. */
struct call_event {
	struct call *call;
	enum call_step step;
};

struct call {
	struct call_event events[CALL_STEPS];
	int outstanding; /* operations whose event has not come */
	grpc_call *handle;
	grpc_call_details details;
	grpc_metadata_array metadata;
	grpc_byte_buffer *message;
	int client_gone; /* valid after CALL_CLOSED */

	enum call_method method;
	bool closed;
	bool answered; /* the model has been asked (InferSeniority) */
	bool opened;   /* the initial metadata are sent (Watch) */
	bool ending;   /* the status is on its way or sent */
	bool queued;   /* in the list of waiting replies or of watchers */
	int status;    /* of the reply that waits */
	char *text;    /* its message if it is not OK */
	grpc_byte_buffer *reply;
	gpr_timespec due;
	TAILQ_ENTRY(call) link;
};

TAILQ_HEAD(calls, call);

/* Asks for the next call: CALL_NEW will come. */
struct call *rpc_request(grpc_server *server, grpc_completion_queue *queue);

/* Asks for the request's bytes, and for a notice when the client leaves. */
void rpc_receive(struct call *call);

/* Appends the request's bytes to `to`. Returns false if there are none. */
bool rpc_message(struct call *call, struct buf *to);

/* Sends the initial metadata and a message, and leaves the call open. */
void rpc_open(struct call *call, struct slice message);

/* Sends the rest: with OK the message (which may be empty), else the status with its text. */
void rpc_end(struct call *call, int status, const char *text, grpc_byte_buffer *message);

/* Whether the call is over: no event of it will come. */
bool rpc_over(const struct call *call);

void rpc_free(struct call *call);

/* Makes a message of these bytes. */
grpc_byte_buffer *rpc_bytes(struct slice bytes);

#endif

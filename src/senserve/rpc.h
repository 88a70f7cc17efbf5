/*
 * One call, from its arrival to its end: the C core's operations in order, each reported by an event
 * on the queue. Only server.c and rpc.c include this.
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

/* What the queue hands back. */
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
	int client_gone; /* with CALL_CLOSED */

	enum call_method method;
	bool closed;
	bool answered; /* the model has been asked (InferSeniority) */
	bool opened;   /* the first metadata are out (Watch) */
	bool ending;   /* the status is on its way, or out */
	bool queued;   /* in the list of waiting replies or of watchers */
	int status;    /* of the reply that waits */
	char *text;    /* its message where it is not OK */
	grpc_byte_buffer *reply;
	gpr_timespec due;
	TAILQ_ENTRY(call) link;
};

TAILQ_HEAD(calls, call);

/* Asks for the next call: CALL_NEW will come. */
struct call *rpc_request(grpc_server *server, grpc_completion_queue *queue);

/* Asks for the request's bytes and for word of the client's leaving. */
void rpc_receive(struct call *call);

/* The request's bytes, in `to`. Returns false where there are none. */
bool rpc_message(struct call *call, struct buf *to);

/* Sends the first metadata and a message, and leaves the call open. */
void rpc_open(struct call *call, struct slice message);

/* Sends what is left to send: with OK the message (len may be 0), else the status with its text. */
void rpc_end(struct call *call, int status, const char *text, grpc_byte_buffer *message);

/* Whether nothing more will come of it. */
bool rpc_over(const struct call *call);

void rpc_free(struct call *call);

/* A message of these bytes. */
grpc_byte_buffer *rpc_bytes(struct slice bytes);

#endif

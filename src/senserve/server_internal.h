/* Shared by server.c (the loop, start and end) and answer.c (the answers), and private to them. */
#ifndef SENSERVE_SERVER_INTERNAL_H
#define SENSERVE_SERVER_INTERNAL_H

#include <stdatomic.h>

#include "senserve/rpc.h"
#include "senserve/server.h"

struct server {
	struct dummy *dummy;
	struct server_pace pace;
	grpc_server *grpc;
	grpc_completion_queue *queue;
	int port;
	atomic_bool stop_asked;
	bool stopping;  /* the loop has noticed */
	bool shut_down; /* the core reports that all calls are over */
	bool cancelled; /* the grace period is over */
	gpr_timespec grace;
	int live;              /* calls that are not freed yet */
	gpr_timespec gpu_free; /* when the one GPU (pace.rate) will have finished its work */
	struct calls waiting;  /* replies, in the order in which they are due */
	struct calls watchers;
	struct dummy_answer answer;
	struct buf bytes; /* of the current request */
};

/* The request has come, or will not: answers at once, or puts the call into a list. */
void answer_message(struct server *server, struct call *call);

/* The client of an InferSeniority call that the model was asked for has left: drops its reply. */
void answer_gone(struct server *server, struct call *call);

/* Sends the replies that are due. */
void answer_due(struct server *server);

/* Ends watchers whose client has left, or all of them if the server stops. */
void answer_watchers(struct server *server);

#endif

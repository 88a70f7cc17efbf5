/*
 * What server.c (the loop, beginning and end) and answer.c (what a call gets) share. Nobody else
 * includes this.
 */
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
	bool stopping;  /* the loop has seen it */
	bool shut_down; /* the core says that all calls are over */
	bool cancelled; /* the grace is over */
	gpr_timespec grace;
	int live;              /* calls that are not freed */
	gpr_timespec gpu_free; /* when the one GPU (pace.rate) has done all it was given */
	struct calls waiting;  /* replies, by the time they are due */
	struct calls watchers;
	struct dummy_answer answer;
	struct buf bytes; /* of the request at hand */
};

/* The request has come, or will not: answers at once, or puts the call into one of the lists. */
void answer_message(struct server *server, struct call *call);

/* The client of an InferSeniority call that the model was asked for has left: it waits for nothing. */
void answer_gone(struct server *server, struct call *call);

/* Sends the replies that are due. */
void answer_due(struct server *server);

/* Ends the watchers whose time is over: theirs, or the server's. */
void answer_watchers(struct server *server);

#endif

/*
 * The model, over gRPC: calls that are started and whose replies are fetched later. This is the only
 * place in the program that knows gRPC. A thread of its own keeps the calls moving; everything else here is called from one thread.
 */
#ifndef SENENRICH_MODEL_H
#define SENENRICH_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "settings/settings.h"

enum model_status {
	MODEL_OK,
	MODEL_AGAIN,     /* it may go through later: not reachable, too busy, took too long, broke */
	MODEL_TOO_LARGE, /* the request (or its reply) is over a limit, or the model calls it invalid: a smaller one may do */
	MODEL_DENIED,    /* the call as such is refused: no right, no such method. No request will do */
};

struct model_reply {
	void *tag; /* as given to model_call */
	enum model_status status;
	bool no_method;     /* MODEL_DENIED because the server has no such method */
	char text[256];     /* why it is not OK: "UNAVAILABLE: failed to connect..." */
	struct buf message; /* MODEL_OK: the reply's bytes; owned by the caller */
};

struct model;

/*
 * By the settings grpc_server_address ("host:port", "unix:path", or several hosts with commas, asked in turn), grpc_tls and
 * the files that go with it, grpc_metadata. Does not connect. NULL with err (ERR_USAGE) for what is no address, file or metadata.
 */
struct model *model_new(const struct settings *settings, struct err *err);

/* Cancels what is under way. */
void model_free(struct model *model);

/* Readable (poll) when replies are waiting. */
int model_fd(const struct model *model);

/* Starts a call with a serialised request. It ends by itself after timeout_ms. */
void model_call(struct model *model, struct slice request, int64_t timeout_ms, void *tag);

/* Asks grpc.health.v1 how the server as a whole is, which the real model need not have. The message is a HealthCheckResponse. */
void model_call_health(struct model *model, int64_t timeout_ms, void *tag);

/* The next reply, if one is there. */
bool model_take(struct model *model, struct model_reply *reply);

#endif

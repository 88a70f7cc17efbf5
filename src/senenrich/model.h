/*
 * The model, over gRPC: calls are started, and their replies fetched later. Only model.c and
 * model_channel.c know gRPC. A thread of its own runs gRPC; everything else here is called from one
 * thread.
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
	MODEL_AGAIN,     /* it may succeed later: unreachable, overloaded, timed out, broken */
	MODEL_TOO_LARGE, /* request or reply is over a limit, or called invalid: a smaller one may do */
	MODEL_DENIED,    /* every call is refused: no permission, no such method */
};

struct model_reply {
	void *tag; /* as given to model_call */
	enum model_status status;
	bool no_method;     /* MODEL_DENIED: the server has no such method */
	const char *code;   /* gRPC's name of the status, static: "UNAVAILABLE"; "": it was OK */
	char text[256];     /* if not OK: "UNAVAILABLE: failed to connect..." */
	struct buf message; /* MODEL_OK: the reply's bytes; owned by the caller */
};

struct model;

/*
 * The settings are grpc_server_address ("host:port", "unix:path", or several hosts with commas,
 * asked in turn), grpc_tls with its files, and grpc_metadata. Does not connect. NULL with err
 * (ERR_USAGE) if an address, a file or metadata is invalid, (ERR_TEMPORARY) if gRPC's threads cannot be
 * started.
 */
struct model *model_new(const struct settings *settings, struct err *err);

/* Cancels the calls that are under way. */
void model_free(struct model *model);

/* Readable (by poll) when a reply is waiting. */
int model_fd(const struct model *model);

/* Starts a call with a serialised request. It ends by itself after timeout_ms. */
void model_call(struct model *model, struct slice request, int64_t timeout_ms, void *tag);

/*
 * Asks grpc.health.v1 for the health of the server as a whole; the real model may lack that
 * service. The message is a HealthCheckResponse.
 */
void model_call_health(struct model *model, int64_t timeout_ms, void *tag);

/* Adds to the error of a call, whose reason has the reply's text, the members for its fields. */
void model_tell_call(const struct model_reply *reply, struct err *err);

/* The next reply, if one is there. */
bool model_take(struct model *model, struct model_reply *reply);

#endif

/*
 * How the model is reached, in gRPC's terms: addresses, TLS, metadata. Beside model.c the only place that knows gRPC.
 */
#ifndef SENENRICH_MODEL_CHANNEL_H
#define SENENRICH_MODEL_CHANNEL_H

#include <grpc/grpc.h>

#include "base/err.h"
#include "settings/settings.h"

/* The channel by the settings; NULL with err (ERR_USAGE, or ERR_TEMPORARY for a host that has no address now). */
grpc_channel *model_channel_open(const struct settings *settings, struct err *err);

/* What goes with each call. */
struct model_metadata {
	grpc_metadata *entries;
	size_t count;
};

/* Lines "name: value". -1 with err (ERR_USAGE; never the value). */
int model_metadata_parse(struct model_metadata *metadata, const char *text, struct err *err);
void model_metadata_release(struct model_metadata *metadata);

#endif

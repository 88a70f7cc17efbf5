/*
 * How to reach the model, in gRPC's terms: addresses, TLS, metadata. Only this and model.c know
 * gRPC.
 */
#ifndef SENENRICH_MODEL_CHANNEL_H
#define SENENRICH_MODEL_CHANNEL_H

#include <grpc/grpc.h>

#include "base/err.h"
#include "settings/settings.h"

/* The metadata of each call. */
struct model_metadata {
	grpc_metadata *entries;
	size_t count;
};

/*
 * Opens the channel of the settings. NULL with err: ERR_USAGE, or ERR_TEMPORARY if a host has no
 * address now.
 */
grpc_channel *model_channel_open(const struct settings *settings, struct err *err);

/* Parses lines "name: value". -1 with err (ERR_USAGE), which never holds the value. */
int model_metadata_parse(struct model_metadata *metadata, const char *text, struct err *err);
void model_metadata_release(struct model_metadata *metadata);

#endif

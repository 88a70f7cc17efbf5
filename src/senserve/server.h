/*
 * The gRPC server: every name of the C core that senserve uses is behind this header. One thread
 * runs it (server_run), so model and calls need no locks; replies that are to come later wait in a list, not
 * in a thread, so calls run in parallel.
 */
#ifndef SENSERVE_SERVER_H
#define SENSERVE_SERVER_H

#include <stdint.h>

#include "base/err.h"
#include "senserve/address.h"
#include "senserve/dummy.h"

struct server_pace {
	int64_t latency_ms; /* each reply comes this much later */
	int64_t rate;       /* pairs a second, or 0 for any number: one call after another, as on one GPU */
};

struct server;

/* Listens. NULL with err. The model must outlive the server. Initialises gRPC: block signals before. */
struct server *server_open(const struct address *address, struct dummy *dummy, const struct server_pace *pace,
                           struct err *err);
void server_free(struct server *server);

/* The port it listens on (0 for a unix socket). */
int server_port(const struct server *server);

/* Serves until server_stop has been called and what was in flight is finished. Call it once. */
void server_run(struct server *server);

/* From any thread: take no more calls, finish those in flight. A client that never completes its call is
 * given 5 s. */
void server_stop(struct server *server);

/* From any thread, after server_stop: end the calls in flight too. */
void server_cancel(struct server *server);

#endif

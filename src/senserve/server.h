/*
 * The gRPC server. All names of the C core that senserve uses are behind this header. One thread
 * runs it (server_run), so model and calls need no locks. Replies that are due later wait in a
 * list, not in a thread, so calls run in parallel.
 */
#ifndef SENSERVE_SERVER_H
#define SENSERVE_SERVER_H

#include <stdint.h>

#include "base/err.h"
#include "senserve/address.h"
#include "senserve/dummy.h"

struct server_pace {
	int64_t latency_ms; /* each reply comes this much later */
	int64_t rate;       /* pairs per second, one call at a time as on one GPU; 0: unlimited */
};

struct server;

/*
 * Listens. NULL with err. The model must outlive the server. Block signals first: it starts gRPC.
 */
struct server *server_open(const struct address *address, struct dummy *dummy, const struct server_pace *pace,
                           struct err *err);
void server_free(struct server *server);

/* The port it listens on (0 for a unix socket). */
int server_port(const struct server *server);

/* Serves until server_stop was called and the calls in flight are finished. Call it once. */
void server_run(struct server *server);

/*
 * From any thread: take no more calls, and finish those in flight. A client that never completes
 * its call is given 5 s.
 */
void server_stop(struct server *server);

/* From any thread, after server_stop: also cancel the calls in flight. */
void server_cancel(struct server *server);

#endif

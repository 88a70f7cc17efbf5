/* Where to listen: "host:port", "[::1]:port" or "unix:PATH", as grpc_server_address says. */
#ifndef SENSERVE_ADDRESS_H
#define SENSERVE_ADDRESS_H

#include "base/err.h"

struct address {
	char *host; /* as written; NULL: a unix socket */
	int port;   /* 0: any free one */
	char *path; /* of the unix socket, or NULL */
};

/* Returns 0, or -1 with err (ERR_USAGE). */
int address_parse(struct address *address, const char *text, struct err *err);
void address_release(struct address *address);

/*
 * Whether this address can be taken: gRPC itself would take over a unix socket that another server listens
 * on, and be content with one of localhost's two addresses. Returns 0, or -1 with err (ERR_TEMPORARY where it
 * is in use).
 */
int address_check_free(const struct address *address, struct err *err);

/* As gRPC and people write it, with `port` for the port: "127.0.0.1:50051". On the heap. */
char *address_text(const struct address *address, int port);

#endif

/* Where to listen: "host:port", "[::1]:port" or "unix:PATH", as in grpc_server_address. */
#ifndef SENSERVE_ADDRESS_H
#define SENSERVE_ADDRESS_H

#include "base/err.h"

struct address {
	char *host; /* as written; NULL for a unix socket */
	int port;   /* 0: any free one */
	char *path; /* of the unix socket, or NULL */
};

/* Returns 0, or -1 with err (ERR_USAGE). */
int address_parse(struct address *address, const char *text, struct err *err);
void address_release(struct address *address);

/*
 * Checks that the address is free. gRPC itself would take over a unix socket that another server
 * listens on, and would be content with one of localhost's two addresses. Returns 0, or -1 with err
 * (ERR_TEMPORARY if it is in use).
 */
int address_check_free(const struct address *address, struct err *err);

/* The address as text, with `port` for the port: "127.0.0.1:50051". On the heap. */
char *address_text(const struct address *address, int port);

#endif

/* The run of senserve: serves until a signal ends it. */
#ifndef SENSERVE_SERVE_H
#define SENSERVE_SERVE_H

#include "cli/cli.h"
#include "senserve/dummy.h"
#include "senserve/server.h"

struct serve_options {
	const char *ready_file; /* NULL: none */
	struct dummy_faults faults;
	struct server_pace pace;
};

/* Serves on grpc_server_address, and prints the counts at the end. */
enum exit_status serve_model(struct cli *cli, const struct serve_options *options);

#endif

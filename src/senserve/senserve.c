/*
 * senserve: the dummy model server. Serves /SeniorityModel/InferSeniority and grpc.health.v1 on
 * grpc_server_address, answers by the rules in rules.c, and simulates faults for tests.
 *
 * stderr gets one line once it listens; stdout gets one JSON line with the counts at the end, and
 * for each SIGUSR1. SIGTERM or SIGINT is the normal end: it finishes the calls in flight and exits
 * with 0. A second signal cancels them.
 */
#include "cli/cli.h"
#include "senserve/explain.h"
#include "senserve/serve.h"

#define MS_MAX (3600 * 1000)

static struct serve_options options;
static bool explain;
static const char *fail_status = "UNAVAILABLE";

/* clang-format off */
static const struct cli_option option_table[] = {
	OPT_SETTING("grpc_server_address"),
	OPT_TEXT(0, "ready-file", "FILE", &options.ready_file, "write the address to FILE while it listens"),
	OPT_FLAG(0, "explain", &explain, "explain the level of each TITLE, or line of stdin"),
	OPT_INT(0, "latency", "MS", &options.pace.latency_ms, 0, MS_MAX, "delay each answer by MS milliseconds (0)"),
	OPT_INT(0, "rate", "N", &options.pace.rate, 0, INT32_MAX, "answer N pairs a second, one call at a time (0: all)"),
	OPT_INT(0, "fail-every", "N", &options.faults.fail_every, 0, INT32_MAX, "fail every Nth call (0: none)"),
	OPT_TEXT(0, "fail-status", "NAME", &fail_status, "fail with this status (UNAVAILABLE)"),
	OPT_INT(0, "omit", "N", &options.faults.omit, 0, INT32_MAX, "omit every Nth pair from its reply (0: none)"),
	OPT_INT(0, "out-of-range", "N", &options.faults.out_of_range, 0, INT32_MAX, "answer every Nth pair with 9 (0: none)"),
	OPT_TEXT(0, "refuse", "TEXT", &options.faults.refuse, "INVALID_ARGUMENT for calls with TEXT in a title"),
	OPT_END,
};
/* clang-format on */

static const char *const usage[] = {"[OPTION]...", "--explain [TITLE]...", NULL};

static const char *const examples[] = {
	"senserve --grpc-server-address unix:model.sock --rate 1000",
	"senserve --explain 'Assistant to the CEO' 'Head of Legal'",
	NULL,
};

static enum exit_status
run_senserve(struct cli *cli)
{
	if (!explain && cli->operand_count > 0)
		return cli_usage_error(cli, "unexpected operand: %s", cli->operands[0]);
	options.faults.fail_status = dummy_status_code(fail_status);
	if (options.faults.fail_status <= DUMMY_OK)
		return cli_usage_error(cli, "--fail-status %s: not a status of a failed call", fail_status);
	return explain ? explain_titles(cli) : serve_model(cli, &options);
}

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "senserve",
		.purpose = "Serve made-up seniority levels over gRPC, in place of the real model.",
		.usage = usage,
		.options = option_table,
		.examples = examples,
		.run = run_senserve,
	};

	return cli_run(&program, argc, argv);
}

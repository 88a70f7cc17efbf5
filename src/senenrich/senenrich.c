/*
 * senenrich: adds `seniority` to postings.
 *
 * stdin: postings as NDJSON, in frames (from s3cat) or plain. stdout: the same lines, in the same
 * order, with the seniority of their (company, title) pair: from the memo, Redis or the model.
 *
 * Exit status: 0 all done; 1 a line was dropped, or the input was cut off; 75 the model was not
 * available.
 */
#include "senenrich/enrich_stream.h"
#include "senenrich/probe.h"

static struct enrich_options options = {
	.batch_lines = 5000,
	.window = 64 * 1024 * 1024,
	.memo_pairs = 4000000,
};
static bool probe;

/* clang-format off */
static const struct cli_option option_table[] = {
	OPT_INT(0, "batch", "N", &options.batch_lines, 1, 1000000, "look up N lines at once (5000)"),
	OPT_SIZE(0, "window", &options.window, "memory for lines that wait for answers (64M)"),
	OPT_INT(0, "memo", "PAIRS", &options.memo_pairs, 0, INT64_C(1) << 32, "pairs in memory, 16 bytes each; 0: none (4000000)"),
	OPT_TEXT(0, "rejects", "FILE", &options.rejects_path, "append plain input's rejected lines to FILE"),
	OPT_SETTING("max_rejects"),
	OPT_FLAG(0, "require-cache", &options.require_cache, "end with 75 if Redis cannot be reached"),
	OPT_FLAG(0, "probe", &probe, "ask the model for one pair and its health, and end"),
	OPT_SETTING("grpc_server_address"),
	OPT_SETTING("rpc_batch"),
	OPT_SETTING("rpc_bytes"),
	OPT_SETTING("rpc_parallel"),
	OPT_SETTING("rpc_timeout"),
	OPT_SETTING("rpc_patience"),
	OPT_REDIS_SETTINGS,
	OPT_SETTING("max_line"),
	OPT_END,
};
/* clang-format on */

static const char *const usage[] = {"[OPTION]... < POSTINGS", "[OPTION]... --probe", NULL};

static const char *const examples[] = {
	"s3cat job-postings-raw/1721183934.jsonl | senenrich",
	"senenrich --rejects bad.ndjson < postings.ndjson > enriched.ndjson",
	NULL,
};

static enum exit_status
run_senenrich(struct cli *cli)
{
	if (cli->operand_count > 0)
		return cli_usage_error(cli, "'%s': postings come on standard input", cli->operands[0]);
	return probe ? probe_model(cli) : enrich_stream(cli, &options);
}

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "senenrich",
		.purpose = "Add the seniority (1..7) of company and title: from memory, Redis or the model.",
		.usage = usage,
		.options = option_table,
		.examples = examples,
		.run = run_senenrich,
	};

	return cli_run(&program, argc, argv);
}

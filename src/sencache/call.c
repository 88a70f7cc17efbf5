/* Code that the commands share. */
#include "sencache/call.h"

int
call_settle_writes(struct call *call, size_t keep, struct err *err)
{
	int ignored;

	if (cache_flush(call->cache, err) < 0)
		return -1;
	while (cache_in_flight(call->cache) > keep)
		if (cache_answer(call->cache, &ignored, err) < 0)
			return -1;
	return 0;
}

enum exit_status
run_call(struct cli *cli, const struct options *options)
{
	struct call call = {.cli = cli, .options = options, .report = {.stats = &cli->stats, .json = options->json}};
	struct err err = ERR_INIT;
	enum exit_status status;

	call.cache = cache_new(cli->settings);
	status = cache_connect(call.cache, &err) < 0 ? cli_error(&err) : cli_run_command(cli, &call);
	report_end(&call.report);
	out_write_slice(&cli->out, slice_of_buf(&call.report.text));
	cache_free(call.cache);
	report_release(&call.report);
	return status;
}

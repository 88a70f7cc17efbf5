/* The formats by name. */
#include "senstat/commands.h"

#include <string.h>

#include "senstat/formats.h"
#include "senstat/input.h"
#include "senstat/live.h"
#include "senstat/report.h"

struct call {
	struct cli *cli;
	const struct options *options;
};

static bool
take_statistics(void *context, const struct json *object)
{
	return run_add(context, object);
}

static bool
take_history(void *context, const struct json *object)
{
	return history_add(context, object);
}

static void
print_text(const struct call *call, struct buf *text)
{
	out_write_slice(&call->cli->out, slice_of_buf(text));
	buf_release(text);
}

static enum exit_status
read_run(const struct call *call, struct run *run)
{
	enum exit_status status = input_each(call->cli, "an object of --stats", take_statistics, run);

	run_add_up(run);
	return status;
}

static enum exit_status
print_run(const struct call *call, void (*format)(const struct run *run, struct buf *to), bool check)
{
	struct run run = {.id = NULL};
	struct buf text = BUF_INIT;
	enum exit_status status = read_run(call, &run);

	if (status == STATUS_OK || status == STATUS_FAILED)
		format(&run, &text);
	if (check && !run.adds_up)
		status = status_worse(status, STATUS_FAILED);
	print_text(call, &text);
	run_release(&run);
	return status;
}

static enum exit_status
print_table(const struct call *call)
{
	return print_run(call, format_table, true);
}

static enum exit_status
print_json(const struct call *call)
{
	return print_run(call, format_json, true);
}

static enum exit_status
print_history(const struct call *call)
{
	return print_run(call, format_history, false);
}

static enum exit_status
print_settled(const struct call *call)
{
	return print_run(call, format_settled, false);
}

static enum exit_status
print_prometheus(const struct call *call)
{
	struct run run = {.id = NULL};
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	enum exit_status status = read_run(call, &run);

	if ((status == STATUS_OK || status == STATUS_FAILED) &&
	    format_prometheus(&run, call->options->counters, &text, &err) < 0)
		status = cli_error(&err);
	print_text(call, &text);
	run_release(&run);
	return status;
}

/* What is not a line of a history is told, and no more: a page without it is better than none. */
static enum exit_status
read_history(const struct call *call, struct history *history)
{
	enum exit_status status = input_each(call->cli, "a line of a history", take_history, history);

	return status == STATUS_FAILED ? STATUS_OK : status;
}

static enum exit_status
print_gnuplot(const struct call *call)
{
	struct history history = {.count = 0};
	struct buf text = BUF_INIT;
	enum exit_status status = read_history(call, &history);

	if (status == STATUS_OK)
		report_gnuplot(&history, &text);
	print_text(call, &text);
	history_release(&history);
	return status;
}

static enum exit_status
print_html(const struct call *call)
{
	struct history history = {.count = 0};
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	const char *figures = call->options->figures;
	enum exit_status status = read_history(call, &history);

	if (status == STATUS_OK && report_html(&history, figures ? figures : ".", call->options->title, &text, &err) < 0) {
		buf_reset(&text); /* half a page is none */
		status = cli_error(&err);
	}
	print_text(call, &text);
	history_release(&history);
	return status;
}

static enum exit_status
show_live(const struct call *call)
{
	if (call->cli->operand_count == 0)
		return cli_usage_error(call->cli, "--format live needs FILEs");
	return live_show(call->cli->operands, call->cli->operand_count, call->options->objects);
}

static const struct format {
	const char *name;
	enum exit_status (*print)(const struct call *call);
} formats[] = {
	{"table", print_table},     {"json", print_json},       {"prometheus", print_prometheus},
	{"history", print_history}, {"settled", print_settled}, {"gnuplot", print_gnuplot},
	{"html", print_html},       {"live", show_live},
};

enum exit_status
print_format(struct cli *cli, const struct options *options)
{
	const struct call call = {cli, options};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(options->format, formats[i].name) == 0)
			return formats[i].print(&call);
	return cli_usage_error(
		cli, "--format: '%s' is not table, json, prometheus, history, settled, gnuplot, html or live", options->format);
}

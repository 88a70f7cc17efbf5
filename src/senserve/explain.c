/* One JSON line per title. */
#include "senserve/explain.h"

#include <unistd.h>

#include "base/signals.h"
#include "json/json.h"
#include "senserve/match.h"
#include "streams/lines.h"

enum { TITLE_MAX = 1 << 20 };

struct explainer {
	struct match *match;
	struct out *out;
	struct buf line;
};

static int
explain_title(struct explainer *explainer, struct slice title)
{
	const struct rule *rule;
	enum level level = match_level(explainer->match, title, &rule);
	struct buf *line = &explainer->line;

	buf_reset(line);
	buf_printf(line, "{\"seniority\":%d,\"rule\":", (int)level);
	if (rule)
		json_quote(line, slice_of_str(rule->phrase));
	else
		buf_append_str(line, "null");
	buf_append_str(line, ",\"title\":");
	json_quote(line, title);
	buf_append_str(line, "}\n");
	return out_write_slice(explainer->out, slice_of_buf(line));
}

static int
explain_stdin(struct explainer *explainer, struct err *err)
{
	struct lines lines;
	struct slice line;
	ssize_t got;

	lines_init(&lines, TITLE_MAX);
	do {
		got = lines_read(&lines, STDIN_FILENO);
		while (lines_next(&lines, &line) != LINE_MORE)
			explain_title(explainer, line);
	} while (got > 0 && !explainer->out->failed);
	if (lines_rest(&lines, &line) == LINE_WHOLE)
		explain_title(explainer, line);
	lines_release(&lines);
	return got < 0 ? err_set_errno(err, ERR_FAILED, "cannot read stdin") : 0;
}

enum exit_status
explain_titles(struct cli *cli)
{
	struct explainer explainer = {.match = match_new(), .out = &cli->out};
	struct err err = ERR_INIT;
	int result = 0;

	if (cli->operand_count == 0)
		result = explain_stdin(&explainer, &err);
	for (int i = 0; i < cli->operand_count; i++)
		explain_title(&explainer, slice_of_str(cli->operands[i]));
	buf_release(&explainer.line);
	match_free(explainer.match);
	return result < 0 && !signals_stop() ? cli_error(&err) : STATUS_OK;
}

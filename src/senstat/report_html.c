/* The page about the runs so far. */
#include <stdio.h>

#include "senstat/figure.h"
#include "senstat/report.h"
#include "senstat/text.h"

/* clang-format off */
static const char page_head[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	"<title>seniority: the runs so far</title>\n"
	"<style>\n"
	":root { color-scheme: light dark; --bg: #fff; --fg: #1d2733; --soft: #5d6b7a; --card: #f3f5f8; --line: #d8dee6; }\n"
	"@media (prefers-color-scheme: dark) { :root { --bg: #14181d; --fg: #e4e8ec; --soft: #9aa7b4; --card: #1e252c; --line: #333d47; } }\n"
	"* { box-sizing: border-box; }\n"
	"body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 3rem; background: var(--bg); color: var(--fg); font: 16px/1.5 system-ui, sans-serif; }\n"
	"h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.1rem; margin: 0; } p { margin: 0; color: var(--soft); }\n"
	".cards { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin: 1.25rem 0; }\n"
	"@media (min-width: 40rem) { .cards { grid-template-columns: 1fr 1fr 1fr; } }\n"
	".cards div { background: var(--card); border-radius: .5rem; padding: .75rem 1rem; }\n"
	".cards b { display: block; font-size: 1.35rem; } .cards span { color: var(--soft); font-size: .85rem; }\n"
	".figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; }\n"
	"figure { overflow-x: auto; margin: 0; background: var(--card); border-radius: .5rem; padding: 1rem; min-width: 0; }\n"
	"figure.postings, figure.shares, figure.calls { grid-column: 1 / -1; }\n"
	".postings svg, .shares svg, .calls svg { min-width: 38rem; }\n"
	".levels svg, .rejects svg { max-width: 30rem; }\n"
	"figcaption p { font-size: .85rem; } figure svg { display: block; width: 100%; height: auto; margin-top: .5rem; }\n"
	"svg text { fill: var(--fg); } svg g[color=\"black\"], svg g[stroke=\"black\"] { color: var(--fg); stroke: var(--fg); }\n"
	"svg [stroke=\"black\"] { stroke: var(--fg); } svg .gridline { stroke: var(--line); }\n"
	".table { overflow-x: auto; margin-top: 1.25rem; }\n"
	"table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9rem; }\n"
	"th, td { text-align: right; padding: .35rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }\n"
	"th:first-child, td:first-child { text-align: left; } .bad { color: #d3455b; font-weight: 600; }\n"
	"</style></head><body>\n"
	"<h1>The runs so far</h1>\n";
/* clang-format on */

static void
append_escaped(struct buf *to, const char *text)
{
	for (; *text; text++)
		if (*text == '&')
			buf_append_str(to, "&amp;");
		else if (*text == '<')
			buf_append_str(to, "&lt;");
		else if (*text == '>')
			buf_append_str(to, "&gt;");
		else if (*text == '"')
			buf_append_str(to, "&quot;");
		else
			buf_append_byte(to, *text);
}

static void
append_subtitle(struct buf *to, const struct history *history, const char *title)
{
	buf_append_str(to, "<p>");
	append_escaped(to, title ? title : "");
	buf_append_str(to, title ? " · " : "");
	if (history->count == 0) {
		buf_append_str(to, "no run yet");
	} else {
		text_time(to, "%d %b %Y %H:%M", history->runs[0].ended);
		buf_append_str(to, " to ");
		text_time(to, "%d %b %Y %H:%M UTC", history->runs[history->count - 1].ended);
	}
	buf_append_str(to, "</p>\n");
}

static void
append_percent(struct buf *to, int64_t part, int64_t whole)
{
	if (whole > 0)
		buf_printf(to, "%.1f %%", 100.0 * (double)part / (double)whole);
	else
		buf_append_str(to, "–");
}

static void
begin_card(struct buf *to)
{
	buf_append_str(to, "<div><b>");
}

static void
append_card(struct buf *to, int64_t number, const char *text)
{
	begin_card(to);
	text_grouped(to, number);
	buf_printf(to, "</b><span>%s</span></div>\n", text);
}

static void
append_cards(struct buf *to, const struct history *history)
{
	int64_t written = history_sum(history, WRITTEN), rejected = history_sum(history, REJECTED);
	int64_t ours = history_sum(history, MEMO) + history_sum(history, REDIS), failures = 0;

	for (size_t i = 0; i < history->count; i++)
		failures += history->runs[i].status != 0;
	buf_append_str(to, "<div class=\"cards\">\n");
	begin_card(to);
	text_grouped(to, (int64_t)history->count);
	buf_append_str(to, "</b><span>runs, ");
	text_grouped(to, failures);
	buf_append_str(to, " not well ended</span></div>\n");
	append_card(to, history_sum(history, STORED), "objects stored");
	append_card(to, written, "postings written");
	begin_card(to);
	append_percent(to, rejected, written + rejected);
	buf_append_str(to, "</b><span>rejected (");
	text_grouped(to, rejected);
	buf_append_str(to, ")</span></div>\n");
	begin_card(to);
	append_percent(to, ours, ours + history_sum(history, MODEL));
	buf_append_str(to, "</b><span>answered without the model</span></div>\n");
	begin_card(to);
	text_grouped(to, history_sum(history, CALLS));
	buf_append_str(to, "</b><span>calls, ");
	text_grouped(to, history_sum(history, PAIRS));
	buf_append_str(to, " pairs</span></div>\n</div>");
}

static int
append_figures(struct buf *to, const struct history *history, const char *folder, struct err *err)
{
	char each[64] = "each bar is a run";
	const struct {
		const char *name, *title, *text;
	} figures[] = {
		{"postings", "Postings", each},
		{"shares", "What answered them", "share of the postings by the memo, by Redis and by the model"},
		{"calls", "Calls to the model", each},
		{"levels", "Seniority levels", "1 entry to 7 senior executive, all runs"},
		{"rejects", "Rejected, by what was wrong", "all runs"},
	};
	struct buf figure = BUF_INIT;
	int found = 0;

	if (report_group(history) > 1)
		snprintf(each, sizeof(each), "each bar is %zu runs together", report_group(history));
	buf_append_str(to, "<div class=\"figures\">\n");
	for (size_t i = 0; found >= 0 && i < sizeof(figures) / sizeof(figures[0]); i++) {
		if (i == 4 && history_sum(history, REJECTED) == 0)
			break;
		buf_reset(&figure);
		found = figure_append(&figure, folder, figures[i].name, err);
		if (found <= 0)
			continue;
		buf_printf(to, "<figure class=\"%s\"><figcaption><h2>%s</h2><p>%s</p></figcaption>\n", figures[i].name,
		           figures[i].title, figures[i].text);
		buf_append_slice(to, slice_of_buf(&figure));
		buf_append_str(to, "</figure>\n");
	}
	buf_release(&figure);
	return found < 0 ? -1 : 0;
}

static void
append_cell(struct buf *to, int64_t number, bool bad)
{
	buf_append_str(to, bad ? "<td class=\"bad\">" : "<td>");
	text_grouped(to, number);
	buf_append_str(to, "</td>");
}

static void
append_run(struct buf *to, const struct history_run *run)
{
	buf_append_str(to, "<tr><td>");
	text_time(to, "%d %b %H:%M:%S", run->ended);
	buf_append_str(to, "</td>");
	append_cell(to, run->values[STORED], false);
	append_cell(to, run->values[FAILED], run->values[FAILED] != 0);
	append_cell(to, run->values[WRITTEN], false);
	append_cell(to, run->values[REJECTED], false);
	append_cell(to, run->values[MODEL], false);
	append_cell(to, run->values[CALLS], false);
	buf_append_str(to, "<td>");
	text_seconds(to, run->microseconds);
	buf_append_str(to, "</td>");
	append_cell(to, run->status, run->status != 0);
	buf_append_str(to, "</tr>\n");
}

static void
append_table(struct buf *to, const struct history *history)
{
	size_t oldest = history->count > REPORT_RECENT ? history->count - REPORT_RECENT : 0;

	buf_append_str(
		to, "<div class=\"table\"><table><thead><tr><th>run ended (UTC)</th><th>objects</th><th>failed</th>"
			"<th>postings</th><th>rejected</th><th>by the model</th><th>calls</th><th>seconds</th><th>status</th>"
			"</tr></thead><tbody>\n");
	for (size_t i = history->count; i > oldest; i--)
		append_run(to, &history->runs[i - 1]);
	buf_append_str(to, "</tbody></table></div>");
}

int
report_html(const struct history *history, const char *figures, const char *title, struct buf *to, struct err *err)
{
	buf_append_str(to, page_head);
	append_subtitle(to, history, title);
	append_cards(to, history);
	if (append_figures(to, history, figures, err) < 0)
		return -1;
	buf_append_str(to, "</div>");
	append_table(to, history);
	buf_append_str(to, "</body></html>\n");
	return 0;
}

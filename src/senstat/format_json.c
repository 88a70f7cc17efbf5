/* The summary and a line of the history, as JSON. */
#include "base/buf.h"
#include "senstat/formats.h"
#include "senstat/text.h"

static void
append_texts(const struct run *run, struct buf *to)
{
	buf_append_str(to, "{\"run\":");
	json_quote(to, slice_of_str(run->id ? run->id : ""));
	buf_append_byte(to, ',');
}

static void
append_number(const struct run *run, int number, bool null, struct buf *to)
{
	buf_printf(to, "\"%s\":", number_table[number].name);
	if (null && !run->known[number])
		buf_append_str(to, "null");
	else
		buf_append_int(to, run->values[number]);
	buf_append_byte(to, ',');
}

static void
append_seconds(const struct run *run, struct buf *to)
{
	buf_append_str(to, "\"seconds\":");
	text_seconds(to, run->values[MICROSECONDS]);
}

static void
append_sums(const struct run *run, struct buf *to)
{
	for (int i = 0; i < SUMMARY_END; i++)
		append_number(run, i, true, to);
	buf_printf(to, "\"cursor\":%lld,", (long long)run->values[MOVED]);
	append_seconds(run, to);
	buf_printf(to, ",\"postings_per_second\":%lld,\"adds_up\":%s,\"status\":%lld}\n", (long long)run_rate(run),
	           run->adds_up ? "true" : "false", (long long)run->values[STATUS]);
}

void
format_json(const struct run *run, struct buf *to)
{
	append_texts(run, to);
	append_sums(run, to);
}

void
format_history(const struct run *run, struct buf *to)
{
	append_texts(run, to);
	buf_printf(to, "\"ended\":%lld,", (long long)run->values[ENDED]);
	if (!run->known[AFTER]) { /* it ended before it began with its work */
		append_seconds(run, to);
		buf_printf(to, ",\"status\":%lld}\n", (long long)run->values[STATUS]);
		return;
	}
	for (int i = SUMMARY_END; i < HISTORY_END; i++)
		append_number(run, i, false, to);
	append_sums(run, to);
}

void
format_settled(const struct run *run, struct buf *to)
{
	const int64_t *v = run->values;

	if (v[STATUS] == 0 && !v[NAMED] && run->known[UNSETTLED] && v[UNSETTLED] == 0 && v[HIGHEST] > v[MOVED])
		buf_printf(to, "%lld\n", (long long)v[HIGHEST]);
}

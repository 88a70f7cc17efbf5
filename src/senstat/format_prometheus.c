/* Metrics for Prometheus's textfile collector. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/units.h"
#include "senstat/formats.h"
#include "senstat/text.h"

enum {
	FILE_BYTES_MAX = 1024 * 1024,
	LABELS_MAX = 7,
};

struct counter {
	const char *name, *help;
	const char *label; /* NULL: it has none, and only the first of `of` */
	struct {
		const char *value; /* NULL: no more */
		enum number number;
	} of[LABELS_MAX];
};

/* clang-format off */
static const struct counter counters[] = {
	{"seniority_objects_total", "Raw objects, by what became of them.", "result", {{"failed", FAILED}, {"stored", STORED}}},
	{"seniority_failures_total", "Raw objects that failed, by whose fault it was: the object's own, everybody's (it stopped the run), nobody's (it may pass).", "fault",
	 {{"everybody", FAILED_EVERYBODY}, {"nobody", FAILED_NOBODY}, {"object", FAILED_OBJECT}}},
	{"seniority_postings_total", "Postings, by what became of them.", "result", {{"rejected", REJECTED}, {"written", WRITTEN}}},
	{"seniority_answers_total", "Postings, by what gave their seniority.", "by", {{"memo", MEMO}, {"model", MODEL}, {"redis", REDIS}}},
	{"seniority_rejected_total", "Rejected postings, by what was wrong with them.", "reason",
	 {{"company", REJECTED_COMPANY}, {"forged", REJECTED_FORGED}, {"line", REJECTED_LINE}, {"model", REJECTED_MODEL}, {"title", REJECTED_TITLE}}},
	{"seniority_level_total", "Postings, by seniority.", "level",
	 {{"1", LEVEL_1}, {"2", LEVEL_1 + 1}, {"3", LEVEL_1 + 2}, {"4", LEVEL_1 + 3}, {"5", LEVEL_1 + 4}, {"6", LEVEL_1 + 5}, {"7", LEVEL_7}}},
	{"seniority_model_calls_total", "Calls to the model.", NULL, {{"", CALLS}}},
	{"seniority_model_pairs_total", "Pairs asked of the model.", NULL, {{"", PAIRS}}},
};
/* clang-format on */

/* The number of a series in the file before this run; 0 if it is not there. */
static int64_t
previous_value(struct slice file, struct slice series)
{
	int64_t value = 0;

	while (file.len > 0) {
		const char *newline = memchr(file.ptr, '\n', file.len);
		size_t len = newline ? (size_t)(newline - file.ptr) : file.len;
		struct slice line = slice_of(file.ptr, len);

		if (line.len > series.len && line.ptr[series.len] == ' ' && slice_starts_with(line, series) &&
		    units_parse_digits(line.ptr + series.len + 1, line.len - series.len - 1, &value))
			return value;
		len += newline ? 1 : 0;
		file = slice_of(file.ptr + len, file.len - len);
	}
	return 0;
}

static void
append_head(struct buf *to, const char *name, const char *help, const char *type)
{
	buf_printf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
append_series(struct buf *to, struct slice file, const char *name, const char *label, const char *value, int64_t more)
{
	size_t start = to->len;
	int64_t old;

	buf_append_str(to, name);
	if (label != NULL)
		buf_printf(to, "{%s=\"%s\"}", label, value);
	old = previous_value(file, slice_of(to->data + start, to->len - start));
	buf_printf(to, " %lld\n", (long long)(old + more));
}

static void
append_counters(const struct run *run, struct slice file, struct buf *to)
{
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		const struct counter *c = &counters[i];

		append_head(to, c->name, c->help, "counter");
		for (int k = 0; k < LABELS_MAX && c->of[k].value; k++)
			append_series(to, file, c->name, c->label, c->of[k].value, run->values[c->of[k].number]);
	}
}

static void
append_runs(const struct run *run, struct slice file, struct buf *to)
{
	static const struct {
		const char *label;
		int64_t status;
	} statuses[] = {{"0", 0}, {"1", 1}, {"75", 75}, {"other", -1}};
	bool counted = false, this;

	append_head(to, "seniority_runs_total", "Runs of the pipeline, by exit status.", "counter");
	for (int i = 0; i < 4; i++) {
		this = !counted && (statuses[i].status < 0 || statuses[i].status == run->values[STATUS]);
		counted |= this;
		append_series(to, file, "seniority_runs_total", "status", statuses[i].label, this);
	}
}

static void
append_gauge(struct buf *to, const char *name, const char *help, int64_t value)
{
	append_head(to, name, help, "gauge");
	buf_printf(to, "%s %lld\n", name, (long long)value);
}

static void
append_gauges(const struct run *run, struct slice file, struct buf *to)
{
	const int64_t *v = run->values;
	int64_t success =
		v[STATUS] == 0 ? v[ENDED] : previous_value(file, SLICE("seniority_last_success_timestamp_seconds"));

	append_gauge(to, "seniority_last_run_timestamp_seconds", "When the last run ended.", v[ENDED]);
	append_gauge(to, "seniority_last_run_status", "Exit status of the last run.", v[STATUS]);
	append_head(to, "seniority_last_run_duration_seconds", "How long the last run took.", "gauge");
	buf_append_str(to, "seniority_last_run_duration_seconds ");
	text_seconds(to, v[MICROSECONDS]);
	buf_append_byte(to, '\n');
	append_gauge(to, "seniority_last_success_timestamp_seconds", "When the last run ended that went well; 0: none did.",
	             success);
	if (!run->known[AFTER])
		return;
	append_gauge(to, "seniority_cursor_timestamp_seconds", "Up to which time everything is done.", v[MOVED]);
	append_gauge(to, "seniority_lag_seconds", "How far the cursor is behind the end of the run.", v[ENDED] - v[MOVED]);
	append_gauge(to, "seniority_failed_objects", "Objects that failed for good and were not taken again.", v[FAILURES]);
}

int
format_prometheus(const struct run *run, const char *previous, struct buf *to, struct err *err)
{
	struct buf file = BUF_INIT;
	int status = 0;

	if (previous != NULL && (access(previous, F_OK) == 0 || errno != ENOENT))
		status = io_read_file(previous, FILE_BYTES_MAX, &file, err);
	if (status == 0) {
		append_runs(run, slice_of_buf(&file), to);
		append_counters(run, slice_of_buf(&file), to);
		append_gauges(run, slice_of_buf(&file), to);
	}
	buf_release(&file);
	return status;
}

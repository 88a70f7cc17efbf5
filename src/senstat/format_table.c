/* The summary for people. */
#include "senstat/formats.h"
#include "senstat/text.h"

struct table {
	const struct run *run;
	struct buf *to;
};

static void
append_number(const struct table *t, enum number number)
{
	if (t->run->known[number])
		text_grouped(t->to, t->run->values[number]);
	else
		buf_append_byte(t->to, '?');
}

/* Begins a row; the numbers of all rows end in one column. The text follows, and end_row(). */
static void
begin_row(const struct table *t, const char *name, struct buf *number)
{
	buf_printf(t->to, "%-9s%12s ", name, number ? buf_cstr(number) : "");
	buf_release(number ? number : &(struct buf){NULL, 0, 0});
}

static void
begin_count(const struct table *t, const char *name, enum number number)
{
	struct buf text = BUF_INIT;
	const struct table column = {t->run, &text};

	append_number(&column, number);
	begin_row(t, name, &text);
}

static void
end_row(const struct table *t, const char *text)
{
	buf_append_str(t->to, text);
	buf_append_byte(t->to, '\n');
}

/* "12 enriched already, 3 failed before": what the listing left out; false if there is nothing. */
static bool
append_left_out(const struct table *t)
{
	static const struct {
		enum number number;
		const char *text;
	} kinds[] = {
		{PRESENT, "enriched already"},
		{EXCLUDED, "failed before"},
		{EXCLUDED_CLASS, "of excluded storage classes"},
		{SKIPPED, "names without a usable number"},
	};
	bool any = false;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (t->run->values[kinds[i].number] == 0)
			continue;
		buf_append_str(t->to, any ? ", " : "");
		append_number(t, kinds[i].number);
		buf_printf(t->to, " %s", kinds[i].text);
		any = true;
	}
	return any;
}

static void
append_left_out_row(const struct table *t)
{
	struct buf text = BUF_INIT;
	const struct table column = {t->run, &text};

	if (append_left_out(&column)) {
		begin_row(t, "left out", NULL);
		end_row(t, buf_cstr(&text));
	}
	buf_release(&text);
}

/* The gaps that a sweep has found; of any other run, the objects that were written again. */
static void
append_found(const struct table *t)
{
	const int64_t *v = t->run->values;
	struct buf number = BUF_INIT;

	if (v[SWEEP]) {
		text_grouped(&number, v[LISTED] - v[REWRITTEN]);
		begin_row(t, "holes", &number);
		buf_append_str(t->to, "without a counterpart, ");
		append_number(t, REWRITTEN);
		buf_append_str(t->to, " written again after it was enriched; the oldest is of ");
		text_time(t->to, "%Y-%m-%d %H:%M:%S UTC", v[FIRST]);
		end_row(t, "");
	} else if (v[REWRITTEN] > 0) {
		begin_count(t, "of them", REWRITTEN);
		end_row(t, "written again after they were enriched");
	}
}

static void
append_answers(const struct table *t)
{
	static const struct {
		enum number number;
		const char *name, *text;
	} rows[] = {{MEMO, "answered", "by the memo"}, {REDIS, "", "by Redis"}, {MODEL, "", "by the model"}};
	const int64_t *v = t->run->values;
	int64_t all = v[MEMO] + v[REDIS] + v[MODEL], tenths;

	if (all == 0)
		all = 1;
	for (int i = 0; i < 3; i++) {
		tenths = (v[rows[i].number] * 1000 + all / 2) / all;
		begin_count(t, rows[i].name, rows[i].number);
		buf_printf(t->to, "%s (%lld.%lld %%)", rows[i].text, (long long)(tenths / 10), (long long)(tenths % 10));
		if (rows[i].number == MODEL) {
			buf_append_str(t->to, ": ");
			append_number(t, PAIRS);
			buf_append_str(t->to, " pairs asked in ");
			append_number(t, CALLS);
			buf_append_str(t->to, " calls");
		}
		end_row(t, "");
	}
}

static void
append_time(const struct table *t, bool rate)
{
	struct buf seconds = BUF_INIT;

	text_seconds(&seconds, t->run->values[MICROSECONDS]);
	begin_row(t, "time", &seconds);
	buf_append_byte(t->to, 's');
	if (rate) {
		buf_append_str(t->to, ", ");
		if (t->run->known[READ])
			text_grouped(t->to, run_rate(t->run));
		else
			buf_append_byte(t->to, '?');
		buf_append_str(t->to, " postings/s");
	}
	end_row(t, "");
}

static void
append_cursor(const struct table *t)
{
	struct buf number = BUF_INIT;

	if (!t->run->known[MOVED])
		return;
	buf_append_int(&number, t->run->values[MOVED]);
	begin_row(t, "cursor", &number);
	if (t->run->values[MOVED] == 0)
		buf_append_str(t->to, "none");
	else
		text_time(t->to, "%Y-%m-%d %H:%M:%S UTC", t->run->values[MOVED]);
	end_row(t, "");
}

static void
append_hint(const struct table *t, const char *what, bool tool, const char *command)
{
	const struct run *run = t->run;

	buf_printf(t->to, "%-21s %s%s%s\n", what, tool ? run->tools : run->command, command, run->arguments);
}

/* The commands that say why something failed, and that do it again. */
static void
append_next(const struct table *t)
{
	const int64_t *v = t->run->values;

	if (!t->run->command || !t->run->tools || !t->run->arguments)
		return;
	/* Only what failed for good is recorded; all else waits for something that --check knows of. */
	if (v[FAILED] > 0 && v[STATUS] != 75 && v[FAILURES] > 0) {
		append_hint(t, "why they failed:", true, "cursor failed");
		append_hint(t, "once more:", false, " --retry-failed");
	} else if (v[STATUS] != 0) {
		if (v[FAILED_EVERYBODY] > 0)
			append_hint(t, "past one object:", true, "cursor skip KEY --reason TEXT");
		append_hint(t, v[STATUS] == 75 ? "what it waits for:" : "what is wrong:", false, " --check");
		append_hint(t, "go on:", false, "");
	}
	if (v[REJECTED] > 0) {
		append_hint(t, "why rejected:", false, " rejects");
		append_hint(t, "once more:", false, " rejects --retry");
	}
}

/* "listed = 3 stored + 0 failed" */
static void
append_objects(const struct table *t, const char *text, const char *separator)
{
	begin_count(t, "objects", LISTED);
	buf_append_str(t->to, text);
	append_number(t, STORED);
	buf_printf(t->to, " stored%s", separator);
	append_number(t, FAILED);
	buf_append_str(t->to, " failed");
}

static void
append_whole(const struct table *t)
{
	const int64_t *v = t->run->values;

	append_objects(t, "listed = ", " + ");
	end_row(t, "");
	append_left_out_row(t);
	append_found(t);
	begin_count(t, "postings", READ);
	buf_append_str(t->to, "read = ");
	append_number(t, WRITTEN);
	buf_append_str(t->to, " written + ");
	append_number(t, REJECTED);
	buf_append_str(t->to, " rejected");
	if (v[LOST] > 0) {
		buf_append_str(t->to, " + ");
		append_number(t, LOST);
		buf_append_str(t->to, " in failed objects");
	}
	end_row(t, "");
	if (v[READ] != 0)
		append_answers(t);
	append_time(t, true);
}

/* A stage died, so there is no sum to show: what each one counted. */
static void
append_broken(const struct table *t)
{
	append_objects(t, "listed, ", ", ");
	end_row(t, ": the numbers do not add up, because a stage");
	begin_row(t, "", NULL);
	end_row(t, "ended before its work did; what is missing is taken by the next run");
	begin_count(t, "postings", READ);
	buf_append_str(t->to, "read, ");
	append_number(t, WRITTEN);
	buf_append_str(t->to, " written, ");
	append_number(t, REJECTED);
	end_row(t, " rejected");
	append_time(t, false);
}

static void
append_nothing(const struct table *t)
{
	buf_append_str(t->to, "nothing left to do (");
	if (append_left_out(t))
		buf_append_str(t->to, ", ");
	text_seconds(t->to, t->run->values[MICROSECONDS]);
	end_row(t, " s)");
}

void
format_table(const struct run *run, struct buf *to)
{
	const struct table t = {run, to};
	bool idle = run->known[STATUS] && run->values[STATUS] == 0 && run->known[LISTED] && run->values[LISTED] == 0;

	if (idle && run->adds_up) {
		if (!run->values[WATCH])
			append_nothing(&t);
		return;
	}
	if (run->adds_up)
		append_whole(&t);
	else
		append_broken(&t);
	append_cursor(&t);
	append_next(&t);
}

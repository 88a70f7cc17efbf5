/* Named numbers, for people or as JSON. */
#include "sencache/report.h"

#include "json/json.h"

static void
begin_row(struct report *report, const char *name)
{
	struct buf *text = &report->text;

	if (report->json) {
		buf_append_byte(text, text->len ? ',' : '{');
		json_quote(text, slice_of_str(name));
		buf_append_byte(text, ':');
		return;
	}
	for (; *name; name++)
		buf_append_byte(text, *name == '_' ? ' ' : *name);
	buf_append_str(text, ": ");
}

static void
end_row(struct report *report)
{
	if (!report->json)
		buf_append_byte(&report->text, '\n');
}

void
report_int(struct report *report, const char *name, int64_t value)
{
	begin_row(report, name);
	buf_append_int(&report->text, value);
	end_row(report);
	stats_int(report->stats, name, value);
}

void
report_fraction(struct report *report, const char *name, double value)
{
	begin_row(report, name);
	buf_printf(&report->text, "%.1f", value);
	end_row(report);
}

void
report_text(struct report *report, const char *name, const char *value)
{
	begin_row(report, name);
	if (report->json)
		json_quote(&report->text, slice_of_str(value));
	else
		buf_append_str(&report->text, value);
	end_row(report);
	stats_text(report->stats, name, value);
}

void
report_end(struct report *report)
{
	if (report->json && report->text.len)
		buf_append_str(&report->text, "}\n");
}

void
report_release(struct report *report)
{
	buf_release(&report->text);
}

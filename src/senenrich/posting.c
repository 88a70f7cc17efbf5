/* One line: a JSON object with a company and a title. */
#include "senenrich/posting.h"

enum { COMPANY, TITLE, SENIORITY, MEMBERS };

static const struct slice names[MEMBERS] = {
	[COMPANY] = {"company", 7},
	[TITLE] = {"title", 5},
	[SENIORITY] = {"seniority", 9},
};

/* Writes "title: not a string" into the scratch memory. */
static const char *
member_reason(struct buf *scratch, int member, const char *why)
{
	buf_reset(scratch);
	buf_printf(scratch, "%s: %s", names[member].ptr, why);
	return buf_cstr(scratch);
}

static const char *
line_reason(struct buf *scratch, const char *why)
{
	buf_reset(scratch);
	buf_printf(scratch, "not JSON: %s", why);
	return buf_cstr(scratch);
}

const char *
posting_parse(struct json *json, struct buf *scratch, struct slice line, struct posting *posting)
{
	struct slice *const texts[] = {[COMPANY] = &posting->company, [TITLE] = &posting->title};
	int values[MEMBERS];
	const char *why;

	buf_reset(scratch);
	posting->reject = REJECT_LINE;
	if (!json_parse(json, line, &why))
		return line_reason(scratch, why);
	if (!json_is_object(json))
		return "not an object";
	json_members(json, names, MEMBERS, values);

	/* decoded text is never longer than its source, so the first slice survives the second one */
	buf_reserve(scratch, line.len);
	for (int i = TITLE; i >= COMPANY; i--) {
		posting->reject = i == TITLE ? REJECT_TITLE : REJECT_COMPANY;
		if (values[i] < 0)
			return member_reason(scratch, i, "missing");
		if (!json_is_string(json, values[i]))
			return member_reason(scratch, i, "not a string");
		if (!json_string(json, values[i], scratch, texts[i], &why))
			return member_reason(scratch, i, why);
	}
	posting->reject = REJECT_TITLE;
	if (posting->title.len == 0)
		return member_reason(scratch, TITLE, "empty");

	if (values[SENIORITY] >= 0) {
		struct slice old = json_raw(json, values[SENIORITY]);

		posting->cut_start = (size_t)(old.ptr - line.ptr);
		posting->cut_end = posting->cut_start + old.len;
	} else {
		posting->cut_start = posting->cut_end = (size_t)json->tokens[0].end - 1;
	}
	return NULL;
}

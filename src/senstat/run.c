/* Adding up. */
#include "senstat/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "base/mem.h"

static bool
member_text(const struct json *object, const char *name, struct buf *scratch, struct slice *text)
{
	int token = json_member(object, slice_of_str(name));
	const char *why;

	return token >= 0 && json_is_string(object, token) && json_string(object, token, scratch, text, &why);
}

/* A JSON number times `scale`, cut to a whole one. */
static bool
member_decimal(const struct json *object, int token, int scale, int64_t *value)
{
	struct slice raw = json_raw(object, token);
	char text[32];
	double number;

	if (object->tokens[token].type != JSMN_PRIMITIVE || raw.len >= sizeof(text) || strchr("tfn", raw.ptr[0]))
		return false;
	memcpy(text, raw.ptr, raw.len);
	text[raw.len] = '\0';
	number = strtod(text, NULL) * scale;
	if (!(number >= 0 && number < 9e18))
		return false;
	*value = (int64_t)(number + 0.5);
	return true;
}

static bool
member_number(const struct json *object, const char *name, int scale, int64_t *value)
{
	int token = json_member(object, slice_of_str(name));

	if (token < 0)
		return false;
	return scale ? member_decimal(object, token, scale, value) : json_int(object, token, value);
}

static int64_t
add(int64_t a, int64_t b, enum addition how)
{
	switch (how) {
	case ADD_SUM:
		return __builtin_add_overflow(a, b, &a) ? INT64_MAX : a;
	case ADD_LEAST:
		return a < b ? a : b;
	case ADD_MOST:
		return a > b ? a : b;
	case ADD_WORST:
		return (int64_t)status_worse((enum exit_status)a, (enum exit_status)b);
	}
	return a;
}

static void
note_number(struct run *run, int number, int64_t value, enum addition how)
{
	run->values[number] = run->known[number] ? add(run->values[number], value, how) : value;
	run->known[number] = true;
}

static void
note_text(const struct json *object, const char *name, char **to)
{
	struct buf scratch = BUF_INIT;
	struct slice text;

	if (*to == NULL && member_text(object, name, &scratch, &text))
		*to = slice_dup(text);
	buf_release(&scratch);
}

static bool
take_object(struct run *run, const struct json *object, bool replace)
{
	struct buf scratch = BUF_INIT;
	struct slice program;
	int64_t value;
	bool ours = json_is_object(object) && member_text(object, "program", &scratch, &program);

	for (int i = 0; ours && i < NUMBERS; i++) {
		const struct number_row *row = &number_table[i];

		if (row->program && !slice_equal_str(program, row->program))
			continue;
		if (member_number(object, row->member, row->scale, &value))
			note_number(run, i, value, replace ? ADD_MOST : row->addition);
	}
	if (ours)
		note_text(object, "run", &run->id);
	if (ours && slice_equal_str(program, "pipeline.sh")) {
		note_text(object, "command", &run->command);
		note_text(object, "tools", &run->tools);
		note_text(object, "arguments", &run->arguments);
	}
	buf_release(&scratch);
	return ours;
}

bool
run_add(struct run *run, const struct json *object)
{
	return take_object(run, object, false);
}

bool
run_update(struct run *run, const struct json *object)
{
	return take_object(run, object, true);
}

static bool
both_known(const struct run *run, enum number a, enum number b)
{
	return run->known[a] && run->known[b];
}

void
run_add_up(struct run *run)
{
	int64_t *v = run->values;
	bool whole = run->known[MICROSECONDS]; /* pipeline.sh's run: all stages must have told */

	if (v[NAMED] || (!whole && !run->known[LISTED])) {
		v[LISTED] = v[TAKEN];
		run->known[LISTED] = run->known[TAKEN];
	}
	if (v[MOVED] < v[AFTER])
		v[MOVED] = v[AFTER];
	run->known[MOVED] |= run->known[AFTER];
	if (!whole)
		v[MICROSECONDS] = v[ELAPSED];

	run->known[LOST] = true;
	run->adds_up = !whole || (both_known(run, LISTED, STORED) && both_known(run, READ, MEMO));
	if (both_known(run, LISTED, STORED) && v[LISTED] != v[STORED] + v[FAILED])
		run->adds_up = false;
	if (!run->adds_up || !both_known(run, READ, WRITTEN))
		return;
	if (v[READ] < v[WRITTEN] + v[REJECTED]) {
		run->adds_up = false;
		return;
	}
	v[LOST] = v[READ] - v[WRITTEN] - v[REJECTED];
	run->adds_up = v[LOST] == 0 || v[FAILED] > 0;
}

int64_t
run_rate(const struct run *run)
{
	return (int64_t)((__int128)run->values[READ] * 1000000 / (run->values[MICROSECONDS] + 1));
}

bool
run_parse_history(struct run *run, const struct json *object)
{
	if (!json_is_object(object) || !member_number(object, "ended", 0, &run->values[ENDED]))
		return false;
	for (int i = 0; i < HISTORY_END; i++)
		run->known[i] = member_number(object, number_table[i].name, 0, &run->values[i]);
	run->known[ENDED] = true;
	run->known[STATUS] = member_number(object, "status", 0, &run->values[STATUS]);
	run->known[MICROSECONDS] = member_number(object, "seconds", 1000000, &run->values[MICROSECONDS]);
	return true;
}

void
run_release(struct run *run)
{
	free(run->id);
	free(run->command);
	free(run->tools);
	free(run->arguments);
	*run = (struct run){.id = NULL};
}

/*
 * Reading records. Each record states its members in a table; one function takes a line through it.
 * A member that is null counts as not given, so that a record made by jq may have members without a
 * value.
 */
#include "streams/records.h"

enum member_kind {
	MEMBER_TEXT,   /* struct slice: a string */
	MEMBER_NAME,   /* struct slice: a string that is not empty */
	MEMBER_INT,    /* int64_t, from `min` on */
	MEMBER_BOOL,   /* bool */
	MEMBER_OBJECT, /* struct slice: an object, as raw JSON */
	MEMBER_STRING, /* bool: becomes true if it is there, a string */
};

struct member {
	const char *name;
	enum member_kind kind;
	bool needed;
	void *target;
	int64_t min;
	const char *why; /* the error text if it is wrong, or missing though needed */
};

enum { MEMBERS_MAX = 10 };

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static bool
read_member(struct records *records, int token, const struct member *member)
{
	const struct json *json = &records->json;
	const char *why;
	int64_t number;

	switch (member->kind) {
	case MEMBER_TEXT:
		return json_string(json, token, &records->scratch, member->target, &why);
	case MEMBER_NAME:
		return json_string(json, token, &records->scratch, member->target, &why) &&
		       ((struct slice *)member->target)->len > 0;
	case MEMBER_INT:
		if (!json_int(json, token, &number) || number < member->min)
			return false;
		*(int64_t *)member->target = number;
		return true;
	case MEMBER_BOOL:
		return json_bool(json, token, member->target);
	case MEMBER_OBJECT:
		*(struct slice *)member->target = json_raw(json, token);
		return json->tokens[token].type == JSMN_OBJECT;
	case MEMBER_STRING:
		*(bool *)member->target = true;
		return json_is_string(json, token);
	}
	return false;
}

/* The members of the object that was parsed last. */
static bool
read_members(struct records *records, const struct member *members, int n, const char **why)
{
	struct slice names[MEMBERS_MAX] = {{NULL, 0}};
	int values[MEMBERS_MAX], i;

	for (i = 0; i < n; i++)
		names[i] = slice_of_str(members[i].name);
	json_members(&records->json, names, n, values);
	for (i = 0; i < n; i++) {
		*why = members[i].why;
		if (values[i] == -1 || slice_equal_str(json_raw(&records->json, values[i]), "null")) {
			if (members[i].needed)
				return false;
		} else if (!read_member(records, values[i], &members[i])) {
			return false;
		}
	}
	return true;
}

static bool
parse_object(struct records *records, struct slice line, const char **why)
{
	if (!json_parse(&records->json, line, why))
		return false;
	if (!json_is_object(&records->json)) {
		*why = "not a JSON object";
		return false;
	}
	return true;
}

/*
 * The same for a record: strings are decoded one after the other into memory that does not move
 * meanwhile.
 */
static bool
parse_record(struct records *records, struct slice line, const char **why)
{
	buf_reset(&records->scratch);
	if (!parse_object(records, line, why))
		return false;
	buf_reserve(&records->scratch, line.len);
	return true;
}

static bool
parse_begin(struct records *records, struct control *control, const char **why)
{
	const struct member members[] = {
		{"key", MEMBER_NAME, true, &control->key, 0, "key: not a string"},
		{"bucket", MEMBER_TEXT, false, &control->bucket, 0, "bucket: not a string"},
		{"size", MEMBER_INT, false, &control->size, 0, "size: not a size"},
		{"etag", MEMBER_TEXT, false, &control->etag, 0, "etag: not a string"},
		{"rewritten", MEMBER_BOOL, false, &control->rewritten, 0, "rewritten: neither true nor false"},
		{"list", MEMBER_OBJECT, false, &control->list, 0, "list: not an object"},
	};

	return read_members(records, members, COUNT(members), why);
}

static bool
parse_end(struct records *records, struct control *control, const char **why)
{
	const struct member members[] = {
		{"key", MEMBER_NAME, true, &control->key, 0, "key: not a string"},
		{"lines", MEMBER_INT, true, &control->lines, 0, "lines: not a count"},
	};

	return read_members(records, members, COUNT(members), why);
}

static bool
parse_reject(struct records *records, struct control *control, const char **why)
{
	bool whole = false;
	const struct member members[] = {
		{"key", MEMBER_NAME, true, &control->key, 0, "key: not a string"},
		{"line", MEMBER_INT, true, &control->line, 1, "line: not a line number"},
		{"reason", MEMBER_TEXT, true, &control->reason, 0, "reason: not a string"},
		{"raw", MEMBER_STRING, false, &whole, 0, "raw: not a string"},
		{"raw_base64", MEMBER_STRING, false, &whole, 0, "raw_base64: not a string"},
	};

	if (!read_members(records, members, COUNT(members), why))
		return false;
	*why = "raw: missing";
	return whole;
}

/*
 * Whose fault it was, by both members. The object's only if neither says otherwise; a name that a
 * later version may have, or none, leaves it to `temporary`.
 */
static enum fault
read_fault(struct slice name, bool temporary)
{
	enum fault fault;

	if (!fault_parse(name, &fault))
		return temporary ? FAULT_NOBODY : FAULT_OBJECT;
	return fault == FAULT_OBJECT && temporary ? FAULT_NOBODY : fault;
}

static bool
parse_error(struct records *records, struct control *control, const char **why)
{
	struct slice fault = {NULL, 0};
	bool temporary = false;
	const struct member members[] = {
		{"key", MEMBER_NAME, true, &control->key, 0, "key: not a string"},
		{"stage", MEMBER_TEXT, true, &control->stage, 0, "stage: not a string"},
		{"reason", MEMBER_TEXT, true, &control->reason, 0, "reason: not a string"},
		{"temporary", MEMBER_BOOL, true, &temporary, 0, "temporary: not true or false"},
		{"fault", MEMBER_TEXT, false, &fault, 0, "fault: not a string"},
		{"list", MEMBER_OBJECT, false, &control->list, 0, "list: not an object"},
	};

	if (!read_members(records, members, COUNT(members), why))
		return false;
	control->fault = read_fault(fault, temporary);
	return true;
}

void
records_release(struct records *records)
{
	json_release(&records->json);
	buf_release(&records->scratch);
}

bool
list_position_parse(struct records *records, struct slice raw, struct list_position *position, const char **why)
{
	bool last = false, not_last = true;
	const struct member members[] = {
		{"after", MEMBER_INT, true, &position->after, 0, "list.after: not a time"},
		{"seq", MEMBER_INT, true, &position->seq, 1, "list.seq: not a number from 1 on"},
		{"upto", MEMBER_INT, true, &position->upto, 0, "list.upto: not a time"},
		/* not given, it leaves both as they are */
		{"last", MEMBER_BOOL, false, &last, 0, "list.last: neither true nor false"},
		{"last", MEMBER_BOOL, false, &not_last, 0, "list.last: neither true nor false"},
	};

	/*
	 * It has no strings: the scratch is left alone, as the record that `raw` is from may live in
	 * it.
	 */
	*position = (struct list_position){0};
	if (!parse_object(records, raw, why) || !read_members(records, members, COUNT(members), why))
		return false;
	if (last == not_last)
		position->last = last ? LIST_POSITION_LAST : LIST_POSITION_NOT_LAST;
	*why = "list.upto: less than list.after";
	return position->upto >= position->after;
}

bool
object_record_parse(struct records *records, struct slice line, struct object_record *record, const char **why)
{
	/* `list` and `key` first: an error in a later member can carry both. */
	const struct member members[] = {
		{"list", MEMBER_OBJECT, false, &record->list, 0, "list: not an object"},
		{"key", MEMBER_NAME, true, &record->key, 0, "key: not a string that can be a key"},
		{"bucket", MEMBER_TEXT, false, &record->bucket, 0, "bucket: not a string"},
		{"size", MEMBER_INT, false, &record->size, 0, "size: not a size"},
		{"etag", MEMBER_TEXT, false, &record->etag, 0, "etag: not a string"},
		{"last_modified", MEMBER_TEXT, false, &record->last_modified, 0, "last_modified: not a string"},
		{"rewritten", MEMBER_BOOL, false, &record->rewritten, 0, "rewritten: neither true nor false"},
	};

	*record = (struct object_record){.size = -1};
	if (line.len > 0 && line.ptr[0] == '{')
		return parse_record(records, line, why) && read_members(records, members, COUNT(members), why);
	/* Records carry keys as JSON strings, which would change a key that is not UTF-8. */
	*why = "the key is not valid UTF-8";
	if (!slice_is_utf8(line))
		return false;
	*why = "the key holds a NUL byte";
	if (line.len > 0 && memchr(line.ptr, '\0', line.len) != NULL)
		return false;
	*why = "no key";
	return s3_uri_parse(line, &record->bucket, &record->key);
}

enum fault
object_record_refused(struct records *records, struct object_record *record)
{
	struct slice raw;
	int token;

	if (record->key.len > 0)
		return FAULT_EVERYBODY;
	token = json_member(&records->json, SLICE("key"));
	if (token == -1 || !json_is_string(&records->json, token))
		return FAULT_EVERYBODY;
	raw = json_raw(&records->json, token);
	record->key = slice_of(raw.ptr + 1, raw.len - 2);
	return record->key.len > 0 ? FAULT_OBJECT : FAULT_EVERYBODY;
}

bool
control_parse(struct records *records, struct slice line, struct control *control, const char **why)
{
	struct slice name = {NULL, 0};
	const struct member members[] = {{"@", MEMBER_TEXT, true, &name, 0, "@: not a string"}};

	*control = (struct control){.kind = CONTROL_OTHER, .size = -1};
	if (!parse_record(records, line, why) || !read_members(records, members, COUNT(members), why))
		return false;
	if (slice_equal_str(name, "begin")) {
		control->kind = CONTROL_BEGIN;
		return parse_begin(records, control, why);
	}
	if (slice_equal_str(name, "end")) {
		control->kind = CONTROL_END;
		return parse_end(records, control, why);
	}
	if (slice_equal_str(name, "reject")) {
		control->kind = CONTROL_REJECT;
		return parse_reject(records, control, why);
	}
	if (slice_equal_str(name, "error")) {
		control->kind = CONTROL_ERROR;
		return parse_error(records, control, why);
	}
	return true;
}

bool
receipt_parse(struct records *records, struct slice line, struct receipt *receipt, const char **why)
{
	struct slice fault = {NULL, 0};
	bool temporary = false;
	const struct member failed[] = {
		{"source", MEMBER_NAME, true, &receipt->source, 0, "source: not a string"},
		{"error", MEMBER_TEXT, true, &receipt->error, 0, "error: not a string"},
		{"stage", MEMBER_TEXT, true, &receipt->stage, 0, "stage: not a string"},
		{"temporary", MEMBER_BOOL, true, &temporary, 0, "temporary: not true or false"},
		{"fault", MEMBER_TEXT, false, &fault, 0, "fault: not a string"},
		{"list", MEMBER_OBJECT, false, &receipt->list, 0, "list: not an object"},
	};
	const struct member stored[] = {
		{"source", MEMBER_NAME, true, &receipt->source, 0, "source: not a string"},
		{"key", MEMBER_NAME, true, &receipt->key, 0, "key: not a string"},
		{"etag", MEMBER_TEXT, false, &receipt->etag, 0, "etag: not a string"},
		{"bytes", MEMBER_INT, true, &receipt->bytes, 0, "bytes: not a size"},
		{"lines", MEMBER_INT, true, &receipt->lines, 0, "lines: not a count"},
		{"rejected", MEMBER_INT, true, &receipt->rejected, 0, "rejected: not a count"},
		{"reject_key", MEMBER_TEXT, false, &receipt->reject_key, 0, "reject_key: not a string"},
		{"list", MEMBER_OBJECT, false, &receipt->list, 0, "list: not an object"},
	};

	*receipt = (struct receipt){.failed = false};
	if (!parse_record(records, line, why))
		return false;
	receipt->failed = json_member(&records->json, SLICE("error")) != -1;
	if (receipt->failed) {
		if (!read_members(records, failed, COUNT(failed), why))
			return false;
		receipt->fault = read_fault(fault, temporary);
		return true;
	}
	return read_members(records, stored, COUNT(stored), why);
}

bool
s3_uri_parse(struct slice text, struct slice *bucket, struct slice *key)
{
	const char *slash;
	struct slice rest;

	*bucket = slice_of(NULL, 0);
	*key = text;
	if (!slice_starts_with(text, SLICE("s3://")))
		return text.len > 0;
	rest = slice_of(text.ptr + 5, text.len - 5);
	slash = rest.len > 0 ? memchr(rest.ptr, '/', rest.len) : NULL;
	if (slash == NULL)
		return false;
	*bucket = slice_of(rest.ptr, (size_t)(slash - rest.ptr));
	*key = slice_of(slash + 1, rest.len - bucket->len - 1);
	return bucket->len > 0 && key->len > 0;
}

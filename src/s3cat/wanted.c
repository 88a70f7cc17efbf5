/* Which objects to get: operands, or stdin line by line. */
#include "s3cat/wanted.h"

#include <inttypes.h>
#include <unistd.h>

/*
 * A key has at most 1,024 bytes; escaped, and with the other members, a record is still far
 * shorter.
 */
#define RECORD_MAX ((size_t)1024 * 1024)

static int
next_operand(struct wanted *wanted, struct object_record *record, struct err *err)
{
	struct slice text;

	*record = (struct object_record){.size = -1};
	if (wanted->left == 0) {
		wanted->ended = true;
		return 0;
	}
	text = slice_of_str(*wanted->operands++);
	wanted->left--;
	/* A key that starts with '{' is a key here: records come by stdin. */
	if (!slice_is_utf8(text))
		return err_set(err, ERR_FAILED, "key %.*s: not valid UTF-8", SLICE_ARGS(text));
	if (!s3_uri_parse(text, &record->bucket, &record->key))
		return err_set(err, ERR_FAILED, "key '%.*s': names no object", SLICE_ARGS(text));
	return 1;
}

/*
 * A line that names no object. If it is a record of a listing, it gets a key: the cursor must hear
 * of it.
 */
static int
refuse_line(struct wanted *wanted, struct object_record *record, const char *why, struct err *err)
{
	enum fault fault = FAULT_EVERYBODY;

	if (record->list.len > 0) {
		fault = object_record_refused(&wanted->records, record);
		if (record->key.len == 0) {
			buf_reset(&wanted->stand_in);
			buf_printf(&wanted->stand_in, "(line %" PRIu64 ")", wanted->lines.number);
			record->key = slice_of_buf(&wanted->stand_in);
		}
	}
	return err_set(err, fault == FAULT_OBJECT ? ERR_OBJECT : ERR_FAILED, "stdin, line %" PRIu64 ": %s",
	               wanted->lines.number, why);
}

static int
next_line(struct wanted *wanted, struct object_record *record, struct err *err)
{
	const char *why;
	struct slice line;
	enum line kind = lines_next(&wanted->lines, &line);

	*record = (struct object_record){.size = -1};
	if (kind == LINE_MORE && wanted->ended) {
		kind = lines_rest(&wanted->lines, &line);
		if (kind != LINE_MORE) {
			wanted->torn = true;
			return err_set(err, ERR_FAILED, "stdin, line %" PRIu64 ": cut off (it does not end in a newline)",
			               wanted->lines.number);
		}
	}
	if (kind == LINE_MORE)
		return 0;
	if (kind == LINE_LONG)
		return err_set(err, ERR_FAILED, "stdin, line %" PRIu64 ": too long for a record", wanted->lines.number);
	if (object_record_parse(&wanted->records, line, record, &why))
		return 1;
	return refuse_line(wanted, record, why, err);
}

void
wanted_init(struct wanted *wanted, char **operands, int operand_count)
{
	*wanted = (struct wanted){.operands = operand_count > 0 ? operands : NULL, .left = operand_count};
	lines_init(&wanted->lines, RECORD_MAX);
	/* Keys are few bytes, and those that come are wanted at once. */
	wanted->lines.block = 64 * 1024;
}

void
wanted_release(struct wanted *wanted)
{
	lines_release(&wanted->lines);
	records_release(&wanted->records);
	buf_release(&wanted->stand_in);
}

int
wanted_next(struct wanted *wanted, struct object_record *record, struct err *err)
{
	return wanted->operands ? next_operand(wanted, record, err) : next_line(wanted, record, err);
}

int
wanted_read(struct wanted *wanted, struct err *err)
{
	ssize_t n = lines_read(&wanted->lines, STDIN_FILENO);

	if (n > 0)
		return 0;
	wanted->ended = true;
	return n == 0 ? 0 : err_set_errno(err, ERR_FAILED, "cannot read stdin");
}

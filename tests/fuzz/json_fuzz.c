/*
 * Any bytes as JSON: accepted exactly where the plain byte-by-byte grammar below accepts them, and every
 * string that decodes comes back from json_quote as it was. Each text is tried inside many brackets, too,
 * where closing brackets are treated otherwise.
 */
#include <stdlib.h>

#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	DEPTH_MAX = 4096, /* of the grammar below; deeper texts are only parsed */
	MANY = 130,       /* brackets around a text: tokens come in runs of 64, and the depth is looked at between
	               runs */
};

struct plain {
	const char *pos, *end;
	char open[DEPTH_MAX];
	int depth;
	bool too_deep;
};

static int
peek(const struct plain *plain)
{
	return plain->pos < plain->end ? (unsigned char)*plain->pos : -1;
}

static bool
take(struct plain *plain, int byte)
{
	if (peek(plain) != byte)
		return false;
	plain->pos++;
	return true;
}

static void
take_space(struct plain *plain)
{
	while (take(plain, ' ') || take(plain, '\t') || take(plain, '\n') || take(plain, '\r'))
		;
}

static bool
take_digits(struct plain *plain)
{
	const char *start = plain->pos;

	while (peek(plain) >= '0' && peek(plain) <= '9')
		plain->pos++;
	return plain->pos > start;
}

static bool
take_number(struct plain *plain)
{
	take(plain, '-');
	if (!take(plain, '0') && !take_digits(plain))
		return false;
	if (take(plain, '.') && !take_digits(plain))
		return false;
	if (take(plain, 'e') || take(plain, 'E')) {
		if (!take(plain, '+'))
			take(plain, '-');
		return take_digits(plain);
	}
	return true;
}

static bool
take_string(struct plain *plain)
{
	int i, byte;

	if (!take(plain, '"'))
		return false;
	while (!take(plain, '"')) {
		byte = peek(plain);
		if (byte < 0x20)
			return false;
		plain->pos++;
		if (byte != '\\')
			continue;
		byte = peek(plain);
		if (byte <= 0 || strchr("\"\\/bfnrtu", byte) == NULL)
			return false;
		plain->pos++;
		for (i = 0; byte == 'u' && i < 4; i++, plain->pos++)
			if (peek(plain) <= 0 || strchr("0123456789abcdefABCDEF", peek(plain)) == NULL)
				return false;
	}
	return true;
}

static bool
take_word(struct plain *plain, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(plain->end - plain->pos) < len || memcmp(plain->pos, word, len) != 0)
		return false;
	plain->pos += len;
	return true;
}

static bool
take_scalar(struct plain *plain)
{
	int byte = peek(plain);

	if (byte == '"')
		return take_string(plain);
	if (byte == 't' || byte == 'f' || byte == 'n')
		return take_word(plain, "true") || take_word(plain, "false") || take_word(plain, "null");
	return take_number(plain);
}

static bool
take_name(struct plain *plain)
{
	take_space(plain);
	if (!take_string(plain))
		return false;
	take_space(plain);
	return take(plain, ':');
}

/* What stands before the next value or ends the containers behind this one. True with *done at the end of
 * all. */
static bool
after_value(struct plain *plain, bool *done)
{
	for (;;) {
		take_space(plain);
		*done = plain->depth == 0;
		if (*done)
			return plain->pos == plain->end;
		if (take(plain, ','))
			return plain->open[plain->depth - 1] == '[' || take_name(plain);
		if (!take(plain, plain->open[plain->depth - 1] == '[' ? ']' : '}'))
			return false;
		plain->depth--;
	}
}

static bool
plain_json(struct plain *plain)
{
	bool done = false;

	while (!done) {
		take_space(plain);
		if (peek(plain) == '[' || peek(plain) == '{') {
			if (plain->depth == DEPTH_MAX) {
				plain->too_deep = true;
				return false;
			}
			plain->open[plain->depth++] = *plain->pos++;
			take_space(plain);
			if (peek(plain) != ']' && peek(plain) != '}') {
				if (plain->open[plain->depth - 1] == '{' && !take_name(plain))
					return false;
				continue;
			}
		} else if (!take_scalar(plain)) {
			return false;
		}
		if (!after_value(plain, &done))
			return false;
	}
	return true;
}

/* Every string of the text: decoded, quoted, parsed, decoded. */
static void
check_strings(const struct json *json)
{
	struct buf scratch = BUF_INIT, quoted = BUF_INIT, again = BUF_INIT;
	struct json second = {0};
	struct slice one, two;
	const char *why;
	int token;

	for (token = 0; token < json->count; token++) {
		buf_reset(&scratch);
		buf_reset(&quoted);
		buf_reset(&again);
		if (!json_string(json, token, &scratch, &one, &why))
			continue;
		json_quote(&quoted, one);
		if (!slice_is_utf8(one) || !json_parse(&second, slice_of_buf(&quoted), &why) ||
		    !json_string(&second, 0, &again, &two, &why) || !slice_equal(one, two))
			abort();
	}
	json_release(&second);
	buf_release(&scratch);
	buf_release(&quoted);
	buf_release(&again);
}

static void
check_values(const struct json *json)
{
	const struct slice names[] = {SLICE("title"), SLICE("a"), SLICE("")};
	int64_t number;
	bool truth;
	int token, values[3];

	for (token = 0; token < json->count; token++) {
		json_int(json, token, &number);
		json_bool(json, token, &truth);
		if (json_raw(json, token).len == 0)
			abort();
	}
	if (!json_is_object(json))
		return;
	json_members(json, names, 3, values);
	for (token = 0; token < 3; token++)
		if (values[token] >= json->count || values[token] == 0)
			abort();
}

static void
check_text(struct json *json, struct slice text)
{
	struct plain plain = {.pos = text.ptr, .end = text.ptr + text.len};
	const char *why = NULL;
	bool good = json_parse(json, text, &why);
	bool wanted = slice_is_utf8(text) && plain_json(&plain);

	if (!plain.too_deep && good != wanted)
		abort();
	if (!good && (why == NULL || json->count != 0))
		abort();
	if (good) {
		check_strings(json);
		check_values(json);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct json json; /* kept from text to text, as the programs do */
	static struct buf wrapped;
	struct slice text = slice_of((const char *)data, size);
	int i;

	check_text(&json, text);
	buf_reset(&wrapped);
	for (i = 0; i < MANY; i++)
		buf_append_byte(&wrapped, '[');
	buf_append_slice(&wrapped, text);
	for (i = 0; i < MANY; i++)
		buf_append_byte(&wrapped, ']');
	check_text(&json, slice_of_buf(&wrapped));
	return 0;
}

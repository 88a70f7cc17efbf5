/* Access to a parsed text: members, strings, integers, booleans. */
#include "json/json.h"

#include "base/hex.h"
#include "json/json_internal.h"

static unsigned
hex4(const char *text)
{
	return (unsigned)hex_value(text[0]) << 12 | (unsigned)hex_value(text[1]) << 8 | (unsigned)hex_value(text[2]) << 4 |
	       (unsigned)hex_value(text[3]);
}

static int
put_utf8(unsigned code, char *out)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* \uXXXX, or two of them if they are a surrogate pair. */
static size_t
unescape_unicode(const char *text, const char *end, char *out, int *made)
{
	unsigned code = hex4(text + 2), low;

	if (code < 0xd800 || code > 0xdfff) {
		*made = put_utf8(code, out);
		return 6;
	}
	*made = -1;
	if (code > 0xdbff || end - text < 12 || text[6] != '\\' || text[7] != 'u')
		return 6;
	low = hex4(text + 8);
	if (low < 0xdc00 || low > 0xdfff)
		return 6;
	*made = put_utf8(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00), out);
	return 12;
}

static struct slice
token_text(const struct json *json, const jsmntok_t *token)
{
	return slice_of(json->text.ptr + token->start, (size_t)(token->end - token->start));
}

/* Whether a string with escapes in it decodes to `name`. */
static bool
escaped_equals(struct slice raw, struct slice name)
{
	const char *pos = raw.ptr, *end = raw.ptr + raw.len;
	const char *want = name.ptr, *want_end = name.ptr + name.len;
	char out[4];
	int made;

	while (pos < end) {
		if (*pos != '\\') {
			out[0] = *pos++;
			made = 1;
		} else {
			pos += json_unescape(pos, end, out, &made);
		}
		if (made < 0 || want_end - want < made || memcmp(want, out, (size_t)made) != 0)
			return false;
		want += made;
	}
	return want == want_end;
}

static bool
name_equals(struct slice raw, struct slice name)
{
	/*
	 * An escape is longer than the character it stands for, and no name of the same length has one.
	 */
	if (raw.len < name.len || name.len == 0)
		return raw.len == name.len;
	if (raw.ptr[0] != name.ptr[0] && raw.ptr[0] != '\\')
		return false;
	if (raw.len == name.len)
		return memcmp(raw.ptr, name.ptr, raw.len) == 0 && memchr(raw.ptr, '\\', raw.len) == NULL;
	return memchr(raw.ptr, '\\', raw.len) != NULL && escaped_equals(raw, name);
}

/* The string from its first backslash on, into room that is there. */
static const char *
decode_string(struct slice raw, const char *pos, char *to, size_t *len)
{
	const char *end = raw.ptr + raw.len, *next;
	char *start = to;
	int made;

	memcpy(to, raw.ptr, (size_t)(pos - raw.ptr));
	to += pos - raw.ptr;
	while (pos < end) {
		if (*pos == '\\') {
			pos += json_unescape(pos, end, to, &made);
			if (made < 0)
				return "a lone surrogate";
			if (made == 1 && *to == '\0')
				return "U+0000";
			to += made;
			continue;
		}
		next = memchr(pos, '\\', (size_t)(end - pos));
		if (next == NULL)
			next = end;
		memcpy(to, pos, (size_t)(next - pos));
		to += next - pos;
		pos = next;
	}
	*len = (size_t)(to - start);
	return NULL;
}

size_t
json_unescape(const char *text, const char *end, char *out, int *made)
{
	*made = 1;
	switch (text[1]) {
	case 'b':
		*out = '\b';
		return 2;
	case 'f':
		*out = '\f';
		return 2;
	case 'n':
		*out = '\n';
		return 2;
	case 'r':
		*out = '\r';
		return 2;
	case 't':
		*out = '\t';
		return 2;
	case 'u':
		return unescape_unicode(text, end, out, made);
	default: /* a quote, a backslash or a slash stands for itself */
		*out = text[1];
		return 2;
	}
}

void
json_members(const struct json *json, const struct slice *names, int n, int *values)
{
	const jsmntok_t *tokens = json->tokens;
	struct slice raw;
	int i, token;

	for (i = 0; i < n; i++)
		values[i] = -1;
	/*
	 * Only the names of the outermost object have it as their parent; the token after a name is its
	 * value.
	 */
	for (token = 1; token < json->count; token++) {
		if (tokens[token].parent != 0)
			continue;
		raw = token_text(json, &tokens[token]);
		for (i = 0; i < n; i++)
			if (json->plain ? slice_equal(raw, names[i]) : name_equals(raw, names[i]))
				values[i] = token + 1;
	}
}

int
json_member(const struct json *json, struct slice name)
{
	int value;

	json_members(json, &name, 1, &value);
	return value;
}

bool
json_string(const struct json *json, int token, struct buf *scratch, struct slice *out, const char **why)
{
	struct slice raw;
	const char *escape;
	size_t len;

	if (json->tokens[token].type != JSMN_STRING) {
		*why = "not a string";
		return false;
	}
	raw = token_text(json, &json->tokens[token]);
	escape = json->plain ? NULL : memchr(raw.ptr, '\\', raw.len);
	if (escape == NULL) {
		*out = raw;
		return true;
	}
	buf_reserve(scratch, raw.len);
	*why = decode_string(raw, escape, scratch->data + scratch->len, &len);
	if (*why != NULL)
		return false;
	*out = slice_of(scratch->data + scratch->len, len);
	scratch->len += len;
	return true;
}

bool
json_int(const struct json *json, int token, int64_t *value)
{
	const jsmntok_t *t = &json->tokens[token];
	const char *pos = json->text.ptr + t->start, *end = json->text.ptr + t->end;
	bool negative = *pos == '-';
	int64_t number = 0;
	int digit;

	if (t->type != JSMN_PRIMITIVE)
		return false;
	if (negative)
		pos++;
	if (pos == end)
		return false;
	/* Downwards, as the negative side is the longer one. */
	for (; pos < end; pos++) {
		digit = *pos - '0';
		if (digit < 0 || digit > 9 || number < (INT64_MIN + digit) / 10)
			return false;
		number = number * 10 - digit;
	}
	if (!negative && number == INT64_MIN)
		return false;
	*value = negative ? number : -number;
	return true;
}

bool
json_bool(const struct json *json, int token, bool *value)
{
	struct slice raw = token_text(json, &json->tokens[token]);

	if (json->tokens[token].type != JSMN_PRIMITIVE || (raw.ptr[0] != 't' && raw.ptr[0] != 'f'))
		return false;
	*value = raw.ptr[0] == 't';
	return true;
}

struct slice
json_raw(const struct json *json, int token)
{
	const jsmntok_t *t = &json->tokens[token];
	int quote = t->type == JSMN_STRING;

	return slice_of(json->text.ptr + t->start - quote, (size_t)(t->end - t->start + 2 * quote));
}

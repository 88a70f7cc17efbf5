/*
 * The grammar of RFC 8259 around jsmn's tokens. jsmn guarantees: a string token runs to its closing
 * quote and its escapes are well-formed; a primitive runs to white space or one of `,:]}`; tokens
 * come in the order of the text; up to the first fault their parents are right. Everything else is
 * checked here: each byte between the tokens, the numbers and literals, the control bytes in
 * strings. One pass, no stack: the parents are the stack.
 */
#include "json/json_internal.h"

/* What may come next. */
enum expect {
	VALUE,          /* at the start, after ':', after ',' in an array */
	VALUE_OR_CLOSE, /* after '[' */
	NAME,           /* after ',' in an object */
	NAME_OR_CLOSE,  /* after '{' */
	COLON,          /* after a name */
	NEXT,           /* after a value: ',' or a closing bracket, or the end */
};

struct check {
	const jsmntok_t *tokens;
	const char *pos;
	int container; /* the innermost open one, or -1 */
	enum expect expect;
};

#define EVERY_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

struct json_bytes
json_look(const char *data, size_t len)
{
	const uint64_t tops = EVERY_BYTE(0x80);
	uint64_t high = 0, control = 0, word;
	unsigned char byte;

	/*
	 * Eight bytes at a time. Only a byte under 0x20 or over 0x9f has its top bit set once 0x20 is
	 * taken off it, and ~word clears the latter. A borrow comes only out of a byte under 0x20, so
	 * it reports nothing that is not there.
	 */
	for (; len >= sizeof(word); data += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, data, sizeof(word));
		high |= word;
		control |= (word - EVERY_BYTE(0x20)) & ~word;
	}
	for (; len > 0; data++, len--) {
		byte = (unsigned char)*data;
		high |= byte;
		control |= byte < 0x20 ? 0x80 : 0;
	}
	return (struct json_bytes){(high & tops) != 0, (control & tops) != 0};
}

/* The container that a container or a value's name stands in, or -1. */
static int
outer_container(const jsmntok_t *tokens, int container)
{
	int parent = tokens[container].parent;

	if (parent != -1 && tokens[parent].type == JSMN_STRING)
		parent = tokens[parent].parent;
	return parent;
}

/* The bytes between two tokens, or after the last. */
static const char *
check_between(struct check *check, const char *end)
{
	const char *pos = check->pos;
	jsmntype_t type;

	for (; pos < end; pos++) {
		switch (*pos) {
		case ' ':
		case '\t':
		case '\r':
		case '\n':
			break;
		case ':':
			if (check->expect != COLON)
				return "an unexpected ':'";
			check->expect = VALUE;
			break;
		case ',':
			if (check->expect != NEXT || check->container == -1)
				return "an unexpected ','";
			check->expect = check->tokens[check->container].type == JSMN_OBJECT ? NAME : VALUE;
			break;
		case '}':
		case ']':
			type = *pos == '}' ? JSMN_OBJECT : JSMN_ARRAY;
			if (check->container == -1 || check->tokens[check->container].type != type ||
			    (check->expect != NEXT && check->expect != (type == JSMN_OBJECT ? NAME_OR_CLOSE : VALUE_OR_CLOSE)))
				return "an unexpected closing bracket";
			check->container = outer_container(check->tokens, check->container);
			check->expect = NEXT;
			break;
		default:
			return "an unexpected character";
		}
	}
	check->pos = pos;
	return NULL;
}

static const char *
skip_digits(const char *pos, const char *end)
{
	while (pos < end && *pos >= '0' && *pos <= '9')
		pos++;
	return pos;
}

static bool
is_number(const char *pos, const char *end)
{
	const char *start;

	if (pos < end && *pos == '-')
		pos++;
	start = pos;
	pos = skip_digits(pos, end);
	if (pos == start || (*start == '0' && pos > start + 1))
		return false;
	if (pos < end && *pos == '.') {
		start = ++pos;
		pos = skip_digits(pos, end);
		if (pos == start)
			return false;
	}
	if (pos < end && (*pos == 'e' || *pos == 'E')) {
		pos++;
		if (pos < end && (*pos == '+' || *pos == '-'))
			pos++;
		start = pos;
		pos = skip_digits(pos, end);
		if (pos == start)
			return false;
	}
	return pos == end;
}

static const char *
check_primitive(const char *pos, const char *end)
{
	struct slice text = slice_of(pos, (size_t)(end - pos));

	if (*pos == '-' || (*pos >= '0' && *pos <= '9'))
		return is_number(pos, end) ? NULL : "a bad number";
	if ((text.len == 4 && (memcmp(pos, "true", 4) == 0 || memcmp(pos, "null", 4) == 0)) ||
	    (text.len == 5 && memcmp(pos, "false", 5) == 0))
		return NULL;
	return "an unexpected character";
}

static bool
has_control(const char *pos, const char *end)
{
	for (; pos < end; pos++)
		if ((unsigned char)*pos < 0x20)
			return true;
	return false;
}

/* One token, and the white space and punctuation in front of it. */
static const char *
check_token(struct check *check, const char *text, int token, bool control)
{
	const jsmntok_t *t = &check->tokens[token];
	const char *start = text + t->start - (t->type == JSMN_STRING);
	const char *why;

	if (start != check->pos) {
		why = check_between(check, start);
		if (why != NULL)
			return why;
	}
	if (t->type == JSMN_STRING) {
		if (check->expect == COLON || check->expect == NEXT)
			return "an unexpected string";
		check->expect = check->expect >= NAME ? COLON : NEXT;
		check->pos = text + t->end + 1;
		return control && has_control(start + 1, text + t->end) ? "a control character in a string" : NULL;
	}
	if (check->expect > VALUE_OR_CLOSE)
		return check->expect == COLON || check->expect == NEXT ? "an unexpected value" : "a name that is not a string";
	if (t->type == JSMN_PRIMITIVE) {
		check->expect = NEXT;
		check->pos = text + t->end;
		return check_primitive(start, text + t->end);
	}
	check->container = token;
	check->expect = t->type == JSMN_OBJECT ? NAME_OR_CLOSE : VALUE_OR_CLOSE;
	check->pos = start + 1;
	return NULL;
}

/* Flat, so that the state of the check stays in registers. */
__attribute__((flatten)) const char *
json_check(const struct json *json, bool control)
{
	struct check check = {json->tokens, json->text.ptr, -1, VALUE};
	const char *why;
	int token;

	for (token = 0; token < json->count; token++) {
		why = check_token(&check, json->text.ptr, token, control);
		if (why != NULL)
			return why;
	}
	why = check_between(&check, json->text.ptr + json->text.len);
	if (why != NULL)
		return why;
	return check.expect == NEXT && check.container == -1 ? NULL : "unexpected end";
}

/*
 * Parsing: a scan of the bytes, jsmn for the tokens, the check around them (json_check.c), and a
 * reason if one of the three refuses the text.
 */
#include "json/json.h"

#include <limits.h>
#include <stdlib.h>

#include "base/mem.h"
#include "json/json_internal.h"

enum {
	/*
	 * How many tokens jsmn may make before the depth is checked. More than a posting has (about
	 * ten), so that a usual line takes one call.
	 */
	RUN = 64,
	/* With so many open containers and keys, jsmn no longer handles closing brackets itself. */
	DEEP = 64,
	/*
	 * Tokens whose memory is reused for the next text: 1.25 MiB. A 16 MiB line of brackets needs
	 * 320.
	 */
	KEPT = 65536,
};

static void
grow_tokens(struct json *json, unsigned used)
{
	if (used < (unsigned)json->capacity)
		return;
	/* Counts stay below 2^31: a text is shorter than that, and each token has at least one byte. */
	if (json->capacity == 0)
		json->capacity = RUN;
	else
		json->capacity = json->capacity > INT_MAX / 2 ? INT_MAX : json->capacity * 2;
	json->tokens = mem_resize(json->tokens, (size_t)json->capacity, sizeof(*json->tokens));
}

/* How long the chain of open containers and keys is, counted no further than DEEP. */
static int
open_chain(const jsmntok_t *tokens, int token)
{
	int length = 0;

	for (; token != -1 && length < DEEP; token = tokens[token].parent)
		length++;
	return length;
}

/*
 * The position of the next closing bracket, or the end; sees strings and primitives exactly as jsmn
 * does.
 */
static size_t
find_closer(struct slice text, size_t pos)
{
	while (pos < text.len) {
		switch (text.ptr[pos]) {
		case ']':
		case '}':
			return pos;
		case '"':
			for (pos++; pos < text.len && text.ptr[pos] != '"'; pos++)
				if (text.ptr[pos] == '\\')
					pos++;
			pos++;
			break;
		case ' ':
		case '\t':
		case '\r':
		case '\n':
		case ',':
		case ':':
		case '[':
		case '{':
			pos++;
			break;
		default: /* jsmn's primitives go on to one of these, over quotes and brackets */
			while (pos < text.len && memchr(" \t\r\n,:]}", text.ptr[pos], 8) == NULL)
				pos++;
		}
	}
	return text.len;
}

/* Runs jsmn from where it stands up to `end`; no container closes before that. */
static int
tokenise_between(struct json *json, jsmn_parser *parser, size_t end)
{
	int last, last_end, verdict;

	do {
		grow_tokens(json, parser->toknext);
		/*
		 * At its end jsmn looks back for an open container, over all that is closed. The last
		 * token, marked as open for the time of the call, stops it at once.
		 */
		last = (int)parser->toknext - 1;
		last_end = json->tokens[last].end;
		json->tokens[last].end = -1;
		verdict = json_jsmn(parser, json->text.ptr, end, json->tokens, (unsigned)json->capacity);
		json->tokens[last].end = last_end;
	} while (verdict == JSMN_ERROR_NOMEM);
	return verdict == JSMN_ERROR_PART && parser->pos == end ? 0 : verdict;
}

/* What jsmn does at a closing bracket, but without its walk over the closed ones. */
static int
close_container(struct json *json, jsmn_parser *parser)
{
	jsmntype_t type = json->text.ptr[parser->pos] == '}' ? JSMN_OBJECT : JSMN_ARRAY;
	int token = parser->toksuper;

	/* jsmn forgives a key without an object around it, and is then outside of everything. */
	if (token != -1 && json->tokens[token].type != JSMN_OBJECT && json->tokens[token].type != JSMN_ARRAY)
		token = json->tokens[token].parent;
	if (token == -1 || json->tokens[token].type != type || json->tokens[token].end != -1)
		return JSMN_ERROR_INVAL;
	json->tokens[token].end = (int)++parser->pos;
	parser->toksuper = json->tokens[token].parent;
	return 0;
}

/*
 * In deep nesting jsmn walks from the last token to the first open container at each closing
 * bracket, so n nested brackets cost n * n / 2 steps. Here jsmn sees only what lies between the
 * closing brackets. The check handles what follows the outermost value.
 */
static int
tokenise_deep(struct json *json, jsmn_parser *parser)
{
	int verdict;
	size_t end;

	while (parser->toksuper != -1) {
		end = find_closer(json->text, parser->pos);
		verdict = tokenise_between(json, parser, end);
		if (verdict != 0)
			return verdict;
		if (end == json->text.len)
			return JSMN_ERROR_PART;
		verdict = close_container(json, parser);
		if (verdict != 0)
			return verdict;
	}
	return (int)parser->toknext;
}

int
json_tokenise(struct json *json, unsigned *pos)
{
	jsmn_parser parser = {.toksuper = -1}; /* jsmn_init */
	unsigned limit;
	int verdict;

	for (;;) {
		grow_tokens(json, parser.toknext);
		limit = parser.toknext + RUN;
		if (limit > (unsigned)json->capacity)
			limit = (unsigned)json->capacity;
		/*
		 * NOLINTNEXTLINE(clang-analyzer-unix.Malloc): freed tokens have no capacity, so grow has
		 * allocated new ones
		 */
		verdict = json_jsmn(&parser, json->text.ptr, json->text.len, json->tokens, limit);
		if (verdict != JSMN_ERROR_NOMEM)
			break;
		if (open_chain(json->tokens, parser.toksuper) == DEEP) {
			verdict = tokenise_deep(json, &parser);
			break;
		}
	}
	json->count = (int)parser.toknext;
	*pos = parser.pos;
	return verdict;
}

/* Why jsmn stopped at pos. */
static const char *
reason_of(struct json *json, int verdict, unsigned pos, struct json_bytes bytes)
{
	const char *why;
	bool at_end = pos >= json->text.len;
	struct slice whole = json->text;

	if (bytes.control && memchr(whole.ptr, '\0', whole.len) != NULL)
		return "a NUL byte";
	/* A fault before that place counts first. */
	json->text.len = at_end ? whole.len : pos;
	why = json_check(json, bytes.control);
	json->text = whole;
	if (why != NULL && strcmp(why, "unexpected end") != 0)
		return why;
	if (verdict == JSMN_ERROR_PART || at_end)
		return "unexpected end";
	switch (whole.ptr[pos]) {
	case '"':
		return "a bad escape in a string";
	case ']':
	case '}':
		return "a bracket that closes nothing";
	default:
		return "an unexpected character";
	}
}

bool
json_parse(struct json *json, struct slice text, const char **why)
{
	struct json_bytes bytes;
	unsigned pos;
	int verdict;
	bool high;

	if (json->capacity > KEPT)
		json_release(json);
	json->text = text;
	json->count = 0;
	if (text.len == 0) {
		*why = "unexpected end";
		return false;
	}
	if (text.len >= INT_MAX) {
		*why = "too long";
		return false;
	}
	grow_tokens(json, 0);
	json->plain = false;
	if (json_tokenise_outline(json, &high) && (!high || slice_is_utf8(text)) && json_check(json, false) == NULL)
		return true;
	json->plain = false;
	json->count = 0;
	bytes = json_look(text.ptr, text.len);
	if (bytes.high && !slice_is_utf8(text)) {
		*why = "not valid UTF-8";
		return false;
	}
	verdict = json_tokenise(json, &pos);
	*why = verdict < 0 ? reason_of(json, verdict, pos, bytes) : json_check(json, bytes.control);
	if (*why != NULL)
		json->count = 0;
	return *why == NULL;
}

void
json_release(struct json *json)
{
	free(json->tokens);
	*json = (struct json){0};
}

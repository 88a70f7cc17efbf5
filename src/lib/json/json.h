/*
 * JSON texts (RFC 8259), strictly: jsmn finds the tokens, and this module checks the grammar around
 * them, the escapes, the numbers and the UTF-8 inside them. No recursion; linear in the input.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define JSMN_PARENT_LINKS
#define JSMN_HEADER
#include <jsmn.h>

/*
 * One parsed text. {0} is an empty one; reuse it for the next text: the memory of the tokens stays.
 */
struct json {
	struct slice text; /* as given to json_parse: must outlive the use of the tokens */
	jsmntok_t *tokens; /* tokens[0] is the whole value */
	int count;
	int capacity;
	bool plain; /* the text certainly has no backslash: its strings need no decoding */
};

/*
 * Parses and checks one JSON value with only white space around it. Returns true, or false with
 * *why a short static text ("not valid UTF-8", "unexpected end", ...). A text of 2^31 - 1 bytes or
 * more is refused.
 */
bool json_parse(struct json *json, struct slice text, const char **why);
void json_release(struct json *json);

static inline bool
json_is_object(const struct json *json)
{
	return json->count > 0 && json->tokens[0].type == JSMN_OBJECT;
}

static inline bool
json_is_string(const struct json *json, int token)
{
	return json->tokens[token].type == JSMN_STRING;
}

/*
 * The top-level members called names[0..n) (UTF-8, compared after decoding the escapes): values[i]
 * becomes the token of the value (the last one if the name occurs twice), or -1. tokens[0] must be
 * an object.
 */
void json_members(const struct json *json, const struct slice *names, int n, int *values);

/* The same for one name. */
int json_member(const struct json *json, struct slice name);

/*
 * The string of a token, decoded. *out points into the text if nothing is escaped, else to the end
 * of *scratch, where the result is appended; so the slice is invalid once scratch grows again.
 * Returns false with *why for a token that is not a string, a lone surrogate, or U+0000.
 */
bool json_string(const struct json *json, int token, struct buf *scratch, struct slice *out, const char **why);

/* A token that is an integer of int64_t without fraction or exponent. */
bool json_int(const struct json *json, int token, int64_t *value);

/* A token that is true or false. */
bool json_bool(const struct json *json, int token, bool *value);

/* The source bytes of a token (with the quotes, of a string). */
struct slice json_raw(const struct json *json, int token);

/*
 * Appends the text as a JSON string, with its quotes. Control bytes are escaped; the text must be
 * UTF-8 (bytes that are not become U+FFFD, so the result is always JSON).
 */
void json_quote(struct buf *to, struct slice text);

#endif

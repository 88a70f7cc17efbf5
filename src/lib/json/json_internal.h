/* What the files of this module share; not for others. */
#ifndef JSON_INTERNAL_H
#define JSON_INTERNAL_H

#include "json/json.h"

/*
 * Runs jsmn over the whole of json->text, in linear time. Returns jsmn's result: >= 0,
 * JSMN_ERROR_INVAL or JSMN_ERROR_PART; *pos is where it stopped.
 */
int json_tokenise(struct json *json, unsigned *pos);

/*
 * The same by a short cut, in the tokens that there is room for, if the text is simple enough;
 * false if it is not. *high says whether the text has bytes of 0x80 and over. No control byte is in
 * a string then.
 */
bool json_tokenise_outline(struct json *json, bool *high);

/*
 * Checks the grammar around the tokens, and their contents; `control`: whether the text has any
 * byte under 0x20. Returns NULL, or the fault (a static text).
 */
const char *json_check(const struct json *json, bool control);

/* jsmn_parse. */
int json_jsmn(jsmn_parser *parser, const char *text, size_t len, jsmntok_t *tokens, unsigned capacity);

/* What a text has besides printable ASCII. */
struct json_bytes {
	bool high;    /* bytes of 0x80 and over */
	bool control; /* bytes under 0x20 */
};
struct json_bytes json_look(const char *data, size_t len);

/*
 * Decodes the escape that starts at text[0] (a backslash; the escape is known to be well-formed)
 * into up to 4 bytes. Returns how many bytes of text it took; *made is how many came out, or -1 for
 * a lone surrogate.
 */
size_t json_unescape(const char *text, const char *end, char *out, int *made);

#endif

/*
 * The body of jsmn (a header-only library), compiled once. Not JSMN_STRICT: strict mode refuses
 * lone scalars, which are JSON, and still accepts a third of all invalid texts; the check in
 * json_check.c does that work. JSMN_PARENT_LINKS: without them siblings cost quadratic time.
 */
#define JSMN_PARENT_LINKS

/* Other people's code: our warnings are not for it. */
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#define JSMN_STATIC
#include <jsmn.h>

#include "json/json_internal.h"

/*
 * jsmn keeps its place in memory that its text might share, for all that a compiler can know: it
 * stores it for each byte. In a parser of our own, with all of jsmn around it, the place stays in a
 * register.
 */
__attribute__((flatten)) int
json_jsmn(jsmn_parser *parser, const char *text, size_t len, jsmntok_t *tokens, unsigned capacity)
{
	jsmn_parser local = *parser;
	int verdict = jsmn_parse(&local, text, len, tokens, capacity);

	*parser = local;
	return verdict;
}

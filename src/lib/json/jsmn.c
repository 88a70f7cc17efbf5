/*
 * The body of jsmn (a library that is all header), compiled once. Not JSMN_STRICT: strict mode
 * refuses lone scalars, which are JSON, and lets a third of what is not JSON through all the same; the
 * check in json_check.c does that work. JSMN_PARENT_LINKS: without them siblings cost quadratic time.
 */
#define JSMN_PARENT_LINKS

/* Other people's code: our warnings are not for it. */
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#include <jsmn.h>

/* Finds the rule that decides about a title. */
#ifndef SENSERVE_MATCH_H
#define SENSERVE_MATCH_H

#include "base/buf.h"
#include "senserve/rules.h"

struct match;

/* Compiles the rules. A phrase that does not follow rules.h is a bug (abort). */
struct match *match_new(void);
void match_free(struct match *match);

/*
 * The level of a title, which may be any bytes; ASCII letters are compared without case. *rule (if
 * rule is not NULL) becomes the row that decided, or NULL if none did. Time only grows with the
 * title's length.
 */
enum level match_level(const struct match *match, struct slice title, const struct rule **rule);

#endif

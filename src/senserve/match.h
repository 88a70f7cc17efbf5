/* Finds the row of the rules that decides about a title. */
#ifndef SENSERVE_MATCH_H
#define SENSERVE_MATCH_H

#include "base/buf.h"
#include "senserve/rules.h"

struct match;

/* Makes the rules ready. A phrase that is not written as rules.h says is a bug (abort). */
struct match *match_new(void);
void match_free(struct match *match);

/*
 * The level of a title. Any bytes are taken; letters are compared without case in ASCII. *rule (if rule is
 * not NULL) becomes the row that decided, or NULL where none did. Time grows with the title's length alone.
 */
enum level match_level(const struct match *match, struct slice title, const struct rule **rule);

#endif

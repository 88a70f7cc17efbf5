/* Explains titles: prints the level of each, and the rule that decided it. */
#ifndef SENSERVE_EXPLAIN_H
#define SENSERVE_EXPLAIN_H

#include "base/err.h"

/*
 * Prints {"seniority":6,"rule":"...","title":"..."} for each title or, if there are none, for each
 * line of stdin. `rule` is null if no rule knows the title. Returns 0, or -1 with err.
 */
int explain(char **titles, int count, struct err *err);

#endif

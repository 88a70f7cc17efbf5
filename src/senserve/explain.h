/* Ad-hoc use of the rules: a title in, its level and the row that decided out. */
#ifndef SENSERVE_EXPLAIN_H
#define SENSERVE_EXPLAIN_H

#include "base/err.h"

/*
 * Prints {"seniority":6,"rule":"...","title":"..."} for each title, or, where there are none, for each line
 * of stdin. `rule` is null where no row knows the title. Returns 0, or -1 with err.
 */
int explain(char **titles, int count, struct err *err);

#endif

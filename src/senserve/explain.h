/* Explains titles: prints the level of each, and the rule that decided it. */
#ifndef SENSERVE_EXPLAIN_H
#define SENSERVE_EXPLAIN_H

#include "cli/cli.h"

/*
 * Prints {"seniority":6,"rule":"...","title":"..."} for each operand or, if there are none, for
 * each line of stdin. `rule` is null if no rule knows the title.
 */
enum exit_status explain_titles(struct cli *cli);

#endif

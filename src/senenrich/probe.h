/* One trial question to the model, for `senenrich --probe`. */
#ifndef SENENRICH_PROBE_H
#define SENENRICH_PROBE_H

#include "cli/cli.h"

/*
 * Asks the model for one made-up pair, bypassing memo and Redis, and prints its answer and how long
 * it took, to cli->out. The status of a failure is that which it has in a run.
 */
enum exit_status probe_model(struct cli *cli);

#endif

/* One trial question to the model, for `senenrich --probe`. */
#ifndef SENENRICH_PROBE_H
#define SENENRICH_PROBE_H

#include "base/err.h"
#include "settings/settings.h"

/*
 * Asks the model for one made-up pair, bypassing memo and Redis, and prints its answer and how long
 * it took. -1 with err, of the kind that the same failure has in a run.
 */
int probe_model(const struct settings *settings, struct err *err);

#endif

/* One trial question to the model, for `senenrich --probe`. */
#ifndef SENENRICH_PROBE_H
#define SENENRICH_PROBE_H

#include "base/err.h"
#include "settings/settings.h"

/*
 * Asks the model for one made-up pair, past memo and Redis, and prints a line with its answer and how long that took.
 * -1 with err: as what the same model would be for a run.
 */
int probe_model(const struct settings *settings, struct err *err);

#endif

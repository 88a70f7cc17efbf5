/* `cursor skip`: a person passes over objects that are stuck. */
#ifndef CURSOR_SKIP_H
#define CURSOR_SKIP_H

#include "base/err.h"
#include "cursor/cursor_store.h"
#include "settings/settings.h"

/*
 * Adds raw objects (their keys, or s3://BUCKET/KEY of input_bucket) to those that failed for good,
 * with the reason that the person gives. The next run leaves them out, so that the cursor moves
 * over them. All of them or none. Returns -1 with err, ERR_USAGE if one is not the key of a raw
 * object, or for an empty reason.
 */
int skip_keys(struct cursor_store *store, const struct settings *settings, char **keys, int count, const char *reason,
              struct err *err);

#endif

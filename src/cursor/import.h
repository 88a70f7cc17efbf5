/*
 * `cursor import`: a cursor that somebody else kept in Redis, be it an older version or the Python
 * predecessor.
 */
#ifndef CURSOR_IMPORT_H
#define CURSOR_IMPORT_H

#include "base/buf.h"
#include "base/err.h"
#include "cursor/change.h"
#include "settings/settings.h"

/*
 * Reads the cursor under the first of `names` (NULL at the end) that Redis has, into
 * change->cursor: a number, alone or in the key of a raw object. If it is a cursor of ours the
 * objects beside it that failed for good are added. *from is the name. Returns -1 with err.
 */
int import_read(const struct settings *settings, const char *const *names, struct change *change, const char **from,
                struct err *err);

#endif

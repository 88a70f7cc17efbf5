/* The reject object that an earlier run over the same source left. */
#ifndef S3PUT_PREVIOUS_REJECTS_H
#define S3PUT_PREVIOUS_REJECTS_H

#include "base/err.h"
#include "store/store.h"

/* Whether there is one: 1, 0, or -1 with err. Waits. */
int previous_rejects_exists(struct store *store, const char *bucket, const char *key, struct err *err);

/*
 * Appends its bytes as they are, to be followed by more of the same kind: whole lines, or whole
 * members or frames of a compressed object. Waits; -1 with err.
 */
int previous_rejects_copy(struct store *store, const char *bucket, const char *key, bool compressed,
                          struct store_put *to, struct err *err);

#endif

/* `cursor set` without a value: receipts on standard input move the cursor along their listing. */
#ifndef CURSOR_RECEIPTS_H
#define CURSOR_RECEIPTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/exits.h"
#include "cursor/cursor_store.h"

struct receipts_result {
	enum exit_status status;
	int64_t receipts;
	int64_t failed; /* of these: for good or for now */
	int64_t from;   /* the cursor before */
	int64_t to;     /* and after: stored, or with dry_run the one that would be stored */
};

/*
 * Reads fd to its end. Everything that goes wrong is logged here, line by line, and is in the
 * status. Returns -1 with err, nothing read, if the stored cursor cannot be read. A signal that
 * asks to stop ends it early, saved.
 */
int receipts_run(struct cursor_store *store, int fd, bool dry_run, struct receipts_result *result, struct err *err);

#endif

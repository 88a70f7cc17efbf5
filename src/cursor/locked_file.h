/*
 * The file in which cursor_store_file.c stores the cursor, as a file: this part knows nothing of
 * the content. It is only ever replaced as a whole: written beside itself (PATH.tmp), synced,
 * renamed, the folder synced. A process that replaces it holds a lock on PATH.lock, which ends with
 * the process; readers need none.
 */
#ifndef CURSOR_LOCKED_FILE_H
#define CURSOR_LOCKED_FILE_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct locked_file {
	char *path; /* without symbolic links, so that all who mean this file lock the same one */
	char *folder;
};

/* The folder must exist, the file may be missing. Returns -1 with err (ERR_USAGE). */
int locked_file_init(struct locked_file *self, const char *path, struct err *err);
void locked_file_release(struct locked_file *self);

/*
 * Reads the whole file: appends its content to *text and sets *mode. Returns 1, 0 if there is no
 * file, or -1 with err.
 */
int locked_file_read(const struct locked_file *self, struct buf *text, mode_t *mode, struct err *err);

/* Waits for the lock. Returns a descriptor, which is closed to let go of it; -1 with err. */
int locked_file_lock(const struct locked_file *self, struct err *err);

/*
 * Puts the text in the file's place, under the lock. `mode` 0: as a new file has it. Returns -1
 * with err.
 */
int locked_file_replace(const struct locked_file *self, struct slice text, mode_t mode, struct err *err);

#endif

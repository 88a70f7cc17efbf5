/*
 * A file that is only ever replaced whole: written beside itself (PATH.tmp), synced, renamed, the folder synced. Who
 * replaces it holds a lock on PATH.lock meanwhile, which ends with the process that holds it; who reads needs none.
 */
#ifndef CURSOR_CURSOR_FILE_H
#define CURSOR_CURSOR_FILE_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct cursor_file {
	char *path; /* without symbolic links, so that all who mean this file lock the same one */
	char *folder;
};

/* The file need not be there, its folder must. Returns -1 with err (ERR_USAGE). */
int cursor_file_init(struct cursor_file *self, const char *path, struct err *err);
void cursor_file_release(struct cursor_file *self);

/* Reads the whole file: appends its content to *text and sets *mode. Returns 1, 0 if there is no file, or -1 with err. */
int cursor_file_read(const struct cursor_file *self, struct buf *text, mode_t *mode, struct err *err);

/* Waits for the lock. Returns a descriptor, which is closed to let go of it; -1 with err. */
int cursor_file_lock(const struct cursor_file *self, struct err *err);

/* Puts the text in the file's place, under the lock. `mode` 0: as a new file has it. Returns -1 with err. */
int cursor_file_replace(const struct cursor_file *self, struct slice text, mode_t mode, struct err *err);

#endif

/*
 * How far a run is, for somebody who watches it: --progress FILE holds one flat JSON object of
 * fixed length, written over in place at most four times a second. Without the option nothing here
 * costs more than a call. One thread.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdint.h>

#include "base/err.h"

/* Begins, with an empty file. -1 with err. */
int progress_open(const char *path, struct err *err);

/*
 * A number that is shown, under a static name; the counter must live as long as progress_tick() is
 * called.
 */
void progress_count(const char *name, const int64_t *counter);

/* To be called from loops, each time that something may have been done; not for every line. */
void progress_tick(void);

/*
 * Writes it once more, whenever the last time was; then the counters are let go. To be called
 * before they go out of scope; does nothing the second time.
 */
void progress_end(void);

#endif

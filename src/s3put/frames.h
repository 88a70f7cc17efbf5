/*
 * Framed input: begin, postings and rejects, end. Each frame becomes an upload. A stream that
 * breaks the rules cannot be trusted further: reading stops there, and only frames that were
 * complete before are stored.
 */
#ifndef S3PUT_FRAMES_H
#define S3PUT_FRAMES_H

#include <stddef.h>

#include "base/err.h"
#include "s3put/upload_queue.h"

/*
 * Reads stdin to its end; `max_line` is that of the sources. Returns 0 (the queue has the results
 * of the objects), or -1 with err if the stream broke, a signal asks to stop, or stdout has failed.
 */
int frames_run(struct upload_queue *queue, size_t max_line, struct err *err);

#endif

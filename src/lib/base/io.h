/*
 * Reading and writing file descriptors. EINTR loops live here and nowhere else: a signal that asks
 * the program to stop (base/signals.h) ends them, any other is retried.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * One read(2) of up to len bytes. Returns bytes, 0 at the end, -1 with errno (EINTR: asked to
 * stop).
 */
ssize_t io_read(int fd, void *data, size_t len);

/* All of it. Returns 0, or -1 with errno (EINTR: asked to stop; EPIPE: the reader left). */
int io_write_all(int fd, const void *data, size_t len);

/*
 * Whether reading fd would return at once. Waits up to timeout_ms (-1: for ever). Returns 1, 0, or
 * -1 (EINTR: asked to stop).
 */
int io_readable(int fd, int timeout_ms);

/* Whether writing to fd would take something at once, or fail at once. */
bool io_writable(int fd);

/* All of a file, up to `max` bytes. Returns 0, or -1 with err (ERR_USAGE; names the path). */
int io_read_file(const char *path, size_t max, struct buf *to, struct err *err);

/*
 * A new file without a name, in TMPDIR (/tmp): it is gone when it is closed. Returns its
 * descriptor, or -1 with err (ERR_TEMPORARY).
 */
int io_open_temporary(struct err *err);

enum { OUT_BLOCK = 64 * 1024 }; /* what a Linux pipe holds: one write fills it */

/*
 * Standard output, in blocks. After a failure all output is dropped, and out_close() reports it:
 * only loops that may run for long need to check the result.
 */
struct out {
	int fd;
	struct buf buf;
	int failed; /* errno of the first failure, else 0 */
	unsigned long long bytes;
};

void out_init(struct out *out, int fd);
int out_write(struct out *out, const void *data, size_t len); /* 0, or -1 once it has failed */
int out_write_slice(struct out *out, struct slice s);
int out_flush(struct out *out);

/*
 * Room for the next `len` bytes, at most OUT_BLOCK, to be written without a call for each part;
 * out_put() adds as many of them as there are.
 */
char *out_room(struct out *out, size_t len);
void out_put(struct out *out, size_t len);

/*
 * Flush; release. Returns 0, or -1 with err. If the reader has left (EPIPE), that counts as SIGPIPE
 * that asked to stop: the program is to end by it, without a word, as any filter does.
 */
int out_close(struct out *out, struct err *err);

#endif

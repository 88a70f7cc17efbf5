/* File descriptors: reading, writing, waiting. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/signals.h"

ssize_t
io_read(int fd, void *data, size_t len)
{
	for (;;) {
		ssize_t n;

		if (signals_stop()) {
			errno = EINTR;
			return -1;
		}
		n = read(fd, data, len);
		if (n >= 0 || errno != EINTR)
			return n;
	}
}

int
io_write_all(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t n;

		if (signals_stop()) {
			errno = EINTR;
			return -1;
		}
		n = write(fd, at, len);
		if (n < 0 && errno == EAGAIN) {
			/* a pipe that some other process made non-blocking */
			struct pollfd p = {.fd = fd, .events = POLLOUT};

			poll(&p, 1, -1);
			continue;
		}
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

int
io_readable(int fd, int timeout_ms)
{
	int64_t until = clock_mono_ms() + timeout_ms;

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int n;

		if (signals_stop()) {
			errno = EINTR;
			return -1;
		}
		n = poll(&p, 1, timeout_ms);
		if (n >= 0)
			return n > 0;
		if (errno != EINTR)
			return 1; /* read(2) will report the error */
		if (timeout_ms > 0) {
			int64_t left = until - clock_mono_ms();

			timeout_ms = left > 0 ? (int)left : 0;
		}
	}
}

bool
io_writable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	/* write(2) will report the error, if there is one */
	return poll(&p, 1, 0) != 0;
}

int
io_open_temporary(struct err *err)
{
	const char *folder = getenv("TMPDIR");
	char *path;
	int fd;

	if (folder == NULL || *folder == '\0')
		folder = "/tmp";
	fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* Not every file system has files without a name. */
	path = mem_printf("%s/seniority-XXXXXX", folder);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		err_set_errno(err, ERR_TEMPORARY, "cannot make a temporary file in %s (TMPDIR)", folder);
	else
		unlink(path);
	free(path);
	return fd;
}

int
io_read_file(const char *path, size_t max, struct buf *to, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return err_set_errno(err, ERR_USAGE, "cannot open %s", path);
	for (;;) {
		buf_reserve(to, 16 * 1024);
		n = io_read(fd, to->data + to->len, to->cap - to->len);
		if (n <= 0)
			break;
		to->len += (size_t)n;
		if (to->len > max) {
			close(fd);
			return err_set(err, ERR_USAGE, "%s is larger than %zu bytes", path, max);
		}
	}
	if (n < 0)
		err_set_errno(err, ERR_USAGE, "cannot read %s", path);
	close(fd);
	return n < 0 ? -1 : 0;
}

void
out_init(struct out *out, int fd)
{
	*out = (struct out){.fd = fd};
	buf_reserve(&out->buf, OUT_BLOCK);
}

int
out_flush(struct out *out)
{
	if (!out->failed && out->buf.len > 0 && io_write_all(out->fd, out->buf.data, out->buf.len) < 0)
		out->failed = errno;
	buf_reset(&out->buf);
	return out->failed ? -1 : 0;
}

int
out_write(struct out *out, const void *data, size_t len)
{
	out->bytes += len;
	if (out->buf.len + len > OUT_BLOCK && out_flush(out) < 0)
		return -1;
	if (len < OUT_BLOCK) {
		buf_append(&out->buf, data, len);
		return out->failed ? -1 : 0;
	}
	if (!out->failed && io_write_all(out->fd, data, len) < 0)
		out->failed = errno;
	return out->failed ? -1 : 0;
}

char *
out_room(struct out *out, size_t len)
{
	if (out->buf.len + len > OUT_BLOCK)
		out_flush(out);
	return out->buf.data + out->buf.len;
}

void
out_put(struct out *out, size_t len)
{
	out->bytes += len;
	out->buf.len += len;
}

int
out_write_slice(struct out *out, struct slice s)
{
	return out_write(out, s.ptr, s.len);
}

int
out_close(struct out *out, struct err *err)
{
	out_flush(out);
	buf_release(&out->buf);
	if (out->failed == 0)
		return 0;
	if (out->failed == EPIPE)
		signals_note(SIGPIPE);
	errno = out->failed;
	return err_set_errno(err, ERR_FAILED, "cannot write to standard output");
}

/* The cursor's file as a file: found, read, locked, replaced. */
#include "cursor/locked_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

/*
 * Saving takes milliseconds, on a busy disk perhaps a second, and a few others may wait, too. A
 * process that holds the lock longer than this is stuck.
 */
#define LOCK_PATIENCE_MS 15000

#define FILE_BYTES_MAX (64 << 20)

static char *
folder_of(const char *path)
{
	char *copy = mem_dup(path);
	char *folder = mem_dup(dirname(copy));

	free(copy);
	return folder;
}

/* The path without symbolic links; its folder must exist, the file itself may be missing. */
static char *
resolve_path(const char *path, struct err *err)
{
	char *real = realpath(path, NULL);
	char *folder, *real_folder, *copy;

	if (real)
		return real;
	if (errno != ENOENT) {
		err_set_errno(err, ERR_USAGE, "cursor_store: %s", path);
		return NULL;
	}
	folder = folder_of(path);
	real_folder = realpath(folder, NULL);
	if (real_folder == NULL) {
		/* Never "0": else a disk that is not mounted would mean that everything is done again. */
		err_set_errno(err, ERR_USAGE, "cursor_store: the folder %s", folder);
	} else {
		copy = mem_dup(path);
		real = mem_printf("%s/%s", strcmp(real_folder, "/") == 0 ? "" : real_folder, basename(copy));
		free(copy);
		free(real_folder);
	}
	free(folder);
	return real;
}

/*
 * Reads and writes do not use base/io.h: those end early once the program has been asked to stop,
 * and that is just when the progress must be saved.
 */
static int
read_whole(int fd, struct buf *to)
{
	for (;;) {
		ssize_t n;

		buf_reserve(to, 16384);
		n = read(fd, to->data + to->len, to->cap - to->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		to->len += (size_t)n;
		if (to->len > FILE_BYTES_MAX) {
			errno = EFBIG;
			return -1;
		}
	}
}

static int
write_whole(int fd, struct slice data)
{
	while (data.len) {
		ssize_t n = write(fd, data.ptr, data.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data = slice_of(data.ptr + n, data.len - (size_t)n);
	}
	return 0;
}

static int
sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result;

	if (fd < 0)
		return -1;
	result = fsync(fd);
	close(fd);
	return result;
}

int
locked_file_init(struct locked_file *self, const char *path, struct err *err)
{
	self->path = resolve_path(path, err);
	self->folder = self->path != NULL ? folder_of(self->path) : NULL;
	return self->path != NULL ? 0 : -1;
}

void
locked_file_release(struct locked_file *self)
{
	free(self->path);
	free(self->folder);
}

int
locked_file_read(const struct locked_file *self, struct buf *text, mode_t *mode, struct err *err)
{
	int fd = open(self->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hold us */
	struct stat info = {0};
	int result = 1;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_set_errno(err, ERR_FAILED, "cannot open the cursor %s", self->path);
	if (fstat(fd, &info) == 0 && !S_ISREG(info.st_mode))
		result = err_set(err, ERR_USAGE, "cursor_store: %s is not a regular file", self->path);
	else if (read_whole(fd, text))
		result = err_set_errno(err, ERR_FAILED, "cannot read the cursor %s", self->path);
	close(fd);
	*mode = info.st_mode & 07777;
	return result;
}

int
locked_file_lock(const struct locked_file *self, struct err *err)
{
	int64_t until = clock_mono_ms() + LOCK_PATIENCE_MS;
	char *path = mem_printf("%s.lock", self->path);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);

	if (fd < 0) {
		err_set_errno(err, ERR_FAILED, "cannot open %s", path);
	} else {
		while (flock(fd, LOCK_EX | LOCK_NB)) {
			if (errno != EINTR && (errno != EWOULDBLOCK || clock_mono_ms() > until)) {
				err_set(err, ERR_TEMPORARY, "%s is held by another process", path);
				close(fd);
				fd = -1;
				break;
			}
			nanosleep(&(struct timespec){0, 10000000}, NULL);
		}
	}
	free(path);
	return fd;
}

int
locked_file_replace(const struct locked_file *self, struct slice text, mode_t mode, struct err *err)
{
	char *temporary = mem_printf("%s.tmp", self->path);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	int result = 0;

	if (fd < 0) {
		result = err_set_errno(err, ERR_FAILED, "cannot open %s", temporary);
	} else {
		if ((mode && fchmod(fd, mode)) || write_whole(fd, text) || fsync(fd))
			result = err_set_errno(err, ERR_FAILED, "cannot write %s", temporary);
		if (close(fd) && result == 0)
			result = err_set_errno(err, ERR_FAILED, "cannot write %s", temporary);
		if (result == 0 && (rename(temporary, self->path) || sync_folder(self->folder)))
			result = err_set_errno(err, ERR_FAILED, "cannot replace %s", self->path);
		if (result)
			unlink(temporary);
	}
	free(temporary);
	return result;
}

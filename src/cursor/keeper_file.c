/*
 * The cursor in a file that a person can read: the number, then a line for each failed object.
 *
 *	1721183934
 *	{"key":"job-postings-raw/1721183900.jsonl","reason":"GET: 404 NoSuchKey","stage":"s3cat","time":"..."}
 *
 * It is only ever replaced whole: written beside itself (PATH.tmp), synced, renamed, the folder synced. Who saves
 * holds a lock on PATH.lock meanwhile, which ends with the process that holds it; who reads needs none.
 */
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
#include "cursor/failures.h"
#include "cursor/keeper.h"

/* Saving takes milliseconds, on a busy disk perhaps a second, and some others may wait too; who holds the lock longer is stuck. */
#define LOCK_PATIENCE_MS 15000

#define FILE_BYTES_MAX (64 << 20)

struct keeper_file {
	char *path; /* without symbolic links, so that all who mean this file lock the same one */
	char *folder;
	char *name; /* "file:PATH" */
};

/* What the file holds. */
struct content {
	struct buf text;
	struct slice failed; /* the lines behind the first, in text */
	int64_t cursor;
	bool there;   /* there is a file at all */
	bool damaged; /* its first line */
	mode_t mode;
};

static char *
folder_of(const char *path)
{
	char *copy = mem_dup(path);
	char *folder = mem_dup(dirname(copy));

	free(copy);
	return folder;
}

/* The path without symbolic links; its folder must be there, the file itself need not. */
static char *
resolve(const char *path, struct err *err)
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
		/* Never "0": a disk that is not mounted would mean to do everything once more. */
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

void *
keeper_file_new(const char *path, struct err *err)
{
	struct keeper_file *self;
	char *real = resolve(path, err);

	if (real == NULL)
		return NULL;
	self = mem_zero(1, sizeof(*self));
	self->path = real;
	self->folder = folder_of(real);
	self->name = mem_printf("file:%s", real);
	return self;
}

static void
free_self(void *keeper)
{
	struct keeper_file *self = keeper;

	free(self->path);
	free(self->folder);
	free(self->name);
	free(self);
}

static const char *
name_of(const void *keeper)
{
	return ((const struct keeper_file *)keeper)->name;
}

/*
 * Reads and writes of this file do not use base/io.h: those end early once the program has been asked to stop, and then
 * is just when the progress must be kept.
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
read_content(const struct keeper_file *self, struct content *content, struct err *err)
{
	int fd = open(self->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hold us */
	const char *end;
	struct stat info;
	int result = 0;

	*content = (struct content){.text = BUF_INIT};
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_set_errno(err, ERR_FAILED, "cannot open the cursor %s", self->path);
	if (fstat(fd, &info) == 0 && !S_ISREG(info.st_mode))
		result = err_set(err, ERR_USAGE, "cursor_store: %s is not a regular file", self->path);
	else if (read_whole(fd, &content->text))
		result = err_set_errno(err, ERR_FAILED, "cannot read the cursor %s", self->path);
	close(fd);
	if (result) {
		buf_release(&content->text);
		return -1;
	}
	content->there = true;
	content->mode = info.st_mode & 07777;
	end = content->text.len ? memchr(content->text.data, '\n', content->text.len) : NULL;
	content->damaged = end == NULL || !keeper_number(slice_of(content->text.data, (size_t)(end - content->text.data)),
	                                                 &content->cursor);
	if (end)
		content->failed = slice_of(end + 1, content->text.len - (size_t)(end + 1 - content->text.data));
	return 0;
}

static int
damaged(const struct keeper_file *self, const char *what, struct err *err)
{
	return err_set(err, ERR_FAILED, "the cursor %s is damaged: %s ('cursor set N --force' writes it anew)", self->path,
	               what);
}

static int
get(void *keeper, int64_t *cursor, struct err *err)
{
	struct keeper_file *self = keeper;
	struct content content;
	int result = 0;

	if (read_content(self, &content, err))
		return -1;
	*cursor = content.cursor;
	if (content.damaged)
		result = damaged(self, "its first line is not a number", err);
	buf_release(&content.text);
	return result;
}

/* The lock file's descriptor, or -1. */
static int
lock(const struct keeper_file *self, struct err *err)
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

/* Puts the text in the file's place. Called under the lock. */
static int
replace(const struct keeper_file *self, struct slice text, mode_t mode, struct err *err)
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

/* The failed objects of the file. Keys with escapes are decoded into *keys, which must not move: it is made large enough first. */
static int
read_failures(const struct keeper_file *self, struct slice lines, struct failures *to, struct buf *keys,
              struct err *err)
{
	struct json json = {.tokens = NULL};
	struct buf scratch = BUF_INIT;
	int result = 0;

	buf_reserve(keys, lines.len);
	while (lines.len && result == 0) {
		const char *end = memchr(lines.ptr, '\n', lines.len);
		struct slice line = slice_of(lines.ptr, end ? (size_t)(end - lines.ptr) : lines.len);
		struct slice key;

		if (end == NULL || !failure_key(&json, line, &scratch, &key)) {
			result = damaged(self, "a line behind the first is no record of a failed object", err);
		} else {
			buf_append_slice(keys, key);
			failures_add(to, slice_of(keys->data + keys->len - key.len, key.len), line);
			lines = slice_of(end + 1, lines.len - line.len - 1);
		}
	}
	json_release(&json);
	buf_release(&scratch);
	return result;
}

/* The file's new text, from its content and the change. */
static int
make_text(const struct keeper_file *self, const struct content *content, const struct change *change,
          struct saved *saved, struct buf *text, struct err *err)
{
	struct failures failures = FAILURES_INIT;
	struct buf keys = BUF_INIT;
	int result;

	result = read_failures(self, content->failed, &failures, &keys, err);
	if (result && change->force) { /* a damaged list is given up with the damaged number */
		failures.count = 0;
		result = 0;
	}
	if (result == 0) {
		saved->removed = change->clear_all ? (int64_t)failures.count : 0;
		if (change->clear_all)
			failures.count = 0;
		for (size_t i = 0; i < change->count; i++)
			failures_add(&failures, change_key(change, i), change_record(change, i));
		saved->removed += failures_settle(&failures);
		buf_printf(text, "%lld\n", (long long)saved->cursor);
		failures_write(&failures, text);
	}
	failures_release(&failures);
	buf_release(&keys);
	return result;
}

static int
save_locked(struct keeper_file *self, const struct change *change, struct saved *saved, struct err *err)
{
	struct content content;
	struct buf text = BUF_INIT;
	int result;

	if (read_content(self, &content, err))
		return -1;
	if (content.damaged && !change->force) {
		buf_release(&content.text);
		return damaged(self, "its first line is not a number", err);
	}
	saved->cursor = content.damaged ? 0 : content.cursor;
	if (keeper_not_lost(change, saved->cursor, self->path, err)) {
		buf_release(&content.text);
		return -1;
	}
	if (change->cursor >= 0 && (change->force || change->cursor > saved->cursor))
		saved->cursor = change->cursor;
	result = make_text(self, &content, change, saved, &text, err);
	/* Where nothing changes nothing is written. No file is the same as a cursor of 0, but for who sets it to 0. */
	if (!content.there && change->cursor < 0)
		buf_append_str(&content.text, "0\n");
	if (result == 0 && !slice_equal(slice_of_buf(&text), slice_of_buf(&content.text)))
		result = replace(self, slice_of_buf(&text), content.mode, err);
	buf_release(&text);
	buf_release(&content.text);
	return result;
}

static int
save(void *keeper, const struct change *change, struct saved *saved, struct err *err)
{
	struct keeper_file *self = keeper;
	int fd = lock(self, err);
	int result;

	if (fd < 0)
		return -1;
	result = save_locked(self, change, saved, err);
	close(fd);
	return result;
}

static int
failed_lines(void *keeper, struct buf *lines, struct err *err)
{
	struct keeper_file *self = keeper;
	struct failures failures = FAILURES_INIT;
	struct content content;
	struct buf keys = BUF_INIT;
	int result;

	if (read_content(self, &content, err))
		return -1;
	result = content.damaged ? damaged(self, "its first line is not a number", err)
	                         : read_failures(self, content.failed, &failures, &keys, err);
	if (result == 0) {
		failures_settle(&failures);
		failures_write(&failures, lines);
	}
	failures_release(&failures);
	buf_release(&keys);
	buf_release(&content.text);
	return result;
}

const struct keeper_kind keeper_file_kind = {get, save, failed_lines, name_of, free_self};

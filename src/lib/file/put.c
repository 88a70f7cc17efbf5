/*
 * Writing a file: bytes go into a temporary file beside the target, then a thread of the pool does
 * fsync, rename, and fsync of the folder. Anything that happens before the rename leaves nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/signals.h"
#include "file/file.h"

#define BLOCK ((size_t)256 * 1024)
#define WAIT_SLICE_MS 100 /* how soon a signal ends a wait */

struct file_put {
	struct store_put base;
	struct file_job job;
	char *bucket, *key;
	const char *name; /* the last part of key */
	bool no_clobber, dry_run;
	int fd, folder;     /* -1: none */
	char temporary[64]; /* "": none is there */
	int made, depth;    /* folders made; folders beneath the bucket */
	int sync_up;        /* how many folders above `folder` must be synced, too */
	struct buf buf;
	bool submitted;
	atomic_bool abandoned;
	struct store_info info;
	struct err failed; /* of the job: while it runs it is the job's */
};

static struct file_store *
files_of(const struct file_put *put)
{
	return (struct file_store *)put->base.store;
}

static int
fail_put(struct err *err, enum file_where where, int error)
{
	return file_fail(err, "PUT", where, error);
}

/* The file that is already there. */
static int
check_place(struct file_put *put, int folder)
{
	struct stat st;

	if (fstatat(folder, put->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fail_put(&put->failed, FILE_TARGET, errno);
	if (S_ISLNK(st.st_mode))
		return fail_put(&put->failed, FILE_TARGET, ELOOP);
	if (S_ISDIR(st.st_mode))
		return fail_put(&put->failed, FILE_TARGET, EISDIR);
	if (!S_ISREG(st.st_mode))
		return err_set_operation(&put->failed, ERR_OBJECT, "PUT", "the existing file is not a regular file");
	return put->no_clobber ? fail_put(&put->failed, FILE_TARGET, EEXIST) : 0;
}

static int
make_temporary(struct file_put *put)
{
	struct file_store *files = files_of(put);

	for (;;) {
		/* The number increases if a killed process with our id has left a file. */
		snprintf(put->temporary, sizeof(put->temporary), FILE_TEMPORARY "%ld-%llu", (long)getpid(), ++files->temporary);
		put->fd = openat(put->folder, put->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
		if (put->fd >= 0 && file_temporary_lock(put->fd))
			return 0;
		if (put->fd < 0 && errno != EEXIST) {
			put->temporary[0] = '\0';
			return fail_put(&put->failed, FILE_TARGET, errno);
		}
		if (put->fd >= 0)
			close(put->fd);
	}
}

/* Whether the folders above are on the disk for sure, and whether others have left files here. */
static void
know_folder(struct file_put *put)
{
	struct file_folder *known;
	struct stat st;
	bool is_new;

	put->sync_up = put->depth;
	if (fstat(put->folder, &st) < 0)
		return;
	known = file_folder(files_of(put), &st, &is_new);
	if (known != NULL && known->synced)
		put->sync_up = 0;
	if (known != NULL && is_new)
		file_clean_start(files_of(put), put->folder);
}

static int
rehearse_put(struct file_put *put, int bucket)
{
	int folder = file_open_parent(files_of(put), bucket, put->key, O_PATH, &put->name);
	int result = 0;

	if (folder < 0)
		return errno == ENOENT ? 0 : fail_put(&put->failed, FILE_TARGET_FOLDER, errno);
	if (faccessat(folder, ".", W_OK, AT_EACCESS) < 0)
		result = fail_put(&put->failed, FILE_TARGET_FOLDER, errno);
	else
		result = check_place(put, folder);
	close(folder);
	return result;
}

static int
open_place(struct file_put *put, const struct store_provenance *provenance)
{
	struct err *err = &put->failed;
	const char *why;
	int bucket, error;

	if (!file_key_safe(put->key, &why)) {
		err_set_answer(err, ERR_OBJECT, "PUT", 400, "InvalidKey");
		return err_set_detail(err, "not a safe file path: %s", why);
	}
	bucket = file_open_bucket(files_of(put)->root, put->bucket, "PUT", err);
	if (bucket < 0)
		return -1;
	if (put->dry_run) {
		error = rehearse_put(put, bucket);
		close(bucket);
		return error;
	}
	put->folder = file_make_parent(files_of(put), bucket, put->key, &put->name, &put->made, &put->depth);
	error = errno;
	close(bucket);
	if (put->folder < 0)
		return fail_put(err, FILE_TARGET_FOLDER, error);
	if (check_place(put, put->folder) < 0)
		return -1;
	if (make_temporary(put) < 0)
		return -1;
	file_meta_write(put->fd, provenance);
	know_folder(put);
	return 0;
}

/* As if nothing had been begun. */
static void
undo_put(struct file_put *put)
{
	struct err ignored;
	int bucket;

	if (put->temporary[0] != '\0')
		unlinkat(put->folder, put->temporary, 0);
	put->temporary[0] = '\0';
	if (put->fd >= 0)
		close(put->fd);
	if (put->folder >= 0)
		close(put->folder);
	put->fd = put->folder = -1;
	if (put->made > 0) {
		bucket = file_open_bucket(files_of(put)->root, put->bucket, "PUT", &ignored);
		if (bucket >= 0) {
			file_unmake_parent(files_of(put), bucket, put->key, put->made);
			close(bucket);
		}
	}
	put->made = 0;
}

/* With put->failed set. */
static void
give_up(struct file_put *put)
{
	undo_put(put);
	buf_release(&put->buf);
	store_err_name(&put->failed, put->bucket, put->key);
}

static int
write_out(struct file_put *put, const void *data, size_t len)
{
	put->info.size += (int64_t)len;
	if (put->dry_run || io_write_all(put->fd, data, len) == 0)
		return 0;
	fail_put(&put->failed, FILE_TARGET, errno);
	give_up(put);
	return -1;
}

static int
flush_buf(struct file_put *put)
{
	size_t len = put->buf.len;

	if (len == 0)
		return 0;
	put->buf.len = 0;
	return write_out(put, put->buf.data, len);
}

static int
into_place(struct file_put *put)
{
	if (!put->no_clobber)
		return renameat(put->folder, put->temporary, put->folder, put->name);
	if (renameat2(put->folder, put->temporary, put->folder, put->name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* A file system that cannot: link(2) does not replace either, only not in one step. */
	if (linkat(put->folder, put->temporary, put->folder, put->name, 0) < 0)
		return -1;
	unlinkat(put->folder, put->temporary, 0);
	return 0;
}

/* The folder, and those above it that may have been made just now. */
static int
sync_folders(const struct file_put *put)
{
	int at = put->folder;

	for (int level = 0;; level++) {
		int result = fsync(at), error = errno, up = -1;

		if (result == 0 && level < put->sync_up) {
			up = openat(at, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
			error = errno;
		}
		if (at != put->folder)
			close(at);
		errno = error;
		if (up < 0)
			return result == 0 && level >= put->sync_up ? 0 : -1;
		at = up;
	}
}

/* In a thread of the pool. */
static void
commit_job(struct file_job *job)
{
	struct file_put *put = (struct file_put *)((char *)job - offsetof(struct file_put, job));
	struct stat st;

	if (fsync(put->fd) < 0 || fstat(put->fd, &st) < 0) {
		fail_put(&put->failed, FILE_TARGET, errno);
		return;
	}
	if (put->abandoned)
		return;
	if (into_place(put) < 0) {
		fail_put(&put->failed, FILE_TARGET, errno);
		return;
	}
	put->temporary[0] = '\0';
	put->made = 0;
	put->info.size = st.st_size;
	file_etag(&st, put->info.etag, sizeof(put->info.etag));
	if (sync_folders(put) < 0)
		fail_put(&put->failed, FILE_TARGET, errno);
}

/* The job is done: its result. */
static void
finish_put(struct file_put *put)
{
	struct file_folder *known;
	struct stat st;
	bool is_new;

	put->submitted = false;
	if (put->failed.kind != ERR_NONE) {
		give_up(put);
		return;
	}
	if (put->sync_up > 0 && fstat(put->folder, &st) == 0) {
		known = file_folder(files_of(put), &st, &is_new);
		if (known != NULL)
			known->synced = true;
	}
	undo_put(put);
}

struct store_put *
file_put_open(struct store *store, const char *bucket, const char *key, const struct store_put_options *options)
{
	struct file_put *put = mem_zero(1, sizeof(*put));

	put->base.store = store;
	put->bucket = mem_dup(bucket);
	put->key = mem_dup(key);
	put->fd = put->folder = -1;
	put->no_clobber = options->no_clobber;
	put->dry_run = options->dry_run;
	if (open_place(put, &options->provenance) < 0)
		give_up(put);
	return &put->base;
}

int
file_put_write(struct store_put *base, const void *data, size_t len, struct err *err)
{
	struct file_put *put = (struct file_put *)base;

	if (put->failed.kind == ERR_NONE && put->buf.len + len > BLOCK)
		flush_buf(put);
	if (put->failed.kind == ERR_NONE) {
		if (len >= BLOCK)
			write_out(put, data, len);
		else
			buf_append(&put->buf, data, len);
	}
	if (put->failed.kind == ERR_NONE)
		return 0;
	*err = put->failed;
	return -1;
}

void
file_put_commit(struct store_put *base)
{
	struct file_put *put = (struct file_put *)base;

	if (put->submitted || put->failed.kind != ERR_NONE || flush_buf(put) < 0 || put->dry_run)
		return;
	buf_release(&put->buf);
	put->job.run = commit_job;
	put->submitted = true;
	file_pool_submit(files_of(put)->pool, &put->job);
}

int
file_put_wait(struct store_put *base, bool wait, struct store_info *info, struct err *err)
{
	struct file_put *put = (struct file_put *)base;

	while (put->submitted) {
		if (file_pool_wait(files_of(put)->pool, &put->job, wait ? WAIT_SLICE_MS : 0))
			finish_put(put);
		else if (!wait)
			return 2;
		else if (signals_stop()) {
			err_set_operation(err, ERR_TEMPORARY, "PUT", "interrupted");
			return store_err_name(err, put->bucket, put->key);
		}
	}
	if (put->failed.kind != ERR_NONE) {
		*err = put->failed;
		return -1;
	}
	*info = put->info;
	return 1;
}

void
file_put_free(struct store_put *base)
{
	struct file_put *put = (struct file_put *)base;

	if (put->submitted) {
		put->abandoned = true;
		file_pool_cancel(files_of(put)->pool, &put->job);
	}
	undo_put(put);
	buf_release(&put->buf);
	free(put->bucket);
	free(put->key);
	free(put);
}

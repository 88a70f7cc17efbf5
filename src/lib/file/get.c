/* Downloading from a file: read on demand, while the kernel is told to read ahead. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "file/file.h"

/*
 * One read(2). Large enough to be cheap, small enough for its memory to stay in the processor's
 * cache.
 */
#define BLOCK ((size_t)256 * 1024)

struct file_get {
	struct store_get base;
	char *bucket, *key;
	int fd; /* -1 if it failed or is at its end */
	struct stat before;
	int64_t got;
	char *block;
	bool ended;
	struct err failed; /* given by the next read */
};

/* The kind of folder above the file: the one with all raw objects and no others, or any. */
static enum file_where
folder_of(const struct file_store *files, const char *key)
{
	const char *home = files->homes[0];
	size_t len = strlen(home);

	return len > 0 && strncmp(key, home, len) == 0 && strchr(key + len, '/') == NULL ? FILE_SOURCE_HOME
	                                                                                 : FILE_SOURCE_FOLDER;
}

static void
close_file(struct file_get *get)
{
	if (get->fd >= 0)
		close(get->fd);
	get->fd = -1;
	free(get->block);
	get->block = NULL;
}

static int
fail_get(struct file_get *get)
{
	close_file(get);
	return store_err_name(&get->failed, get->bucket, get->key);
}

/* At the end of the file: whether it is still the same as at the start. */
static int
check_end(struct file_get *get)
{
	struct stat now;

	if (fstat(get->fd, &now) < 0)
		return file_fail(&get->failed, "GET", FILE_SOURCE, errno);
	if (now.st_nlink == 0)
		return err_set_operation(&get->failed, ERR_TEMPORARY, "GET", "it was replaced or removed while it was read");
	if (get->got != get->before.st_size || now.st_size != get->before.st_size ||
	    now.st_mtim.tv_sec != get->before.st_mtim.tv_sec || now.st_mtim.tv_nsec != get->before.st_mtim.tv_nsec)
		return err_set_operation(&get->failed, ERR_TEMPORARY, "GET", "it changed while it was read");
	return 0;
}

int
file_get_file(struct file_store *files, const char *bucket_name, const char *key, const char *verb, bool *absent,
              struct stat *st, struct err *err)
{
	const char *why, *name;
	int bucket, folder, fd, error;

	*absent = false;
	if (!file_key_safe(key, &why)) {
		err_set_answer(err, ERR_OBJECT, verb, 400, "InvalidKey");
		return err_set_detail(err, "not a safe file path: %s", why);
	}
	bucket = file_open_bucket(files->root, bucket_name, verb, err);
	if (bucket < 0)
		return -1;
	folder = file_open_parent(files, bucket, key, O_PATH, &name);
	if (folder < 0) {
		error = errno;
		close(bucket);
		*absent = error == ENOENT;
		return file_fail(err, verb, folder_of(files, key), error);
	}
	fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ELOOP)
		fd = file_open_link(files, bucket, key, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	error = fd < 0 || fstat(fd, st) < 0 ? errno : S_ISDIR(st->st_mode) ? ENOENT : S_ISREG(st->st_mode) ? 0 : ENXIO;
	close(folder);
	close(bucket);
	if (error == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	*absent = error == ENOENT;
	return file_fail(err, verb, FILE_SOURCE, error);
}

/*
 * The bytes come from the file itself: nothing in between could change them, so there is nothing to
 * compare with a listing.
 */
struct store_get *
file_get_open(struct store *store, const char *bucket, const char *key, const struct store_get_options *options)
{
	struct file_get *get = mem_zero(1, sizeof(*get));
	bool absent;

	(void)options;
	get->base.store = store;
	get->base.info.size = -1;
	get->bucket = mem_dup(bucket);
	get->key = mem_dup(key);
	get->fd = file_get_file((struct file_store *)store, bucket, key, "GET", &absent, &get->before, &get->failed);
	if (get->fd < 0) {
		fail_get(get);
		return &get->base;
	}
	get->base.info.size = get->before.st_size;
	file_etag(&get->before, get->base.info.etag, sizeof(get->base.info.etag));
	file_meta_read_etag(get->fd, get->base.info.source_etag);
	/* Files that will be read in turn are loaded into the page cache now: several files at once. */
	posix_fadvise(get->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	posix_fadvise(get->fd, 0, 0, POSIX_FADV_WILLNEED);
	return &get->base;
}

int
file_get_read(struct store_get *base, bool wait, struct slice *data, struct err *err)
{
	struct file_get *get = (struct file_get *)base;
	ssize_t n;

	(void)wait; /* a local file is always ready */
	if (get->failed.kind != ERR_NONE) {
		*err = get->failed;
		return -1;
	}
	if (get->ended)
		return 0;
	if (get->block == NULL)
		get->block = mem_alloc(BLOCK);
	n = io_read(get->fd, get->block, BLOCK);
	if (n > 0 && get->got + n <= get->before.st_size) {
		get->got += n;
		*data = slice_of(get->block, (size_t)n);
		return 1;
	}
	if (n < 0)
		file_fail(&get->failed, "GET", FILE_SOURCE, errno);
	else if (n > 0)
		err_set_operation(&get->failed, ERR_TEMPORARY, "GET", "it grew while it was read");
	else if (check_end(get) == 0) {
		close_file(get);
		get->ended = true;
		return 0;
	}
	fail_get(get);
	*err = get->failed;
	return -1;
}

void
file_get_free(struct store_get *base)
{
	struct file_get *get = (struct file_get *)base;

	close_file(get);
	free(get->bucket);
	free(get->key);
	free(get);
}

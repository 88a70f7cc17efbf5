/*
 * Keys as paths: which are safe, and how a folder beneath a bucket is reached without leaving it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "file/file.h"

/* How often the kernel is asked again if something moved while it looked. */
#define BENEATH_ATTEMPTS 100

/* How often a folder is created again if another process removes it meanwhile. */
#define MAKE_ATTEMPTS 20

static bool
part_safe(const char *part, size_t len, const char **why)
{
	*why = NULL;
	if (len == 0)
		*why = "an empty part ('/' at the start, at the end or twice in a row)";
	else if (len > NAME_MAX)
		*why = "a part of more than 255 bytes";
	else if (len <= 2 && memcmp(part, "..", len) == 0)
		*why = "a part '.' or '..'";
	else if (len >= sizeof(FILE_TEMPORARY) - 1 && memcmp(part, FILE_TEMPORARY, sizeof(FILE_TEMPORARY) - 1) == 0)
		*why = "a part that starts with '" FILE_TEMPORARY "'";
	return *why == NULL;
}

/* Follows links, but none that leads out of the folder: -1 with errno EXDEV. */
static int
open_within(int folder, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	/* EAGAIN: something was renamed meanwhile, and the kernel cannot be sure */
	for (int attempt = 0; attempt < BENEATH_ATTEMPTS; attempt++) {
		fd = syscall(SYS_openat2, folder, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return (int)fd;
}

/* The length of the path of its home folder (0: it is in none). */
static size_t
home_len(const char *home, const char *path)
{
	const char *slash = strrchr(home, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - home) + 1;

	return len > 0 && strncmp(path, home, len) == 0 && path[len] != '\0' ? len : 0;
}

/*
 * The same for the folder of a home, which may itself be a link to anywhere: no path leads out of
 * its target.
 */
static int
open_within_home(int bucket, const char *home, const char *path, int flags)
{
	size_t len = home_len(home, path);
	char folder[FILE_KEY_MAX + 1];
	int at, fd, error;

	errno = EXDEV;
	if (len == 0 || len > FILE_KEY_MAX)
		return -1;
	memcpy(folder, home, len);
	folder[len - 1] = '\0';
	at = openat(bucket, folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (at < 0)
		return -1;
	fd = open_within(at, path + len, flags);
	error = errno;
	close(at);
	errno = error;
	return fd;
}

/* Whether the path is a home's folder, or one on the way to it. */
static bool
is_home(const struct file_store *files, const char *path)
{
	size_t len = strlen(path);

	for (int i = 0; i < FILE_HOMES; i++)
		if (strncmp(files->homes[i], path, len) == 0 && files->homes[i][len] == '/')
			return true;
	return false;
}

/*
 * One step down, to the part that ends with `slash`. *linked: it is a link. open(2) reports ENOTDIR
 * for a link, too: this tells the two apart.
 */
static int
open_part(const struct file_store *files, int bucket, int folder, const char *key, const char *part, const char *slash,
          int flags, bool *linked)
{
	char path[FILE_KEY_MAX + 1];
	const char *name = path + (part - key);
	struct stat st;
	int fd;

	*linked = false;
	memcpy(path, key, (size_t)(slash - key));
	path[slash - key] = '\0';
	fd = openat(folder, name, flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 || errno != ENOTDIR)
		return fd;
	*linked = fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
	if (!*linked) {
		errno = ENOTDIR;
		return -1;
	}
	return file_open_link(files, bucket, path, flags | O_DIRECTORY);
}

/* Walks to the folder of the last part; creates missing folders if `made` is given. */
static int
walk_to_parent(const struct file_store *files, int bucket, const char *key, int flags, const char **name, int *made,
               int *depth)
{
	int folder = openat(bucket, ".", flags | O_DIRECTORY | O_CLOEXEC);
	const char *part = key;
	int next, error;
	bool linked;

	for (*depth = 0; folder >= 0; (*depth)++) {
		const char *slash = strchr(part, '/');
		char copy[NAME_MAX + 1];

		if (slash == NULL)
			break;
		if (slash - part > NAME_MAX || slash - key > FILE_KEY_MAX) {
			errno = ENAMETOOLONG;
			goto failed;
		}
		memcpy(copy, part, (size_t)(slash - part));
		copy[slash - part] = '\0';
		next = open_part(files, bucket, folder, key, part, slash, flags, &linked);
		if (next < 0 && errno == ENOENT && made != NULL && !linked) {
			if (mkdirat(folder, copy, 0777) == 0)
				(*made)++;
			else if (errno != EEXIST)
				goto failed;
			next = open_part(files, bucket, folder, key, part, slash, flags, &linked);
		}
		if (next < 0)
			goto failed;
		if (linked)
			*depth = -1; /* the parents of a link are not those of its target */
		close(folder);
		folder = next;
		part = slash + 1;
	}
	*name = part;
	return folder;
failed:
	error = errno;
	close(folder);
	errno = error;
	return -1;
}

bool
file_key_safe(const char *key, const char **why)
{
	size_t len = strlen(key);
	const char *part = key;

	if (len == 0) {
		*why = "it is empty";
		return false;
	}
	if (len > FILE_KEY_MAX) {
		*why = "more than 1,024 bytes";
		return false;
	}
	for (;;) {
		const char *slash = strchrnul(part, '/');

		if (!part_safe(part, (size_t)(slash - part), why))
			return false;
		if (*slash == '\0')
			return true;
		part = slash + 1;
	}
}

bool
file_name_listed(const char *name)
{
	const char *why;

	return part_safe(name, strlen(name), &why);
}

int
file_open_bucket(int root, const char *bucket, const char *verb, struct err *err)
{
	const char *why;
	int fd;

	if (strchr(bucket, '/') != NULL || !part_safe(bucket, strlen(bucket), &why)) {
		err_set_answer(err, ERR_ACCESS, verb, 400, "InvalidBucketName");
		return err_set_detail(err, "not a valid name of a folder");
	}
	fd = openat(root, bucket, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	return file_fail(err, verb, FILE_BUCKET, errno);
}

int
file_open_link(const struct file_store *files, int bucket, const char *path, int flags)
{
	int fd = is_home(files, path) ? openat(bucket, path, flags | O_CLOEXEC) : open_within(bucket, path, flags);

	for (int i = 0; i < FILE_HOMES && fd < 0 && errno == EXDEV; i++)
		fd = open_within_home(bucket, files->homes[i], path, flags);
	/* If the kernel, or a sandbox, does not know openat2(2), no link is followed. */
	if (fd < 0 && (errno == EXDEV || errno == ENOSYS || errno == EPERM))
		errno = ELOOP;
	return fd;
}

int
file_open_parent(const struct file_store *files, int bucket, const char *key, int flags, const char **name)
{
	int depth;

	return walk_to_parent(files, bucket, key, flags, name, NULL, &depth);
}

int
file_make_parent(const struct file_store *files, int bucket, const char *key, const char **name, int *made, int *depth)
{
	for (int attempt = 0;; attempt++) {
		int fd;

		*made = 0;
		fd = walk_to_parent(files, bucket, key, O_RDONLY, name, made, depth);
		if (fd >= 0 || errno != ENOENT || attempt == MAKE_ATTEMPTS)
			return fd;
	}
}

void
file_unmake_parent(const struct file_store *files, int bucket, const char *key, int made)
{
	char path[FILE_KEY_MAX + 1];
	size_t len = strlen(key);

	memcpy(path, key, len + 1);
	for (; made > 0; made--) {
		char *slash = strrchr(path, '/');
		const char *name;
		int folder, error;

		if (slash == NULL)
			return;
		*slash = '\0';
		folder = file_open_parent(files, bucket, path, O_PATH, &name);
		if (folder < 0)
			return;
		error = unlinkat(folder, name, AT_REMOVEDIR);
		close(folder);
		if (error < 0)
			return;
	}
}

void
file_etag(const struct stat *st, char *etag, size_t size)
{
	snprintf(etag, size, "%llx-%llx%08lx-%llx", (unsigned long long)st->st_size, (unsigned long long)st->st_mtim.tv_sec,
	         (unsigned long)st->st_mtim.tv_nsec, (unsigned long long)st->st_ino);
}

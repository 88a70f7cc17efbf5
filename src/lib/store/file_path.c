/* Keys as paths: which are safe, and how a folder beneath a bucket is reached without leaving it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/file.h"

/* How often a folder that another process removes under our hands is made anew. */
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

	if (strchr(bucket, '/') != NULL || !part_safe(bucket, strlen(bucket), &why))
		return err_set(err, ERR_ACCESS, "%s: 400 InvalidBucketName (no name for a folder)", verb);
	fd = openat(root, bucket, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	return file_fail(err, verb, FILE_BUCKET, errno);
}

/* One step down. ENOTDIR is what open(2) says of a link, too: tell the two apart. */
static int
open_part(int folder, const char *part, int flags)
{
	int fd = openat(folder, part, flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 || errno != ENOTDIR)
		return fd;
	errno = fstatat(folder, part, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode) ? ELOOP : ENOTDIR;
	return -1;
}

/* Walks to the folder of the last part; makes what is missing where `made` is given. */
static int
walk(int bucket, const char *key, int flags, const char **name, int *made, int *depth)
{
	int folder = openat(bucket, ".", flags | O_DIRECTORY | O_CLOEXEC);
	const char *part = key;
	int next, error;

	for (*depth = 0; folder >= 0; (*depth)++) {
		const char *slash = strchr(part, '/');
		char copy[NAME_MAX + 1];

		if (slash == NULL)
			break;
		if (slash - part > NAME_MAX) {
			errno = ENAMETOOLONG;
			goto failed;
		}
		memcpy(copy, part, (size_t)(slash - part));
		copy[slash - part] = '\0';
		next = open_part(folder, copy, flags);
		if (next < 0 && errno == ENOENT && made != NULL) {
			if (mkdirat(folder, copy, 0777) == 0)
				(*made)++;
			else if (errno != EEXIST)
				goto failed;
			next = open_part(folder, copy, flags);
		}
		if (next < 0)
			goto failed;
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

int
file_open_parent(int bucket, const char *key, int flags, const char **name)
{
	int depth;

	return walk(bucket, key, flags, name, NULL, &depth);
}

int
file_make_parent(int bucket, const char *key, const char **name, int *made, int *depth)
{
	for (int attempt = 0;; attempt++) {
		int fd;

		*made = 0;
		fd = walk(bucket, key, O_RDONLY, name, made, depth);
		if (fd >= 0 || errno != ENOENT || attempt == MAKE_ATTEMPTS)
			return fd;
	}
}

void
file_unmake_parent(int bucket, const char *key, int made)
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
		folder = file_open_parent(bucket, path, O_PATH, &name);
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

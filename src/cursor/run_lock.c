/* The folder and the file of a run's lock. */
#include "cursor/run_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

/*
 * Whether only we can change the files that we make in this folder: it is our own, or root's like
 * /tmp. Else errno says why.
 */
static bool
is_trusted(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	errno = EPERM;
	return st.st_uid == 0 || (st.st_uid == geteuid() && (st.st_mode & (S_IWOTH | S_ISVTX)) != S_IWOTH);
}

/*
 * Goes down into a folder, which is made if it is not there. Closes `above`. Returns the
 * descriptor, or -1 with errno.
 */
static int
enter_folder(int above, const char *name)
{
	int fd, error;

	if (mkdirat(above, name, 0700) < 0 && errno != EEXIST)
		fd = -1;
	else
		fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	error = errno;
	close(above);
	errno = error;
	return fd;
}

/* Makes it the user's alone to write. Returns 0, or -1 with errno. */
static int
close_to_others(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (st.st_uid != geteuid()) {
		errno = EPERM;
		return -1;
	}
	return (st.st_mode & 022) != 0 ? fchmod(fd, st.st_mode & 07755) : 0;
}

/*
 * Opens the last of these folders (NULL at the end), each in the one before it; those after the
 * first are created. Appends the path. Returns its descriptor, or -1 with errno.
 */
static int
open_folder(const char *const *parts, struct buf *path)
{
	int fd = *parts[0] == '/' ? open(parts[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int error;

	if (*parts[0] != '/')
		errno = EINVAL;
	buf_append_str(path, parts[0]);
	for (parts++; fd >= 0 && *parts != NULL; parts++) {
		if (!is_trusted(fd)) {
			error = errno;
			close(fd);
			errno = error;
			return -1;
		}
		fd = enter_folder(fd, *parts);
		buf_printf(path, "/%s", *parts);
	}
	if (fd >= 0 && close_to_others(fd) < 0) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* The file itself. Returns 0, or -1 with errno. */
static int
make_lock_file(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	struct stat st;
	int result = -1;

	if (fd < 0)
		return -1;
	errno = EPERM;
	/* With a new time, else a tidy /tmp may lose it while it is held. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_nlink == 1 &&
	    fchmod(fd, 0600) == 0 && futimens(fd, NULL) == 0)
		result = 0;
	close(fd);
	return result;
}

/* Tries one place. Returns 0 with the path, or -1; `tried` says why. */
static int
try_place(const char *const *parts, const char *name, struct buf *path, struct buf *tried)
{
	int folder, result = -1;

	if (parts[0] == NULL || *parts[0] == '\0')
		return -1;
	buf_reset(path);
	folder = open_folder(parts, path);
	if (folder >= 0) {
		buf_printf(path, "/%s", name);
		result = make_lock_file(folder, name);
	}
	if (result < 0)
		buf_printf(tried, "%s%s: %s", tried->len > 0 ? "; " : "", buf_cstr(path), strerror(errno));
	if (folder >= 0)
		close(folder);
	return result;
}

int
run_lock_prepare(const char *identity, struct buf *path, struct err *err)
{
	XXH128_hash_t hash = XXH3_128bits(identity, strlen(identity));
	const struct passwd *user = getpwuid(geteuid());
	const char *unit = getenv("STATE_DIRECTORY");
	char name[64], own[32], *first = unit != NULL ? strndup(unit, strcspn(unit, ":")) : NULL;
	const char *const places[][5] = {
		{getenv("XDG_STATE_HOME"), "seniority"},
		{getenv("HOME"), ".local", "state", "seniority"},
		{user != NULL ? user->pw_dir : NULL, ".local", "state", "seniority"},
		{first},
		{"/tmp", own},
	};
	struct buf found = BUF_INIT, tried = BUF_INIT;
	int result = -1;

	snprintf(name, sizeof(name), "run-%016" PRIx64 "%016" PRIx64 ".lock", hash.high64, hash.low64);
	snprintf(own, sizeof(own), "seniority-%ju", (uintmax_t)geteuid());
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && result < 0; i++)
		result = try_place(places[i], name, &found, &tried);
	if (result == 0)
		buf_append_slice(path, slice_of_buf(&found));
	else
		err_set(err, ERR_USAGE, "no folder for the lock that only this user can write to (set XDG_STATE_HOME): %s",
		        buf_cstr(&tried));
	free(first);
	buf_release(&found);
	buf_release(&tried);
	return result;
}

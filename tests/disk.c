/*
 * A disk with bad days, for LD_PRELOAD. DISK_LOG=FILE notes the calls that make a put durable, a
 * line each; DISK_FAIL="CALL:ERRNO" makes that call fail: fsync (of files), fsyncdir, rename, write
 * (of more than 1 byte to a regular file). DISK_KILL=N kills the process where it would make the Nth change that others
 * see, a rename or the removal of a file, counted from 0.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
note(const char *call)
{
	const char *path = getenv("DISK_LOG");
	char line[64];
	int fd, len;

	if (path == NULL)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	len = snprintf(line, sizeof(line), "%s\n", call);
	if (write(fd, line, (size_t)len) != len)
		abort();
	close(fd);
}

static int
fails(const char *call)
{
	const char *wanted = getenv("DISK_FAIL");
	size_t len = strlen(call);

	if (wanted == NULL || strncmp(wanted, call, len) != 0 || wanted[len] != ':')
		return 0;
	errno = atoi(wanted + len + 1);
	return 1;
}

static void
perhaps_die(void)
{
	static int changes;
	const char *wanted = getenv("DISK_KILL");

	if (wanted != NULL && atoi(wanted) == changes++)
		raise(SIGKILL);
}

int
fsync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
	struct stat st;
	const char *call = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) ? "fsyncdir" : "fsync";

	note(call);
	return fails(call) ? -1 : real(fd);
}

int
renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	int (*real)(int, const char *, int, const char *) =
		(int (*)(int, const char *, int, const char *))dlsym(RTLD_NEXT, "renameat");

	note("rename");
	perhaps_die();
	return fails("rename") ? -1 : real(from_dir, from, to_dir, to);
}

ssize_t
write(int fd, const void *data, size_t len)
{
	ssize_t (*real)(int, const void *, size_t) = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
	struct stat st;

	if (getenv("DISK_FAIL") != NULL && len > 1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && fd > 2 &&
	    fails("write"))
		return -1;
	return real(fd, data, len);
}

int
unlinkat(int folder, const char *name, int flags)
{
	int (*real)(int, const char *, int) = (int (*)(int, const char *, int))dlsym(RTLD_NEXT, "unlinkat");

	if (strncmp(name, ".tmp-", 5) != 0)
		perhaps_die();
	return real(folder, name, flags);
}

/*
 * A wrong clock and a full disk, for LD_PRELOAD. CHAOS_CONTROL names a file of two 64-bit numbers, which may
 * change at any time: the error of the wall clock in nanoseconds, and whether the disk is full (then
 * a write to a regular file stores half of it, and the next one fails with ENOSPC). The monotonic
 * clock stays right.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

struct control {
	volatile int64_t offset;
	volatile int64_t full;
};

static const struct control *
control(void)
{
	static const struct control none;
	static const struct control *mapped;
	const char *path = getenv("CHAOS_CONTROL");
	void *memory;
	int fd;

	if (mapped != NULL)
		return mapped;
	if (path == NULL || (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return &none;
	memory = mmap(NULL, sizeof(struct control), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (memory == MAP_FAILED)
		return &none;
	mapped = memory;
	return mapped;
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	static int (*real)(clockid_t, struct timespec *);
	int64_t now;
	int result;

	if (real == NULL)
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	result = real(clock, t);
	if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
		now = t->tv_sec * SECOND + t->tv_nsec + control()->offset;
		t->tv_sec = now / SECOND;
		t->tv_nsec = now % SECOND;
	}
	return result;
}

time_t
time(time_t *to)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (to != NULL)
		*to = now.tv_sec;
	return now.tv_sec;
}

int
gettimeofday(struct timeval *restrict to, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	to->tv_sec = now.tv_sec;
	to->tv_usec = now.tv_nsec / 1000;
	return 0;
}

/* Standard output and error are not on the disk that is full. */
ssize_t
write(int fd, const void *data, size_t len)
{
	static ssize_t (*real)(int, const void *, size_t);
	static __thread int halved;
	struct stat st;

	if (real == NULL)
		real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
	if (control()->full && fd > 2 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		halved = !halved && len > 1;
		if (!halved) {
			errno = ENOSPC;
			return -1;
		}
		len /= 2;
	}
	return real(fd, data, len);
}

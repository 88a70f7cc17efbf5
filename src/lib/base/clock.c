/* Time. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

static int64_t
milliseconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_unix(void)
{
	return milliseconds(CLOCK_REALTIME) / 1000;
}

int64_t
clock_unix_ms(void)
{
	return milliseconds(CLOCK_REALTIME);
}

int64_t
clock_mono_ms(void)
{
	return milliseconds(CLOCK_MONOTONIC);
}

int64_t
clock_mono_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void
clock_format_iso(int64_t unix_seconds, char *text)
{
	time_t t = (time_t)unix_seconds;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		memcpy(text, "1970-01-01T00:00:00Z", 21);
}

int64_t
clock_parse_iso(const char *text)
{
	struct tm tm = {0};
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	if (rest == NULL)
		return -1;
	if (*rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (strcmp(rest, "Z") != 0 && strcmp(rest, "+00:00") != 0)
		return -1;
	return (int64_t)timegm(&tm);
}

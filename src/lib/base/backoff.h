/* How long to wait between tries: longer after each one, up to a limit; all times in ms. */
#ifndef BASE_BACKOFF_H
#define BASE_BACKOFF_H

#include <stdint.h>

/* The wait after `last`: first, then twice as long each time, at most `most`. last 0: there was none. */
static inline int64_t
backoff_next(int64_t last, int64_t first, int64_t most)
{
	int64_t next = last == 0 ? first : last < most / 2 ? last * 2 : most;

	return next < most ? next : most;
}

/*
 * The wait after try n (1, 2, ...) failed: a random part of what backoff_next() makes it, so that
 * clients which failed together do not come back together. 0 <= random < 1.
 */
static inline int64_t
backoff_delay(int n, int64_t first, int64_t most, double random)
{
	int64_t delay = 0;

	for (int i = 0; i < n && delay < most; i++)
		delay = backoff_next(delay, first, most);
	return (int64_t)((double)delay * random);
}

#endif

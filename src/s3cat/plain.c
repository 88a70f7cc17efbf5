/* Sixteen bytes at a time, without a branch. */
#include "s3cat/plain.h"

#include <stdbool.h>
#include <string.h>

enum {
	WIDTH = 16,
	AFTER = 3,    /* bytes that are checked after a '\n' */
	SOON = 2048,  /* bytes further on that will be wanted when they have come from memory */
	ROUNDS = 255, /* as many as a byte can count */
};

typedef unsigned char bytes __attribute__((vector_size(WIDTH)));

static inline bytes
load_bytes(const char *from)
{
	bytes loaded;

	memcpy(&loaded, from, sizeof(loaded));
	return loaded;
}

/* A line that starts with white space may be blank, and {"@": has its '@' there. */
static inline bool
is_odd(const char *line, size_t len)
{
	return len == 0 || (unsigned char)line[0] <= ' ' || (len >= AFTER && line[AFTER - 1] == '@');
}

static unsigned int
sum_of(bytes counts)
{
	unsigned int sum = 0;

	for (int i = 0; i < WIDTH; i++)
		sum += counts[i];
	return sum;
}

/* The '\n' in `rounds` times WIDTH bytes, which are followed by AFTER more. */
static unsigned int
count_ends(const char *at, size_t rounds, bool *odd)
{
	bytes ends = {0}, odds = {0};

	for (; rounds > 0; rounds--, at += WIDTH) {
		bytes end = (bytes)(load_bytes(at) == '\n');

		__builtin_prefetch(at + SOON);
		ends -= end;
		odds |= end & ((bytes)(load_bytes(at + 1) <= ' ') | (bytes)(load_bytes(at + AFTER) == '@'));
	}
	*odd = sum_of(odds & 1) > 0;
	return sum_of(ends);
}

int64_t
plain_count(const char *lines, size_t len)
{
	const char *at = lines, *end = lines + len;
	int64_t count = 0;
	bool odd = is_odd(lines, len);

	while (!odd && (size_t)(end - at) >= WIDTH + AFTER) {
		size_t rounds = ((size_t)(end - at) - AFTER) / WIDTH;

		if (rounds > ROUNDS)
			rounds = ROUNDS;
		count += count_ends(at, rounds, &odd);
		at += rounds * WIDTH;
	}
	for (; !odd && at < end; at++) {
		if (*at != '\n')
			continue;
		count++;
		odd = at + 1 < end && is_odd(at + 1, (size_t)(end - at - 1));
	}
	return odd ? -1 : count;
}

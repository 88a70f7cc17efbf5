/*
 * Random numbers (splitmix64): the same for the same seed on every machine. Good for spreading tries
 * over time, for names and for made-up data; not for secrets.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state;
};

/* A generator whose numbers no other process will have. */
struct random random_seeded(void);

/* 64 random bits. */
static inline uint64_t
random_next(struct random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* 0..n-1. The bias is below n / 2^64, too small to notice. */
static inline uint64_t
random_below(struct random *random, uint64_t n)
{
	return (uint64_t)((unsigned __int128)random_next(random) * n >> 64);
}

/* 0 <= x < 1. */
static inline double
random_unit(struct random *random)
{
	return (double)(random_next(random) >> 11) * 0x1p-53;
}

#endif

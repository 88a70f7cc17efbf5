/*
 * How long things take: a histogram of bounded size, each step of which is an eighth of the power
 * of two that it is in, so that what it says is at most an eighth too much. All zeroes is an empty
 * one.
 */
#ifndef BASE_LATENCY_H
#define BASE_LATENCY_H

#include <stdint.h>

#define LATENCY_STEPS 256 /* up to 2^34 us, nearly five hours */

struct latency {
	int64_t count;
	int64_t steps[LATENCY_STEPS];
};

void latency_add(struct latency *latency, int64_t us);
/* The time that so many in a hundred did not exceed, in us; 0 if there were none. */
int64_t latency_percentile(const struct latency *latency, int percent);

#endif

/*
 * A histogram of durations, of bounded size. Each step is an eighth of its power of two, so a
 * result is at most an eighth too high. All zeroes is an empty one.
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
/* The time in us that `percent` in a hundred did not exceed; 0 if there were none. */
int64_t latency_percentile(const struct latency *latency, int percent);

#endif

/* Numbers 1..n; k has a probability proportional to 1/k (Zipf's law with exponent 1). */
#ifndef SENGEN_ZIPF_H
#define SENGEN_ZIPF_H

#include <stdint.h>

#include "base/random.h"

struct zipf {
	uint64_t n;
	double low, high; /* the range of the integral that is drawn from */
	double sure;      /* points this near to their number are taken without looking at the curve */
};

void zipf_init(struct zipf *zipf, uint64_t n);

/* Takes constant time and memory for any n. */
uint64_t zipf_next(const struct zipf *zipf, struct random *random);

#endif

/*
 * Rejection-inversion (Hörmann and Derflinger, 1996). A point under the curve 1/x is drawn by the
 * inverse of its integral, log(x), and rounded to k. It is accepted if it falls into the bar of k,
 * which has the area 1/k and ends at k + 1/2. Fewer than one in ten draws are rejected.
 */
#include "sengen/zipf.h"

#include <math.h>

void
zipf_init(struct zipf *zipf, uint64_t n)
{
	zipf->n = n;
	/* The bar of 1 has the area 1, and so begins left of 1/2. */
	zipf->low = log(1.5) - 1;
	zipf->high = log((double)n + 0.5);
	zipf->sure = 2 - exp(log(2.5) - 0.5);
}

uint64_t
zipf_next(const struct zipf *zipf, struct random *random)
{
	while (1) {
		double u = zipf->high + random_unit(random) * (zipf->low - zipf->high);
		double x = exp(u);
		double k = floor(x + 0.5);
		if (k < 1)
			k = 1;
		if (k > (double)zipf->n)
			k = (double)zipf->n;
		if (k - x <= zipf->sure || u >= log(k + 0.5) - 1 / k)
			return (uint64_t)k;
	}
}

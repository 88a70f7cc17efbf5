/* The histogram of latency.h. */
#include "base/latency.h"

#define EIGHTH 3 /* as a power of two */

static int
step_of(int64_t us)
{
	int top, step;

	if (us < 1 << EIGHTH)
		return us > 0 ? (int)us : 0;
	top = 63 - __builtin_clzll((unsigned long long)us);
	step = ((top - EIGHTH + 1) << EIGHTH) + (int)((us >> (top - EIGHTH)) & ((1 << EIGHTH) - 1));
	return step < LATENCY_STEPS ? step : LATENCY_STEPS - 1;
}

/* The largest time in it. */
static int64_t
end_of(int step)
{
	int octave = step >> EIGHTH;
	int64_t first;

	if (octave == 0)
		return step;
	first = ((int64_t)(1 << EIGHTH) + (step & ((1 << EIGHTH) - 1))) << (octave - 1);
	return first + ((int64_t)1 << (octave - 1)) - 1;
}

void
latency_add(struct latency *latency, int64_t us)
{
	latency->count++;
	latency->steps[step_of(us)]++;
}

int64_t
latency_percentile(const struct latency *latency, int percent)
{
	int64_t wanted = (latency->count * percent + 99) / 100;
	int step = 0;

	if (latency->count == 0)
		return 0;
	for (int64_t seen = latency->steps[0]; seen < wanted && step < LATENCY_STEPS - 1; seen += latency->steps[step])
		step++;
	return end_of(step);
}

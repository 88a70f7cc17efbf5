/* A stopwatch with several dials. */
#include "senenrich/time_profile.h"

#include "base/clock.h"

void
time_profile_start(struct time_profile *profile)
{
	*profile = (struct time_profile){.since_ns = clock_mono_ns()};
}

enum time_use
time_profile_switch(struct time_profile *profile, enum time_use on)
{
	enum time_use before = profile->now;
	int64_t now = clock_mono_ns();

	profile->ns[before] += now - profile->since_ns;
	profile->since_ns = now;
	profile->now = on;
	return before;
}

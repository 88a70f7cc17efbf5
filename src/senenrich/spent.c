/* The stopwatch. */
#include "senenrich/spent.h"

#include "base/clock.h"

void
spent_start(struct spent *spent)
{
	*spent = (struct spent){.since_ns = clock_mono_ns()};
}

enum spent_on
spent_switch(struct spent *spent, enum spent_on on)
{
	enum spent_on before = spent->now;
	int64_t now = clock_mono_ns();

	spent->ns[before] += now - spent->since_ns;
	spent->since_ns = now;
	spent->now = on;
	return before;
}

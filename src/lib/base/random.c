/* Random numbers: see random.h. */
#include "base/random.h"

#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"

struct random
random_seeded(void)
{
	struct random random;

	/* Early at boot the kernel has none yet. */
	if (getrandom(&random.state, sizeof(random.state), GRND_NONBLOCK) != sizeof(random.state))
		random.state = (uint64_t)clock_unix_ms() ^ (uint64_t)getpid() << 40;
	return random;
}

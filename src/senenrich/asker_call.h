/* Inside of the asker: one call, from its first try to its last. */
#ifndef SENENRICH_ASKER_CALL_H
#define SENENRICH_ASKER_CALL_H

#include "senenrich/asker.h"

struct ask {
	struct pair **pairs;
	size_t count;
	struct buf request; /* packed once, sent as often as needed */
	int attempts;
	int64_t sent_ns;
	int64_t retry_at; /* 0: under way */
	bool probe;
	struct ask *next;
};

/* A call of `count` pairs (to be filled in), due at once. */
struct ask *ask_new(struct asker *asker, size_t count);
void ask_remove(struct asker *asker, struct ask *ask);

#endif

/* Private to the dispatcher: one call, from its first try to its last. */
#ifndef SENENRICH_DISPATCHER_CALL_H
#define SENENRICH_DISPATCHER_CALL_H

#include "senenrich/dispatcher.h"

struct dispatcher_call {
	struct pair **pairs;
	size_t count;
	struct buf request; /* packed once, sent as often as needed */
	int attempts;
	int64_t sent_ns;
	int64_t retry_at; /* 0: under way */
	bool probe;
	struct dispatcher_call *next;
};

/* Takes the first pair off the queue, which must not be empty. */
static inline struct pair *
dispatcher_next_pair(struct dispatcher *dispatcher)
{
	struct pair *pair = *(struct pair **)ring_pop(&dispatcher->queue);

	dispatcher->queued_bytes -= pair->bytes;
	return pair;
}

/* Adds a call of `count` pairs, which the caller fills in. It is due at once. */
struct dispatcher_call *dispatcher_call_new(struct dispatcher *dispatcher, size_t count);
void dispatcher_call_remove(struct dispatcher *dispatcher, struct dispatcher_call *call);

#endif

/* Commands to Redis that have no answer yet: first in, first out, as the answers come. */
#ifndef SENENRICH_LOOKUP_QUEUE_H
#define SENENRICH_LOOKUP_QUEUE_H

#include <stddef.h>

#include "senenrich/lookup_entry.h"

struct lookup_queue {
	struct lookup_entry *entries;
	size_t head, count, capacity; /* a ring */
};

void lookup_queue_release(struct lookup_queue *queue);
void lookup_queue_push(struct lookup_queue *queue, struct lookup_entry entry);

/* The first one; the queue must not be empty. */
struct lookup_entry lookup_queue_pop(struct lookup_queue *queue);

#endif

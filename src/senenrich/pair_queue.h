/*
 * A queue of pairs, first in, first out. Pushing a pair passes on a reference to it; popping
 * returns that reference.
 */
#ifndef SENENRICH_PAIR_QUEUE_H
#define SENENRICH_PAIR_QUEUE_H

#include <stddef.h>

#include "senenrich/pairs.h"

struct pair_queue {
	struct pair **pairs; /* a ring */
	size_t head, count, capacity;
	size_t bytes; /* of the texts of all its pairs */
};

void pair_queue_release(struct pair_queue *queue);

void pair_queue_push(struct pair_queue *queue, struct pair *pair);

/* The first one; the queue must not be empty. */
struct pair *pair_queue_pop(struct pair_queue *queue);

/* The i-th from the front, which must be there. */
struct pair *pair_queue_at(const struct pair_queue *queue, size_t i);

#endif

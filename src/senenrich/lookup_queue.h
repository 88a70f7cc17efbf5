/* What Redis is asked and told, in a row: first in, first out, as its answers come. */
#ifndef SENENRICH_LOOKUP_QUEUE_H
#define SENENRICH_LOOKUP_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "senenrich/pairs.h"

enum lookup_kind {
	LOOK_UP,
	LOOK_UP_LEGACY, /* under the predecessor's key */
	LOOK_CLAIM,     /* a look-up with a claim in front of it */
	WRITE_BACK,
	RENEW_CLAIM,
	END_CLAIM,
};

struct lookup_entry {
	struct pair *pair; /* NULL: nobody waits for it */
	struct pair_hash hash;
	uint8_t kind;
	uint8_t seniority; /* to write */
};

struct lookup_queue {
	struct lookup_entry *entries;
	size_t head, count, capacity; /* a ring */
};

void lookup_queue_release(struct lookup_queue *queue);
void lookup_queue_push(struct lookup_queue *queue, struct lookup_entry entry);

/* The first one; the queue must not be empty. */
struct lookup_entry lookup_queue_pop(struct lookup_queue *queue);

/* Whether it changes nothing in Redis. */
static inline bool
lookup_entry_is_read(const struct lookup_entry *entry)
{
	return entry->kind == LOOK_UP || entry->kind == LOOK_UP_LEGACY;
}

#endif

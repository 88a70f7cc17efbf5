/* One command to Redis: a look-up, a write-back, or one of a claim's commands. */
#ifndef SENENRICH_LOOKUP_ENTRY_H
#define SENENRICH_LOOKUP_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ring.h"
#include "cache/cache.h"
#include "senenrich/pairs.h"

enum lookup_kind {
	LOOK_UP,
	LOOK_UP_LEGACY, /* under the predecessor's key */
	LOOK_CLAIM,     /* a claim, followed by a look-up */
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

/* Whether the command changes nothing in Redis. */
static inline bool
lookup_entry_is_read(const struct lookup_entry *entry)
{
	return entry->kind == LOOK_UP || entry->kind == LOOK_UP_LEGACY;
}

/* Whether a pair waits for the answer. */
static inline bool
lookup_entry_is_question(const struct lookup_entry *entry)
{
	return lookup_entry_is_read(entry) || entry->kind == LOOK_CLAIM;
}

/* Add an entry to a ring of them, and take off the head, which must be there. */
static inline void
lookup_entry_push(struct ring *ring, struct lookup_entry entry)
{
	*(struct lookup_entry *)ring_push(ring) = entry;
}

static inline struct lookup_entry
lookup_entry_pop(struct ring *ring)
{
	return *(struct lookup_entry *)ring_pop(ring);
}

/* Sends the command. A failure also shows at the next answer. -1 with err. */
int lookup_entry_send(const struct lookup_entry *entry, struct cache *cache, struct err *err);

#endif

/* Memory that is given back all at once: what protobuf-c builds for one call. */
#ifndef SENSERVE_ARENA_H
#define SENSERVE_ARENA_H

#include <stddef.h>

struct arena_block;

/* {0} is an empty one. */
struct arena {
	struct arena_block *blocks; /* the newest first */
};

/* Aligned for anything. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);

/* Forgets everything; keeps one block of an ordinary size for the next time. */
void arena_reset(struct arena *arena);
void arena_release(struct arena *arena);

#endif

/* Memory that is freed all at once: protobuf-c's allocations for one call. */
#ifndef SENSERVE_ARENA_H
#define SENSERVE_ARENA_H

#include <stddef.h>

struct arena_block;

/* {0} is an empty one. */
struct arena {
	struct arena_block *blocks; /* newest first */
};

/* Aligned for anything. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);

/* Frees everything, but keeps one block of an ordinary size for the next time. */
void arena_reset(struct arena *arena);
void arena_release(struct arena *arena);

#endif

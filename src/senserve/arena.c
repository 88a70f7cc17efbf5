/* Blocks of 1 MiB, or of the size asked for if that is more. */
#include "senserve/arena.h"

#include <stdlib.h>

#include "base/mem.h"

#define BLOCK_SIZE ((size_t)1 << 20)

struct arena_block {
	struct arena_block *older;
	size_t size;
	size_t used;
	max_align_t data[];
};

void *
arena_alloc(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->blocks;

	size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	if (!block || block->size - block->used < size) {
		size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
		block = mem_alloc(sizeof *block + room);
		*block = (struct arena_block){arena->blocks, room, 0};
		arena->blocks = block;
	}
	void *data = (char *)block->data + block->used;
	block->used += size;
	return data;
}

void
arena_reset(struct arena *arena)
{
	while (arena->blocks && (arena->blocks->older || arena->blocks->size > BLOCK_SIZE)) {
		struct arena_block *older = arena->blocks->older;
		free(arena->blocks);
		arena->blocks = older;
	}
	if (arena->blocks)
		arena->blocks->used = 0;
}

void
arena_release(struct arena *arena)
{
	arena_reset(arena);
	free(arena->blocks);
	arena->blocks = NULL;
}

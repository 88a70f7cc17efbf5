/* A ring that doubles when it is full. */
#include "senenrich/pair_queue.h"

#include <stdlib.h>

#include "base/mem.h"

enum { FIRST_CAPACITY = 1024 };

static void
grow_queue(struct pair_queue *queue)
{
	size_t capacity = queue->capacity ? queue->capacity * 2 : FIRST_CAPACITY;
	struct pair **pairs = mem_zero(capacity, sizeof(struct pair *));

	for (size_t i = 0; i < queue->count; i++)
		pairs[i] = pair_queue_at(queue, i);
	free(queue->pairs);
	queue->pairs = pairs;
	queue->capacity = capacity;
	queue->head = 0;
}

void
pair_queue_release(struct pair_queue *queue)
{
	free(queue->pairs);
	*queue = (struct pair_queue){0};
}

void
pair_queue_push(struct pair_queue *queue, struct pair *pair)
{
	if (queue->count == queue->capacity)
		grow_queue(queue);
	queue->pairs[(queue->head + queue->count++) & (queue->capacity - 1)] = pair;
	queue->bytes += pair->bytes;
}

struct pair *
pair_queue_pop(struct pair_queue *queue)
{
	struct pair *pair = queue->pairs[queue->head];

	queue->head = (queue->head + 1) & (queue->capacity - 1);
	queue->count--;
	queue->bytes -= pair->bytes;
	return pair;
}

struct pair *
pair_queue_at(const struct pair_queue *queue, size_t i)
{
	return queue->pairs[(queue->head + i) & (queue->capacity - 1)];
}

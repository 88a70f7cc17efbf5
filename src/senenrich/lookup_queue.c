/* A ring that doubles when it is full. */
#include "senenrich/lookup_queue.h"

#include <stdlib.h>

#include "base/mem.h"

void
lookup_queue_release(struct lookup_queue *q)
{
	free(q->entries);
	*q = (struct lookup_queue){0};
}

void
lookup_queue_push(struct lookup_queue *q, struct lookup_entry entry)
{
	if (q->count == q->capacity) {
		size_t capacity = q->capacity ? q->capacity * 2 : 1024;
		struct lookup_entry *entries = mem_zero(capacity, sizeof(*entries));

		for (size_t i = 0; i < q->count; i++)
			entries[i] = q->entries[(q->head + i) & (q->capacity - 1)];
		free(q->entries);
		q->entries = entries;
		q->capacity = capacity;
		q->head = 0;
	}
	q->entries[(q->head + q->count++) & (q->capacity - 1)] = entry;
}

struct lookup_entry
lookup_queue_pop(struct lookup_queue *q)
{
	struct lookup_entry entry = q->entries[q->head];

	q->head = (q->head + 1) & (q->capacity - 1);
	q->count--;
	return entry;
}

/* The ring of transfers. */
#include "s3cat/queue.h"

#include <stdlib.h>

#include "base/mem.h"

/* Places in the ring for each transfer that may be under way. */
#define PLACES 2

static struct slice
copy_text(struct buf *text, struct slice s)
{
	const char *at = text->data + text->len;

	buf_append_slice(text, s);
	buf_append_byte(text, '\0');
	return slice_of(at, s.len);
}

/* The next place in the ring, for this record. */
static struct transfer *
add_transfer(struct queue *queue, const struct object_record *record)
{
	struct transfer *transfer = &queue->ring[(queue->head + queue->count) % queue->size];
	struct buf *text = &transfer->text;

	buf_reset(text);
	/* room for all at once: the slices must not move */
	buf_reserve(text, record->bucket.len + record->key.len + record->etag.len + record->list.len + 4);
	transfer->record = (struct object_record){
		.bucket = copy_text(text, record->bucket),
		.key = copy_text(text, record->key),
		.size = record->size,
		.etag = copy_text(text, record->etag),
		.rewritten = record->rewritten,
		.list = copy_text(text, record->list),
	};
	transfer->get = NULL;
	transfer->begun = false;
	queue->count++;
	return transfer;
}

void
queue_init(struct queue *queue, size_t parallel)
{
	size_t size = parallel * PLACES;

	*queue = (struct queue){.ring = mem_zero(size, sizeof(*queue->ring)), .size = size, .parallel = parallel};
}

void
queue_release(struct queue *queue)
{
	while (queue->count > 0)
		queue_pop(queue);
	for (size_t i = 0; i < queue->size; i++)
		buf_release(&queue->ring[i].text);
	free(queue->ring);
}

bool
queue_has_room(const struct queue *queue, const struct store *store)
{
	return queue->count < queue->parallel || (queue->count < queue->size && store_get_room(store, queue->parallel));
}

void
queue_add(struct queue *queue, struct store *store, const struct object_record *record)
{
	struct transfer *transfer = add_transfer(queue, record);
	const struct store_get_options listed = {record->size, transfer->record.etag.ptr};

	transfer->get = store_get_open(store, transfer->record.bucket.ptr, transfer->record.key.ptr, &listed);
}

void
queue_add_refused(struct queue *queue, const struct object_record *record, const struct err *why)
{
	add_transfer(queue, record)->refused = *why;
}

void
queue_prefer(struct queue *queue, size_t behind)
{
	struct transfer *head = queue_head(queue), *other = queue_at(queue, behind);
	struct transfer swap = *head;

	*head = *other;
	*other = swap;
}

void
queue_pop(struct queue *queue)
{
	store_get_free(queue_head(queue)->get);
	queue->head = (queue->head + 1) % queue->size;
	queue->count--;
}

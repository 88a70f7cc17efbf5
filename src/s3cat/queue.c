/* The ring of transfers. */
#include "s3cat/queue.h"

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
	struct transfer *transfer = ring_push(&queue->ring);
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
	return transfer;
}

void
queue_init(struct queue *queue, size_t parallel)
{
	*queue = (struct queue){.ring.size = sizeof(struct transfer), .parallel = parallel};
	ring_reserve(&queue->ring, parallel * PLACES);
}

void
queue_release(struct queue *queue)
{
	while (queue->ring.count > 0)
		queue_pop(queue);
	for (size_t i = 0; i < queue->ring.capacity; i++)
		buf_release(&queue_at(queue, i)->text);
	ring_release(&queue->ring);
}

bool
queue_has_room(const struct queue *queue, const struct store *store)
{
	size_t count = queue->ring.count;

	return count < queue->parallel || (count < queue->ring.capacity && store_get_room(store, queue->parallel));
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
	ring_pop(&queue->ring);
}

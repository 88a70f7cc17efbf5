/* Uploads in a ring, receipts in order. */
#include "s3put/upload_queue.h"

#include "base/signals.h"

static void
write_receipt(struct upload_queue *queue, struct upload *upload)
{
	if (upload->state == UPLOAD_FAILED) {
		queue->failed++;
		queue->failed_by[upload->fault]++;
		queue->status = status_worse(queue->status, upload->status);
	} else {
		queue->objects++;
		queue->lines += upload->lines;
		queue->rejected += upload->rejected;
		queue->bytes += upload->info.size;
	}
	buf_reset(&queue->receipt);
	upload_receipt(upload, &queue->receipt);
	out_write_slice(queue->out, slice_of_buf(&queue->receipt));
}

/* Lets the uploads move on until at most `left` are unfinished. */
static int
step_until(struct upload_queue *queue, size_t left)
{
	for (;;) {
		upload_queue_step(queue);
		if (queue->out->failed || signals_stop())
			return -1;
		if (queue->ring.count <= left)
			return 0;
		if (store_wait(queue->target->store, -1, -1) < 0)
			return -1;
	}
}

void
upload_queue_init(struct upload_queue *queue, struct target *target, struct out *out, size_t size)
{
	*queue = (struct upload_queue){.target = target, .out = out, .ring.size = sizeof(struct upload)};
	ring_reserve(&queue->ring, size);
}

void
upload_queue_release(struct upload_queue *queue)
{
	for (size_t i = 0; i < queue->ring.capacity; i++)
		upload_release(ring_at(&queue->ring, i));
	ring_release(&queue->ring);
	buf_release(&queue->receipt);
}

struct upload *
upload_queue_add(struct upload_queue *queue)
{
	if (queue->ring.count == queue->ring.capacity && step_until(queue, queue->ring.capacity - 1) < 0)
		return NULL;
	return ring_push(&queue->ring);
}

void
upload_queue_drop(struct upload_queue *queue)
{
	upload_abort(ring_at(&queue->ring, --queue->ring.count));
}

void
upload_queue_step(struct upload_queue *queue)
{
	for (size_t i = 0; i < queue->ring.count; i++)
		upload_step(ring_at(&queue->ring, i));
	while (queue->ring.count > 0 && upload_is_over(ring_at(&queue->ring, 0)))
		write_receipt(queue, ring_pop(&queue->ring));
	out_flush(queue->out);
}

int
upload_queue_finish(struct upload_queue *queue)
{
	return step_until(queue, 0);
}

/*
 * Items by the width of their numbers. The store lists them in byte order ("10" before "9"); within
 * one width that is numeric order, and a wider number is a larger one. So one queue for each width
 * is enough. Items over the memory limit go into unlinked temporary files, one a queue.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "s3ls/listing.h"

#define WIDTHS 19 /* of an int64_t */
#define BLOCK ((size_t)64 * 1024)
#define LARGE (2 * BLOCK) /* a queue that will take many pages of memory */

struct queue {
	struct buf buf; /* not in the file yet */
	int fd;         /* -1: none */
};

struct listing_spool {
	struct queue queues[WIDTHS];
	size_t held, hold; /* bytes in memory, and how many there may be */
};

/* In front of the bytes of key and etag; read by the program that wrote it. */
struct head {
	int64_t number, size, modified;
	uint32_t key_len, etag_len;
	bool left_out, rewritten;
};

static int
spill_queue(struct listing_spool *spool, struct queue *queue, struct err *err)
{
	if (queue->fd < 0)
		queue->fd = io_open_temporary(err);
	if (queue->fd < 0)
		return -1;
	if (io_write_all(queue->fd, queue->buf.data, queue->buf.len) < 0)
		return err_set_errno(err, ERR_TEMPORARY, "cannot write a temporary file in TMPDIR");
	spool->held -= queue->buf.len;
	buf_reset(&queue->buf);
	return 0;
}

static int
digits_of(int64_t number)
{
	int digits = 0;

	if (number >= 1000000000 && number < 10000000000)
		return 10; /* as nearly all are */
	for (; number > 0; number /= 10)
		digits++;
	return digits;
}

/* Memory is taken as it is written to: all at once saves the copying to ever larger ones. */
static void
enlarge_buf(struct buf *buf, size_t size)
{
	struct buf large = BUF_INIT;

	buf_reserve(&large, size);
	mem_in_large_pages(large.data, large.cap);
	buf_append_slice(&large, slice_of_buf(buf));
	buf_release(buf);
	*buf = large;
}

/* The item at *at, if the buffer holds all of it. */
static bool
take_item(const struct buf *buf, size_t *at, struct listing_item *item)
{
	struct head head;
	const char *bytes = buf->data + *at;
	size_t len = buf->len - *at;

	if (len < sizeof(head))
		return false;
	memcpy(&head, bytes, sizeof(head));
	if (len - sizeof(head) < (size_t)head.key_len + head.etag_len)
		return false;
	bytes += sizeof(head);
	*item = (struct listing_item){
		.key = slice_of(bytes, head.key_len),
		.etag = slice_of(bytes + head.key_len, head.etag_len),
		.number = head.number,
		.size = head.size,
		.modified = head.modified,
		.left_out = head.left_out,
		.rewritten = head.rewritten,
	};
	*at += sizeof(head) + head.key_len + head.etag_len;
	return true;
}

/* Returns the whole items in the buffer. Returns whether more is wanted. */
static bool
emit_buffer(struct buf *buf, struct listing_emit *emit)
{
	struct listing_item item;
	bool wanted = true;
	size_t at = 0;

	while (wanted && take_item(buf, &at, &item))
		wanted = listing_emit_item(emit, &item);
	buf_consume(buf, at);
	return wanted;
}

/* Returns 1 if more is wanted, 0 if not, -1 with err. */
static int
emit_queue(struct listing_spool *spool, struct queue *queue, struct listing_emit *emit, struct err *err)
{
	struct buf *buf = &queue->buf;
	ssize_t n;

	if (queue->fd < 0)
		return emit_buffer(buf, emit);
	if (spill_queue(spool, queue, err) < 0)
		return -1;
	if (lseek(queue->fd, 0, SEEK_SET) < 0)
		return err_set_errno(err, ERR_TEMPORARY, "cannot go back in a temporary file");
	for (;;) {
		buf_reserve(buf, BLOCK);
		n = io_read(queue->fd, buf->data + buf->len, BLOCK);
		if (n < 0)
			return err_set_errno(err, ERR_TEMPORARY, "cannot read a temporary file in TMPDIR");
		if (n == 0)
			return 1;
		buf->len += (size_t)n;
		if (!emit_buffer(buf, emit))
			return 0;
	}
}

struct listing_spool *
listing_spool_new(size_t hold)
{
	struct listing_spool *spool = mem_zero(1, sizeof(*spool));

	spool->hold = hold;
	for (int i = 0; i < WIDTHS; i++)
		spool->queues[i].fd = -1;
	return spool;
}

int
listing_spool_add(struct listing_spool *spool, const struct listing_item *item, struct err *err)
{
	struct queue *queue = &spool->queues[digits_of(item->number) % WIDTHS];
	struct head head = {
		.number = item->number,
		.size = item->size,
		.modified = item->modified,
		.key_len = (uint32_t)item->key.len,
		.etag_len = (uint32_t)item->etag.len,
		.left_out = item->left_out,
		.rewritten = item->rewritten,
	};
	size_t size = sizeof(head) + item->key.len + item->etag.len;
	char *at;

	if (queue->buf.len >= LARGE && queue->buf.cap < spool->hold)
		enlarge_buf(&queue->buf, spool->hold);
	buf_reserve(&queue->buf, size);
	at = queue->buf.data + queue->buf.len;
	memcpy(at, &head, sizeof(head));
	put_slice(put_slice(at + sizeof(head), item->key), item->etag);
	queue->buf.len += size;
	spool->held += size;
	return spool->held < spool->hold || queue->buf.len < BLOCK ? 0 : spill_queue(spool, queue, err);
}

int
listing_spool_emit(struct listing_spool *spool, struct listing_emit *emit, struct err *err)
{
	for (int i = 0; i < WIDTHS; i++) {
		int wanted = emit_queue(spool, &spool->queues[i], emit, err);

		if (wanted <= 0)
			return wanted;
	}
	return 0;
}

void
listing_spool_free(struct listing_spool *spool)
{
	if (spool == NULL)
		return;
	for (int i = 0; i < WIDTHS; i++) {
		buf_release(&spool->queues[i].buf);
		if (spool->queues[i].fd >= 0)
			close(spool->queues[i].fd);
	}
	free(spool);
}

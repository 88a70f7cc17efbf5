/*
 * The uploads under way, in the order of their frames. One that is done waits for those before it,
 * so the receipts come out in order; each is written as soon as its turn comes.
 */
#ifndef S3PUT_UPLOAD_QUEUE_H
#define S3PUT_UPLOAD_QUEUE_H

#include "base/io.h"
#include "base/ring.h"
#include "s3put/upload.h"

struct upload_queue {
	struct target *target;
	struct out *out;
	struct ring ring; /* of struct upload; a free place keeps its memory */
	struct buf receipt;
	enum exit_status status;
	/* for the statistics; all but `failed` count stored objects */
	int64_t objects, failed, lines, rejected, bytes;
	int64_t failed_by[FAULTS]; /* of the failed, by enum fault */
};

void upload_queue_init(struct upload_queue *queue, struct target *target, struct out *out, size_t size);
void upload_queue_release(struct upload_queue *queue); /* aborts unfinished uploads */

/*
 * A place for the next upload; waits if all are taken. NULL if a signal asks to stop or stdout has
 * failed.
 */
struct upload *upload_queue_add(struct upload_queue *queue);

/* Aborts the newest and removes it; it gets no receipt. */
void upload_queue_drop(struct upload_queue *queue);

/* Moves every upload on without waiting, and writes the receipts whose turn has come. */
void upload_queue_step(struct upload_queue *queue);

/* Waits until all are done. Returns 0, or -1 if a signal asks to stop or stdout has failed. */
int upload_queue_finish(struct upload_queue *queue);

#endif

/*
 * The uploads under way, in the order of their frames. One that is done waits for those before it, so the
 * receipts come out in order; each is written out as soon as its turn comes.
 */
#ifndef S3PUT_SHELF_H
#define S3PUT_SHELF_H

#include "base/io.h"
#include "s3put/upload.h"

struct shelf {
	struct target *target;
	struct out *out;
	struct upload *ring;
	size_t size, head, count;
	struct buf receipt;
	enum exit_status status;
	/* for the statistics: of what is stored, but for `failed` */
	int64_t objects, failed, lines, rejected, bytes;
	int64_t failed_by[FAULTS]; /* of the failed, by enum fault */
};

void shelf_init(struct shelf *shelf, struct target *target, struct out *out, size_t size);
void shelf_release(struct shelf *shelf); /* aborts what is not done */

/* A place for the next upload; waits where all are taken. NULL where a signal asks to stop or stdout has failed. */
struct upload *shelf_add(struct shelf *shelf);

/* Takes the newest back, aborted; it gets no receipt. */
void shelf_drop(struct shelf *shelf);

/* Lets every upload go as far as it can without waiting, and writes the receipts whose turn has come. */
void shelf_turn(struct shelf *shelf);

/* Waits until all are done. Returns 0, or -1 where a signal asks to stop or stdout has failed. */
int shelf_finish(struct shelf *shelf);

#endif

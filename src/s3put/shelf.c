/* Uploads in a ring, receipts in order. */
#include "s3put/shelf.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/signals.h"

static void
give_receipt(struct shelf *shelf, struct upload *upload)
{
	if (upload->failed) {
		shelf->failed++;
		shelf->failed_by[upload->fault]++;
		shelf->status = status_worse(shelf->status, upload->status);
	} else {
		shelf->objects++;
		shelf->lines += upload->lines;
		shelf->rejected += upload->rejected;
		shelf->bytes += upload->info.size;
	}
	buf_reset(&shelf->receipt);
	upload_receipt(upload, &shelf->receipt);
	out_write_slice(shelf->out, slice_of_buf(&shelf->receipt));
}

/* Goes on until at most `left` uploads are there. */
static int
turn_until(struct shelf *shelf, size_t left)
{
	for (;;) {
		shelf_turn(shelf);
		if (shelf->out->failed || signals_stop())
			return -1;
		if (shelf->count <= left)
			return 0;
		if (store_wait(shelf->target->store, -1, -1) < 0)
			return -1;
	}
}

void
shelf_init(struct shelf *shelf, struct target *target, struct out *out, size_t size)
{
	*shelf = (struct shelf){.target = target, .out = out, .size = size};
	shelf->ring = mem_zero(size, sizeof(*shelf->ring));
}

void
shelf_release(struct shelf *shelf)
{
	for (size_t i = 0; i < shelf->size; i++)
		upload_release(&shelf->ring[i]);
	free(shelf->ring);
	buf_release(&shelf->receipt);
}

struct upload *
shelf_add(struct shelf *shelf)
{
	if (shelf->count == shelf->size && turn_until(shelf, shelf->size - 1) < 0)
		return NULL;
	return &shelf->ring[(shelf->head + shelf->count++) % shelf->size];
}

void
shelf_drop(struct shelf *shelf)
{
	shelf->count--;
	upload_abort(&shelf->ring[(shelf->head + shelf->count) % shelf->size]);
}

void
shelf_turn(struct shelf *shelf)
{
	for (size_t i = 0; i < shelf->count; i++)
		upload_step(&shelf->ring[(shelf->head + i) % shelf->size]);
	while (shelf->count > 0 && shelf->ring[shelf->head].state == UPLOAD_DONE) {
		give_receipt(shelf, &shelf->ring[shelf->head]);
		shelf->head = (shelf->head + 1) % shelf->size;
		shelf->count--;
	}
	out_flush(shelf->out);
}

int
shelf_finish(struct shelf *shelf)
{
	return turn_until(shelf, 0);
}

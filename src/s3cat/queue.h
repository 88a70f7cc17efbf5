/*
 * The objects that are being got, in the order in which they go out: a ring of transfers. A place
 * in it keeps its memory for the next object.
 */
#ifndef S3CAT_QUEUE_H
#define S3CAT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ring.h"
#include "store/store.h"
#include "streams/records.h"

struct transfer {
	struct store_get *get; /* NULL: the record was refused, for `refused` */
	struct err refused;
	struct object_record record; /* points into text; each string is followed by a NUL */
	struct buf text;
	bool begun; /* bytes came: its `begin` is out */
};

struct queue {
	struct ring ring; /* of struct transfer */
	size_t parallel;
};

/* For `parallel` transfers under way, and as many again that wait for their turn. */
void queue_init(struct queue *queue, size_t parallel);
void queue_release(struct queue *queue); /* ends all transfers */

/*
 * Whether one more can be added. A transfer that is complete and only waits for its turn does not
 * keep others from starting.
 */
bool queue_has_room(const struct queue *queue, const struct store *store);

/* Copies the record (which has a bucket) and starts to get the object. The queue must have room. */
void queue_add(struct queue *queue, struct store *store, const struct object_record *record);

/* Copies a record that cannot be got, so that its turn comes. The queue must have room. */
void queue_add_refused(struct queue *queue, const struct object_record *record, const struct err *why);

/* The one whose turn it is. The queue must not be empty. */
static inline struct transfer *
queue_head(const struct queue *queue)
{
	return ring_at(&queue->ring, 0);
}

/* Lets the transfer at `behind` go first: it and the head change places. */
void queue_prefer(struct queue *queue, size_t behind);

static inline struct transfer *
queue_at(const struct queue *queue, size_t behind)
{
	return ring_at(&queue->ring, behind);
}

/* Ends the head. */
void queue_pop(struct queue *queue);

#endif

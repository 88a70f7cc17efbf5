/*
 * A batch: some thousand input lines, the kind of each of them, and how far it has been written.
 * Once the batch is closed, the bytes of its lines stay where they are, so slices of them remain
 * valid.
 */
#ifndef SENENRICH_BATCH_H
#define SENENRICH_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cache/cache.h"
#include "senenrich/pairs.h"
#include "senenrich/posting.h"

enum item_kind {
	ITEM_POSTING, /* the answer is in `pair`, or in `seniority` if that is NULL */
	ITEM_REJECT,  /* `reason` */
	ITEM_CONTROL, /* a control record */
	ITEM_BLANK,
	ITEM_LONG, /* a line over max_line: dropped, its bytes are gone */
};

struct item {
	size_t start;              /* of the line in the batch's text */
	size_t len;                /* without '\n' */
	size_t cut_start, cut_end; /* ITEM_POSTING: as in struct posting */
	struct pair_hash hash;
	union {
		struct pair *pair;
		size_t reason; /* ITEM_REJECT: its offset in `reasons` */
	};
	uint8_t kind;
	uint8_t seniority;
	uint8_t reject; /* ITEM_REJECT: enum reject_kind */
};

struct batch {
	struct buf text;
	struct buf reasons; /* texts, each followed by a NUL */
	struct item *items;
	size_t count, capacity;
	size_t written; /* items that have been written */
	struct batch *next;
};

struct batch *batch_new(void);
void batch_free(struct batch *batch);

/* Empties it for the next lines. Gives back memory of an uncommon size. */
void batch_reset(struct batch *batch);

/* Adds a line (copied). */
void batch_add(struct batch *batch, struct slice line, enum item_kind kind);

/* Makes an item a reject. The reason is copied. */
void batch_reject(struct batch *batch, struct item *item, enum reject_kind kind, const char *reason);

static inline struct slice
batch_line(const struct batch *batch, const struct item *item)
{
	return slice_of(batch->text.data + item->start, item->len);
}

/* Roughly the memory that it takes. */
static inline size_t
batch_bytes(const struct batch *batch)
{
	return batch->text.len + batch->count * sizeof(struct item);
}

#endif

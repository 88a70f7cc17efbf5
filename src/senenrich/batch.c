/* A batch of lines. */
#include "senenrich/batch.h"

#include <stdlib.h>

#include "base/mem.h"

enum { COMMON_TEXT = 8 * 1024 * 1024 }; /* twice the limit that closes a batch */

struct batch *
batch_new(void)
{
	return mem_zero(1, sizeof(struct batch));
}

void
batch_free(struct batch *batch)
{
	if (batch == NULL)
		return;
	buf_release(&batch->text);
	buf_release(&batch->reasons);
	free(batch->items);
	free(batch);
}

void
batch_reset(struct batch *batch)
{
	if (batch->text.cap > COMMON_TEXT)
		buf_release(&batch->text);
	buf_reset(&batch->text);
	buf_reset(&batch->reasons);
	batch->count = batch->written = 0;
	batch->next = NULL;
}

void
batch_add(struct batch *batch, struct slice line, enum item_kind kind)
{
	batch->items = mem_grow(batch->items, batch->count, &batch->capacity, sizeof(batch->items[0]));
	batch->items[batch->count++] = (struct item){.start = batch->text.len, .len = line.len, .kind = (uint8_t)kind};
	buf_append_slice(&batch->text, line);
}

void
batch_reject(struct batch *batch, struct item *item, enum reject_kind kind, const char *reason)
{
	item->kind = ITEM_REJECT;
	item->reject = (uint8_t)kind;
	item->reason = batch->reasons.len;
	buf_append(&batch->reasons, reason, strlen(reason) + 1);
}

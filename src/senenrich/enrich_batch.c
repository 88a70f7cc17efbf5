/*
 * The life of a batch: its lines are parsed, its pairs are looked up or asked for, and it is
 * written once all of them are known.
 */
#include "senenrich/enrich_batch.h"

#include "senenrich/posting.h"

static void
parse_item(struct enrich *e, struct batch *batch, struct item *item)
{
	struct posting posting;
	const char *reason;

	if (item->len > e->max_line) {
		batch_reject(batch, item, REJECT_LINE, "longer than max_line");
		return;
	}
	reason = posting_parse(&e->json, &e->scratch, batch_line(batch, item), &posting);
	if (reason) {
		batch_reject(batch, item, posting.reject, reason);
		return;
	}
	item->cut_start = posting.cut_start;
	item->cut_end = posting.cut_end;
	item->hash = pair_hash(posting.company, posting.title, &e->hash_scratch);
	memo_prefetch(e->memo, item->hash);
}

/*
 * Takes the answer from the memo, or waits for a pair that is on its way, or looks it up in Redis.
 */
static void
find_item(struct enrich *e, struct batch *batch, struct item *item)
{
	item->seniority = (uint8_t)memo_get(e->memo, item->hash);
	item->pair = item->seniority > 0 ? NULL : resolve_pair(&e->resolve, item->hash, batch_line(batch, item));
}

int
enrich_close_batch(struct enrich *e, struct err *err)
{
	struct batch *batch = e->filling;
	size_t flying = e->lookup.flying.count;
	enum time_use before;

	for (size_t i = 0; i < batch->count; i++)
		if (batch->items[i].kind == ITEM_POSTING)
			parse_item(e, batch, &batch->items[i]);
	before = time_profile_switch(&e->profile, TIME_READING);
	for (size_t i = 0; i < batch->count; i++)
		if (batch->items[i].kind == ITEM_POSTING)
			find_item(e, batch, &batch->items[i]);
	time_profile_switch(&e->profile, before);
	e->window_bytes += batch_bytes(batch);
	e->window_batches++;
	if (e->first)
		e->last->next = batch;
	else
		e->first = batch;
	e->last = batch;
	e->filling = e->spare ? e->spare : batch_new();
	e->spare = NULL;
	/*
	 * Redis works on these look-ups while the next batch is read; take the answers to earlier ones
	 * now
	 */
	return lookup_drain(&e->lookup, e->lookup.flying.count - flying, err);
}

void
enrich_write_batches(struct enrich *e)
{
	while (e->first && emit_batch(&e->emit, e->first)) {
		struct batch *batch = e->first;

		e->first = batch->next;
		e->window_bytes -= batch_bytes(batch);
		e->window_batches--;
		batch_reset(batch);
		if (e->spare)
			batch_free(batch);
		else
			e->spare = batch;
	}
}

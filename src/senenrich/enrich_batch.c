/*
 * What happens to a batch: its lines are parsed, its pairs are looked up or asked for, and it is
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
		batch_reject(batch, item, "longer than max_line");
		return;
	}
	reason = posting_parse(&e->json, &e->scratch, batch_line(batch, item), &posting);
	if (reason) {
		batch_reject(batch, item, reason);
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
	bool is_new;

	item->seniority = (uint8_t)memo_get(e->memo, item->hash);
	item->pair = NULL;
	if (item->seniority > 0)
		return;
	item->pair = pairs_take(&e->pairs, item->hash, &is_new);
	if (!is_new)
		return;
	item->pair->line = batch_line(batch, item);
	lookup_ask(&e->lookup, item->pair);
}

/*
 * The pair is in neither memo nor Redis: asks the model, unless another process is asking it
 * already.
 */
static int
request_answer(struct enrich *e, struct pair *pair, struct slice company, struct slice title, struct err *err)
{
	int admitted = dispatcher_admit(&e->dispatcher, pair, company, title, err);

	if (admitted > 0)
		claims_want(&e->claims, pair);
	return admitted < 0 ? -1 : 0;
}

static int
on_looked_up(void *context, struct pair *pair, struct err *err)
{
	struct enrich *e = context;
	struct posting posting;

	if (pair->state == PAIR_KNOWN)
		memo_put(e->memo, pair->hash, pair->seniority);
	if (pair->claim != CLAIM_NONE) {
		claims_take(&e->claims, pair);
		return 0;
	}
	if (pair->state == PAIR_KNOWN)
		return 0;
	/* the line is parsed a second time: keeping its texts would cost every hit a copy */
	if (posting_parse(&e->json, &e->scratch, pair->line, &posting) != NULL)
		return err_set(err, ERR_FAILED, "a posting changed under way (a bug)");
	if (lookup_ask_legacy(&e->lookup, pair, posting.company, posting.title))
		return 0;
	return request_answer(e, pair, posting.company, posting.title, err);
}

static void
on_resolved(void *context, struct pair *pair)
{
	struct enrich *e = context;
	enum time_use before = time_profile_switch(&e->profile, TIME_WRITING);

	if (pair->state == PAIR_KNOWN) {
		memo_put(e->memo, pair->hash, pair->seniority);
		lookup_save(&e->lookup, pair);
	}
	lookup_end_claim(&e->lookup, pair); /* after the answer, so the next to claim it finds that */
	time_profile_switch(&e->profile, before);
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
	return enrich_drain_lookups(e, e->lookup.flying.count - flying, err);
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

int
enrich_drain_lookups(struct enrich *e, size_t keep, struct err *err)
{
	return lookup_drain(&e->lookup, keep, on_looked_up, e, err);
}

void
enrich_collect_replies(struct enrich *e)
{
	dispatcher_collect(&e->dispatcher, on_resolved, e);
}

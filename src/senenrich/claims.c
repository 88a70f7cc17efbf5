/*
 * The states of a pair: wanted, on its way to Redis, then ours (queued in the dispatcher) or held
 * by another process (looked up again until its answer is there).
 */
#include "senenrich/claims.h"

#include "base/clock.h"

enum {
	SAMPLE = 64, /* so many of the held pairs are looked up as a sample */
	LOOK_FIRST_MS = 10,
	LOOK_MAX_MS = 100,
	CLAIM_ALL_MS = 1000, /* claim held pairs anew: their process may be dead */
	ALONE = 1000,        /* after so many claims in a row without conflict we seem to be alone */
	RENEW_MS = CACHE_CLAIM_MS / 3,
	HELD_CALLS = 4, /* claim no more while others hold the pairs of so many calls */
};

static void
claim_pair(struct claims *c, struct pair *pair)
{
	if (lookup_claim(c->lookup, pair))
		c->in_flight++;
	else
		dispatcher_add(c->dispatcher, pair);
}

/* Looks whether another process has stored the answer by now. */
static void
look_up_again(struct claims *c, struct pair *pair)
{
	if (pair->claim == CLAIM_NONE)
		pair->claim = CLAIM_WANTED;
	c->in_flight++;
	lookup_ask(c->lookup, pair);
}

static void
schedule_first_look(struct claims *c)
{
	int64_t now = clock_mono_ms();

	c->look_ms = LOOK_FIRST_MS;
	c->look_at = now + LOOK_FIRST_MS;
	c->claim_all_at = now + CLAIM_ALL_MS;
}

/*
 * Now and then all held pairs are claimed anew. In between only a sample is looked up, and all of
 * them once half of the last sample was there. So neither the wait nor the load on Redis grows with
 * their number. If samples find nothing, they become rarer.
 */
static void
look_up_held(struct claims *c, int64_t now)
{
	size_t count = c->held.count;
	bool anew = now >= c->claim_all_at;
	bool all = count <= SAMPLE || anew || (c->looked > 0 && c->found * 2 >= c->looked);
	size_t stride = all ? 1 : count / SAMPLE;

	c->look_ms = c->found > 0 ? LOOK_FIRST_MS : c->look_ms * 2 < LOOK_MAX_MS ? c->look_ms * 2 : LOOK_MAX_MS;
	c->look_at = now + c->look_ms;
	if (anew)
		c->claim_all_at = now + CLAIM_ALL_MS;
	c->looked = c->found = 0;
	for (size_t i = 0; i < count; i++) {
		struct pair *pair = pair_queue_pop(&c->held);

		if (i % stride != 0) {
			pair_queue_push(&c->held, pair);
			continue;
		}
		c->looked++;
		if (anew)
			claim_pair(c, pair);
		else
			look_up_again(c, pair);
	}
}

static void
renew_claim(void *context, struct pair *pair)
{
	struct claims *c = context;

	lookup_renew_claim(c->lookup, pair);
}

/* If the model was given up, all pairs that wait fail. */
static bool
fail_waiting_pairs(struct claims *c)
{
	bool any = c->wanted.count + c->held.count > 0;

	while (c->wanted.count > 0)
		dispatcher_add(c->dispatcher, pair_queue_pop(&c->wanted));
	while (c->held.count > 0)
		dispatcher_add(c->dispatcher, pair_queue_pop(&c->held));
	return any;
}

/* How many pairs may be claimed now. */
static size_t
claim_capacity(const struct claims *c)
{
	size_t capacity = dispatcher_capacity(c->dispatcher);

	if (c->held.count >= HELD_CALLS * c->dispatcher->batch_pairs || capacity <= c->in_flight)
		return 0;
	return capacity - c->in_flight;
}

void
claims_init(struct claims *c, struct lookup *lookup, struct dispatcher *dispatcher)
{
	*c = (struct claims){.lookup = lookup, .dispatcher = dispatcher, .look_ms = LOOK_FIRST_MS, .ours_in_a_row = ALONE};
}

void
claims_release(struct claims *c)
{
	pair_queue_release(&c->wanted);
	pair_queue_release(&c->held);
}

void
claims_want(struct claims *c, struct pair *pair)
{
	pair->references++;
	pair_queue_push(&c->wanted, pair);
}

void
claims_take(struct claims *c, struct pair *pair)
{
	c->in_flight--;
	if (pair->state == PAIR_KNOWN || pair->claim == CLAIM_OTHERS)
		c->ours_in_a_row = 0;
	if (pair->state != PAIR_KNOWN && pair->claim == CLAIM_WANTED) {
		claim_pair(c, pair);
		return;
	}
	if (pair->state != PAIR_KNOWN && pair->claim == CLAIM_OTHERS) {
		if (c->held.count == 0 && c->looked == 0)
			schedule_first_look(c);
		pair_queue_push(&c->held, pair);
		return;
	}
	if (pair->state != PAIR_KNOWN) {
		c->ours_in_a_row++;
		dispatcher_add(c->dispatcher, pair);
		return;
	}
	c->found += pair->claim == CLAIM_OTHERS;
	lookup_end_claim(c->lookup, pair);
	pairs_drop(c->lookup->pairs, pair);
}

bool
claims_step(struct claims *c)
{
	int64_t now = clock_mono_ms();
	size_t n = claim_capacity(c);
	bool did = false;

	if (c->dispatcher->given_up)
		return fail_waiting_pairs(c);
	if (now >= c->renew_at) {
		c->renew_at = now + RENEW_MS;
		dispatcher_for_each(c->dispatcher, renew_claim, c);
	}
	if (c->held.count > 0 && now >= c->look_at && c->in_flight == 0) {
		look_up_held(c, now);
		did = true;
	}
	for (; n > 0 && c->wanted.count > 0; n--) {
		/*
		 * if others work on the same data, a pair that was missing before is likely to be there now
		 */
		if (c->ours_in_a_row < ALONE)
			look_up_again(c, pair_queue_pop(&c->wanted));
		else
			claim_pair(c, pair_queue_pop(&c->wanted));
		did = true;
	}
	return did;
}

bool
claims_pending(const struct claims *c)
{
	return c->in_flight > 0;
}

int64_t
claims_timeout(const struct claims *c)
{
	int64_t now = clock_mono_ms();
	int64_t at = c->held.count > 0 ? c->look_at : -1;

	if (c->dispatcher->queue.count > 0 || c->dispatcher->open_calls)
		at = at < 0 || c->renew_at < at ? c->renew_at : at;
	return at < 0 ? -1 : at > now ? at - now : 0;
}

/* When to claim pairs, when to look up those that others hold, and how many of them. */
#include "senenrich/claims.h"

#include "base/backoff.h"
#include "base/clock.h"
#include "cache/cache.h"

enum {
	SAMPLE = 64, /* how many of the held pairs are looked up as a sample */
	LOOK_FIRST_MS = 10,
	LOOK_MAX_MS = 100,
	CLAIM_ALL_MS = 1000, /* claim held pairs again: their process may be dead */
	ALONE = 1000,        /* after this many claims in a row without conflict we seem to be alone */
	RENEW_MS = CACHE_CLAIM_MS / 3,
	HELD_CALLS = 4, /* claim no more while others hold the pairs of this many calls */
};

static struct pair *
next_pair(struct ring *queue)
{
	return queue->count > 0 ? *(struct pair **)ring_pop(queue) : NULL;
}

static void
schedule_first_look(struct claims *c)
{
	int64_t now = clock_mono_ms();

	c->look_ms = LOOK_FIRST_MS;
	c->look_at = now + LOOK_FIRST_MS;
	c->claim_all_at = now + CLAIM_ALL_MS;
}

void
claims_init(struct claims *c, size_t batch_pairs)
{
	*c = (struct claims){
		.wanted.size = sizeof(struct pair *),
		.held.size = sizeof(struct pair *),
		.held_max = HELD_CALLS * batch_pairs,
		.look_ms = LOOK_FIRST_MS,
		.ours_in_a_row = ALONE,
	};
}

void
claims_release(struct claims *c)
{
	ring_release(&c->wanted);
	ring_release(&c->held);
}

void
claims_want(struct claims *c, struct pair *pair)
{
	*(struct pair **)ring_push(&c->wanted) = pair;
}

void
claims_hold(struct claims *c, struct pair *pair)
{
	if (c->held.count == 0 && c->looked == 0)
		schedule_first_look(c);
	*(struct pair **)ring_push(&c->held) = pair;
}

struct pair *
claims_next_wanted(struct claims *c)
{
	return next_pair(&c->wanted);
}

struct pair *
claims_next_held(struct claims *c)
{
	return next_pair(&c->held);
}

void
claims_count_question(struct claims *c)
{
	c->in_flight++;
}

void
claims_count_answer(struct claims *c, enum claims_answer answer)
{
	c->in_flight--;
	if (answer == CLAIMS_OURS)
		c->ours_in_a_row++;
	else if (answer != CLAIMS_MISS)
		c->ours_in_a_row = 0;
	c->found += answer == CLAIMS_FOUND_HELD;
}

size_t
claims_capacity(const struct claims *c, size_t capacity)
{
	if (c->held.count >= c->held_max || capacity <= c->in_flight)
		return 0;
	return capacity - c->in_flight;
}

bool
claims_look_first(const struct claims *c)
{
	return c->ours_in_a_row < ALONE;
}

bool
claims_look_due(const struct claims *c, int64_t now)
{
	return c->held.count > 0 && now >= c->look_at && c->in_flight == 0;
}

/*
 * Now and then all held pairs are claimed again. In between only a sample is looked up, and all of
 * them once half of the last sample was there. So neither the wait nor the load on Redis grows with
 * their number. If samples find nothing, they become rarer.
 */
struct claims_look
claims_plan_look(struct claims *c, int64_t now)
{
	struct claims_look look = {.count = c->held.count, .stride = 1, .anew = now >= c->claim_all_at};

	if (look.count > SAMPLE && !look.anew && (c->looked == 0 || c->found * 2 < c->looked))
		look.stride = look.count / SAMPLE;
	c->look_ms = backoff_next(c->found > 0 ? 0 : c->look_ms, LOOK_FIRST_MS, LOOK_MAX_MS);
	c->look_at = now + c->look_ms;
	if (look.anew)
		c->claim_all_at = now + CLAIM_ALL_MS;
	c->looked = (look.count + look.stride - 1) / look.stride;
	c->found = 0;
	return look;
}

bool
claims_renew_due(struct claims *c, int64_t now)
{
	if (now < c->renew_at)
		return false;
	c->renew_at = now + RENEW_MS;
	return true;
}

bool
claims_pending(const struct claims *c)
{
	return c->in_flight > 0;
}

int64_t
claims_timeout(const struct claims *c, bool ours)
{
	int64_t now = clock_mono_ms();
	int64_t at = c->held.count > 0 ? c->look_at : -1;

	if (ours)
		at = at < 0 || c->renew_at < at ? c->renew_at : at;
	return at < 0 ? -1 : at > now ? at - now : 0;
}

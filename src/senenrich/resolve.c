/*
 * The life of a pair. The table below is all of it, and this is the table as a diagram:
 *
 *	new ──────── call ────────► probed
 *	 │ look up
 *	 ▼
 *	looked up ◄─ sent anew ────────┐
 *	 │ miss, away                  │
 *	 ▼                             │
 *	missing ──── legacy sent ──► looked up (legacy)
 *	 │ ▲                           │
 *	 │ └──────── miss, away ───────┘
 *	 │ admitted
 *	 ▼
 *	wanted ───── look again ───► looked up again
 *	 │ ▲                           │
 *	 │ └──────── miss ─────────────┘
 *	 │ claim sent
 *	 ▼
 *	claiming ─── others ───────► held ─── look again ──► held, looked up
 *	 │ │ ▲                        │ ▲                       │
 *	 │ │ └────── claim sent ──────┘ └──── miss ─────────────┘
 *	 │ └──────── claim dropped ─► unclaimed
 *	 │ miss, away                  │ miss, away
 *	 ▼                             │
 *	claimed ◄──────────────────────┘
 *	 │ queue
 *	 ▼
 *	queued
 *	 │ call
 *	 ▼
 *	in a call ── call ─────────► in a call (a retry, or half of a refused call)
 *	 │ answer
 *	 ▼
 *	known ────── save done ────► saved
 *	 └────────── save later ───► postponed
 *
 * And of several states:
 *
 *	hit          any state that asked Redis          ──► saved
 *	away         looked up again; held, looked up    ──► claimed
 *	claim free   wanted; held                        ──► claimed
 *	answer       probed                              ──► known
 *	refusal      missing; in a call; probed          ──► refused
 *	give up      missing; wanted; held; claimed;
 *	             queued; in a call; probed           ──► failed
 *
 * References: from wanted on, a pair has one of its own, until it is settled or known. While it is
 * known, its write-back has one.
 */
#include "senenrich/resolve.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "senenrich/claims.h"
#include "senenrich/memo.h"
#include "senenrich/posting.h"

typedef int action(struct resolve *r, struct pair *pair, struct err *err);

/* --- looking up --- */

static int
look_up(struct resolve *r, struct pair *pair, struct err *err)
{
	(void)err;
	r->services->look_up(r->lookup, pair);
	return 0;
}

static int
take_hit(struct resolve *r, struct pair *pair, struct err *err)
{
	(void)err;
	pair->source = FROM_REDIS;
	memo_put(r->memo, pair->hash, pair->seniority);
	return 0;
}

/* The line is parsed a second time: keeping its texts would cost every hit a copy. */
static int
parse_line(struct resolve *r, const struct pair *pair, struct posting *posting, struct err *err)
{
	if (posting_parse(&r->json, &r->scratch, pair->line, posting) != NULL)
		return err_set(err, ERR_FAILED, "a posting changed under way (a bug)");
	return 0;
}

static int
admit_posting(struct resolve *r, struct pair *pair, const struct posting *posting, struct err *err)
{
	enum pair_event verdict;

	if (r->services->admit(r->dispatcher, pair, posting->company, posting->title, &verdict, err) < 0)
		return -1;
	return resolve_event(r, pair, verdict, err);
}

static int
ask_model(struct resolve *r, struct pair *pair, struct err *err)
{
	struct posting posting;

	return parse_line(r, pair, &posting, err) < 0 ? -1 : admit_posting(r, pair, &posting, err);
}

static int
ask_legacy_or_model(struct resolve *r, struct pair *pair, struct err *err)
{
	struct posting posting;

	if (parse_line(r, pair, &posting, err) < 0)
		return -1;
	if (r->services->look_up_legacy(r->lookup, pair, posting.company, posting.title))
		return resolve_event(r, pair, EVENT_LEGACY_SENT, err);
	return admit_posting(r, pair, &posting, err);
}

/* --- claims --- */

static int
want_pair(struct resolve *r, struct pair *pair, struct err *err)
{
	(void)err;
	pair->references++;
	claims_want(r->claims, pair);
	return 0;
}

static int
count_claim(struct resolve *r, struct pair *pair, struct err *err)
{
	(void)pair;
	(void)err;
	claims_count_question(r->claims);
	return 0;
}

static int
look_up_again(struct resolve *r, struct pair *pair, struct err *err)
{
	claims_count_question(r->claims);
	return look_up(r, pair, err);
}

static int
claim_pair(struct resolve *r, struct pair *pair, struct err *err)
{
	return resolve_event(r, pair, r->services->claim(r->lookup, pair) ? EVENT_CLAIM_SENT : EVENT_CLAIM_FREE, err);
}

static int
claim_missing_pair(struct resolve *r, struct pair *pair, struct err *err)
{
	claims_count_answer(r->claims, CLAIMS_MISS);
	return claim_pair(r, pair, err);
}

static int
hold_pair(struct resolve *r, struct pair *pair, struct err *err)
{
	(void)err;
	claims_count_answer(r->claims, CLAIMS_OTHERS);
	claims_hold(r->claims, pair);
	return 0;
}

/* Another process has stored the answer before we claimed the pair. */
static int
take_found(struct resolve *r, struct pair *pair, struct err *err)
{
	take_hit(r, pair, err);
	claims_count_answer(r->claims, CLAIMS_FOUND);
	pairs_drop(r->pairs, pair);
	return 0;
}

/* The process that holds the pair has stored the answer. */
static int
take_held_found(struct resolve *r, struct pair *pair, struct err *err)
{
	take_hit(r, pair, err);
	claims_count_answer(r->claims, CLAIMS_FOUND_HELD);
	pairs_drop(r->pairs, pair);
	return 0;
}

/* Another process has stored the answer and let go of the pair, and then we claimed it. */
static int
take_claimed_found(struct resolve *r, struct pair *pair, struct err *err)
{
	take_hit(r, pair, err);
	claims_count_answer(r->claims, CLAIMS_FOUND);
	r->services->end_claim(r->lookup, pair);
	pairs_drop(r->pairs, pair);
	return 0;
}

/* --- the model --- */

static int
offer_pair(struct resolve *r, struct pair *pair, struct err *err)
{
	const char *reason = r->services->given_up(r->dispatcher);

	if (reason == NULL)
		return resolve_event(r, pair, EVENT_QUEUE, err);
	pair->reason = reason;
	return resolve_event(r, pair, EVENT_GIVE_UP, err);
}

static int
offer_claimed_pair(struct resolve *r, struct pair *pair, struct err *err)
{
	claims_count_answer(r->claims, CLAIMS_OURS);
	return offer_pair(r, pair, err);
}

static int
queue_pair(struct resolve *r, struct pair *pair, struct err *err)
{
	(void)err;
	r->services->queue(r->dispatcher, pair);
	return 0;
}

/* Remembers the answer and writes it back. */
static void
keep_answer(struct resolve *r, struct pair *pair)
{
	pair->source = FROM_MODEL;
	memo_put(r->memo, pair->hash, pair->seniority);
	pair->references++;
	if (!r->services->save(r->lookup, pair))
		resolve_event(r, pair, EVENT_SAVE_LATER, NULL);
}

/* The claim ends after the write-back, so that the next to claim the pair finds the answer. */
static int
take_answer(struct resolve *r, struct pair *pair, struct err *err)
{
	enum time_use before = time_profile_switch(r->profile, TIME_WRITING);

	(void)err;
	keep_answer(r, pair);
	r->services->end_claim(r->lookup, pair);
	time_profile_switch(r->profile, before);
	pairs_drop(r->pairs, pair);
	return 0;
}

static int
take_probed_answer(struct resolve *r, struct pair *pair, struct err *err)
{
	enum time_use before = time_profile_switch(r->profile, TIME_WRITING);

	(void)err;
	keep_answer(r, pair);
	time_profile_switch(r->profile, before);
	return 0;
}

static int
drop_saved_pair(struct resolve *r, struct pair *pair, struct err *err)
{
	(void)err;
	pairs_drop(r->pairs, pair);
	return 0;
}

static int
refuse_pair(struct resolve *r, struct pair *pair, struct err *err)
{
	enum time_use before = time_profile_switch(r->profile, TIME_WRITING);

	(void)err;
	r->services->end_claim(r->lookup, pair);
	time_profile_switch(r->profile, before);
	pairs_drop(r->pairs, pair);
	return 0;
}

/* The next posting with the pair asks again. */
static int
fail_missing_pair(struct resolve *r, struct pair *pair, struct err *err)
{
	(void)err;
	pairs_forget(r->pairs, pair);
	return 0;
}

static int
fail_waiting_pair(struct resolve *r, struct pair *pair, struct err *err)
{
	(void)err;
	pairs_forget(r->pairs, pair);
	pairs_drop(r->pairs, pair);
	return 0;
}

static int
fail_queued_pair(struct resolve *r, struct pair *pair, struct err *err)
{
	pairs_forget(r->pairs, pair);
	return refuse_pair(r, pair, err);
}

/* --- the table --- */

struct transition {
	enum pair_state next; /* PAIR_NEW: the event may not happen */
	action *act;          /* after the change of state; NULL: nothing is done */
};

/* clang-format off */
static const struct transition table[PAIR_STATES][PAIR_EVENTS] = {
	[PAIR_NEW] = {
		[EVENT_LOOK_UP]       = {PAIR_LOOKED_UP, look_up},
		[EVENT_CALL]          = {PAIR_PROBED, NULL},
	},
	[PAIR_LOOKED_UP] = {
		[EVENT_HIT]           = {PAIR_SAVED, take_hit},
		[EVENT_MISS]          = {PAIR_MISSING, ask_legacy_or_model},
		[EVENT_AWAY]          = {PAIR_MISSING, ask_model},
	},
	[PAIR_LOOKED_UP_LEGACY] = {
		[EVENT_HIT]           = {PAIR_SAVED, take_hit},
		[EVENT_MISS]          = {PAIR_MISSING, ask_model},
		[EVENT_AWAY]          = {PAIR_MISSING, ask_model},
		[EVENT_SENT_ANEW]     = {PAIR_LOOKED_UP, NULL},
	},
	[PAIR_MISSING] = {
		[EVENT_LEGACY_SENT]   = {PAIR_LOOKED_UP_LEGACY, NULL},
		[EVENT_ADMITTED]      = {PAIR_WANTED, want_pair},
		[EVENT_REFUSAL]       = {PAIR_REFUSED, NULL}, /* too long for a call */
		[EVENT_GIVE_UP]       = {PAIR_FAILED, fail_missing_pair},
	},
	[PAIR_WANTED] = {
		[EVENT_LOOK_AGAIN]    = {PAIR_LOOKED_UP_AGAIN, look_up_again},
		[EVENT_CLAIM_SENT]    = {PAIR_CLAIMING, count_claim},
		[EVENT_CLAIM_FREE]    = {PAIR_CLAIMED, offer_pair},
		[EVENT_GIVE_UP]       = {PAIR_FAILED, fail_waiting_pair},
	},
	[PAIR_LOOKED_UP_AGAIN] = {
		[EVENT_HIT]           = {PAIR_SAVED, take_found},
		[EVENT_MISS]          = {PAIR_WANTED, claim_missing_pair},
		[EVENT_AWAY]          = {PAIR_CLAIMED, offer_claimed_pair},
	},
	[PAIR_CLAIMING] = {
		[EVENT_HIT]           = {PAIR_SAVED, take_claimed_found},
		[EVENT_MISS]          = {PAIR_CLAIMED, offer_claimed_pair},
		[EVENT_OTHERS]        = {PAIR_HELD, hold_pair},
		[EVENT_AWAY]          = {PAIR_CLAIMED, offer_claimed_pair},
		[EVENT_CLAIM_DROPPED] = {PAIR_UNCLAIMED, NULL},
	},
	[PAIR_UNCLAIMED] = {
		[EVENT_HIT]           = {PAIR_SAVED, take_claimed_found},
		[EVENT_MISS]          = {PAIR_CLAIMED, offer_claimed_pair},
		[EVENT_AWAY]          = {PAIR_CLAIMED, offer_claimed_pair},
	},
	[PAIR_HELD] = {
		[EVENT_LOOK_AGAIN]    = {PAIR_HELD_LOOKED_UP, look_up_again},
		[EVENT_CLAIM_SENT]    = {PAIR_CLAIMING, count_claim},
		[EVENT_CLAIM_FREE]    = {PAIR_CLAIMED, offer_pair},
		[EVENT_GIVE_UP]       = {PAIR_FAILED, fail_waiting_pair},
	},
	[PAIR_HELD_LOOKED_UP] = {
		[EVENT_HIT]           = {PAIR_SAVED, take_held_found},
		[EVENT_MISS]          = {PAIR_HELD, hold_pair},
		[EVENT_AWAY]          = {PAIR_CLAIMED, offer_claimed_pair},
	},
	[PAIR_CLAIMED] = {
		[EVENT_QUEUE]         = {PAIR_QUEUED, queue_pair},
		[EVENT_GIVE_UP]       = {PAIR_FAILED, fail_waiting_pair}, /* the claim expires */
	},
	[PAIR_QUEUED] = {
		[EVENT_CALL]          = {PAIR_IN_CALL, NULL},
		[EVENT_GIVE_UP]       = {PAIR_FAILED, fail_queued_pair},
	},
	[PAIR_IN_CALL] = {
		[EVENT_CALL]          = {PAIR_IN_CALL, NULL},
		[EVENT_ANSWER]        = {PAIR_KNOWN, take_answer},
		[EVENT_REFUSAL]       = {PAIR_REFUSED, refuse_pair},
		[EVENT_GIVE_UP]       = {PAIR_FAILED, fail_queued_pair},
	},
	[PAIR_PROBED] = {
		[EVENT_ANSWER]        = {PAIR_KNOWN, take_probed_answer},
		[EVENT_REFUSAL]       = {PAIR_REFUSED, NULL},
		[EVENT_GIVE_UP]       = {PAIR_FAILED, NULL},
	},
	[PAIR_KNOWN] = {
		[EVENT_SAVE_DONE]     = {PAIR_SAVED, drop_saved_pair},
		[EVENT_SAVE_LATER]    = {PAIR_POSTPONED, drop_saved_pair},
	},
};
/* clang-format on */

/* --- held and wanted pairs --- */

/* Pairs that no claim or call has yet. */
static bool
fail_waiting_pairs(struct resolve *r, const char *reason)
{
	bool any = false;

	for (struct pair *pair; (pair = claims_next_wanted(r->claims)) || (pair = claims_next_held(r->claims));
	     any = true) {
		pair->reason = reason;
		resolve_event(r, pair, EVENT_GIVE_UP, NULL);
	}
	return any;
}

static void
look_up_held_pairs(struct resolve *r, int64_t now)
{
	struct claims_look look = claims_plan_look(r->claims, now);

	for (size_t i = 0; i < look.count; i++) {
		struct pair *pair = claims_next_held(r->claims);

		if (i % look.stride != 0)
			claims_hold(r->claims, pair);
		else if (look.anew)
			claim_pair(r, pair, NULL);
		else
			resolve_event(r, pair, EVENT_LOOK_AGAIN, NULL);
	}
}

/* Returns whether there was one. */
static bool
claim_wanted_pair(struct resolve *r)
{
	struct pair *pair = claims_next_wanted(r->claims);

	if (pair == NULL)
		return false;
	if (claims_look_first(r->claims))
		resolve_event(r, pair, EVENT_LOOK_AGAIN, NULL);
	else
		claim_pair(r, pair, NULL);
	return true;
}

/* --- */

static _Noreturn void
die_of_event(enum pair_state state, enum pair_event event)
{
	static const char *const states[PAIR_STATES] = {
		"new",       "looked up", "looked up (legacy)", "missing", "wanted", "looked up again", "claiming",
		"unclaimed", "held",      "held, looked up",    "claimed", "queued", "in a call",       "probed",
		"known",     "saved",     "postponed",          "refused", "failed",
	};
	static const char *const events[PAIR_EVENTS] = {
		"look up",   "hit",        "miss",        "others",     "away",       "sent anew",  "claim dropped",
		"save done", "save later", "legacy sent", "look again", "claim sent", "claim free", "admitted",
		"queue",     "call",       "answer",      "refusal",    "give up",
	};

	log_error("a bug: a pair that is '%s' meets the event '%s'", states[state], events[event]);
	abort();
}

void
resolve_release(struct resolve *r)
{
	json_release(&r->json);
	buf_release(&r->scratch);
}

enum pair_state
resolve_next_state(enum pair_state state, enum pair_event event)
{
	return table[state][event].next;
}

int
resolve_event(struct resolve *r, struct pair *pair, enum pair_event event, struct err *err)
{
	enum pair_state from = pair->state;
	const struct transition *transition = &table[from][event];

	if (transition->next == PAIR_NEW)
		die_of_event(from, event);
	pair->state = (uint8_t)transition->next;
	if (r->watch)
		r->watch(from, event, transition->next);
	return transition->act ? transition->act(r, pair, err) : 0;
}

struct pair *
resolve_pair(struct resolve *r, struct pair_hash hash, struct slice line)
{
	bool is_new;
	struct pair *pair = pairs_take(r->pairs, hash, &is_new);

	if (is_new) {
		pair->line = line;
		resolve_event(r, pair, EVENT_LOOK_UP, NULL);
	}
	return pair;
}

bool
resolve_step(struct resolve *r)
{
	const char *reason = r->services->given_up(r->dispatcher);
	size_t n = claims_capacity(r->claims, r->services->capacity(r->dispatcher));
	int64_t now = clock_mono_ms();
	bool did = false;

	if (reason)
		return fail_waiting_pairs(r, reason);
	if (claims_look_due(r->claims, now)) {
		look_up_held_pairs(r, now);
		did = true;
	}
	for (; n > 0 && claim_wanted_pair(r); n--)
		did = true;
	return did;
}

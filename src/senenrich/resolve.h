/*
 * The life of a pair, from the first posting with it to the answer: its states, the events in each
 * state, and the actions on them. The diagram and the table are in resolve.c.
 *
 * The memo, Redis, the claims and the model are services. They carry out orders and report what
 * happened, by resolve_event(). None of them reads or changes a pair's state.
 */
#ifndef SENENRICH_RESOLVE_H
#define SENENRICH_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "json/json.h"
#include "senenrich/pairs.h"
#include "senenrich/time_profile.h"

struct claims;
struct dispatcher;
struct lookup;
struct memo;

enum pair_state {
	PAIR_NEW,
	PAIR_LOOKED_UP,        /* Redis was asked for it */
	PAIR_LOOKED_UP_LEGACY, /* the same, under the predecessor's key */
	PAIR_MISSING,          /* Redis does not have it, or is away; left at once */
	PAIR_WANTED,           /* to be claimed when the next call has room */
	PAIR_LOOKED_UP_AGAIN,  /* before it is claimed, as other processes work on the same data */
	PAIR_CLAIMING,         /* a claim is on its way to Redis */
	PAIR_UNCLAIMED,        /* ours without a claim, as Redis takes no writes; it is looked up */
	PAIR_HELD,             /* another process has claimed it */
	PAIR_HELD_LOOKED_UP,   /* the same, and Redis was asked for its answer */
	PAIR_CLAIMED,          /* ours to ask for; left at once */
	PAIR_QUEUED,           /* waits for a call */
	PAIR_IN_CALL,          /* the model was asked, perhaps more than once */
	PAIR_PROBED,           /* the model was asked, to see whether it is back; nobody waits for it */
	PAIR_KNOWN,            /* the model has answered; the write-back is on its way */

	/* its postings can be written out */
	PAIR_SAVED,     /* `seniority` holds, and Redis has it */
	PAIR_POSTPONED, /* `seniority` holds; it is written back once Redis takes writes */
	PAIR_REFUSED,   /* `reason` says why there is no answer now */
	PAIR_FAILED,    /* `reason` says why it cannot be had now */
	PAIR_STATES
};

enum pair_event {
	EVENT_LOOK_UP, /* the first posting with it has come */

	/* of Redis */
	EVENT_HIT,           /* it is there; `seniority` is set */
	EVENT_MISS,          /* it is not there; after a claim: and the claim is ours */
	EVENT_OTHERS,        /* another process has claimed it */
	EVENT_AWAY,          /* no answer: Redis cannot be reached */
	EVENT_SENT_ANEW,     /* looked up once more from the start, over a new connection */
	EVENT_CLAIM_DROPPED, /* looked up without its claim, as Redis takes no writes now */
	EVENT_SAVE_DONE,     /* Redis has the answer */
	EVENT_SAVE_LATER,    /* Redis takes no writes now */

	/* of requests to the services */
	EVENT_LEGACY_SENT, /* a look-up under the predecessor's key is on its way */
	EVENT_LOOK_AGAIN,  /* look it up before it is claimed, or while another process holds it */
	EVENT_CLAIM_SENT,  /* a claim is on its way */
	EVENT_CLAIM_FREE,  /* it may be asked for without a claim */

	/* of the model */
	EVENT_ADMITTED, /* it may be asked for; its texts are copied */
	EVENT_QUEUE,    /* it waits for a call */
	EVENT_CALL,     /* a call with it was sent: the first, a retry, or half of a refused one */
	EVENT_ANSWER,   /* `seniority` is set */
	EVENT_REFUSAL,  /* there is no answer; `reason` is set */
	EVENT_GIVE_UP,  /* the model was given up; `reason` is set */
	PAIR_EVENTS
};

/* The services that the life of a pair needs. A unit test brings its own. */
struct resolve_services {
	/* Redis (lookup.h) */
	void (*look_up)(struct lookup *lookup, struct pair *pair);
	bool (*look_up_legacy)(struct lookup *lookup, struct pair *pair, struct slice company, struct slice title);
	bool (*claim)(struct lookup *lookup, struct pair *pair);
	void (*end_claim)(struct lookup *lookup, const struct pair *pair);
	bool (*save)(struct lookup *lookup, struct pair *pair);

	/* the model (dispatcher.h) */
	int (*admit)(struct dispatcher *dispatcher, struct pair *pair, struct slice company, struct slice title,
	             enum pair_event *verdict, struct err *err);
	void (*queue)(struct dispatcher *dispatcher, struct pair *pair);
	size_t (*capacity)(const struct dispatcher *dispatcher);
	const char *(*given_up)(const struct dispatcher *dispatcher);
};

struct resolve {
	const struct resolve_services *services;
	struct lookup *lookup;
	struct dispatcher *dispatcher;
	struct claims *claims;
	struct memo *memo;
	struct pairs *pairs;
	struct time_profile *profile;
	struct json json;   /* memory to reuse */
	struct buf scratch; /* the same */

	/* Called after each change of state, if not NULL. */
	void (*watch)(enum pair_state from, enum pair_event event, enum pair_state to);
};

void resolve_release(struct resolve *resolve);

/* Whether the pair's fate is known: its postings can be written out. */
static inline bool
pair_is_settled(const struct pair *pair)
{
	return pair->state >= PAIR_SAVED;
}

/*
 * Returns the pair with this hash and a reference for the caller, to be dropped by pairs_drop(). A
 * new one is looked up. `line` is the posting; it must stay where it is until the pair is settled.
 */
struct pair *resolve_pair(struct resolve *resolve, struct pair_hash hash, struct slice line);

/*
 * Changes the pair's state and acts as the table says. An event that is not in the table is a bug:
 * a message and abort(). -1 with err if the model's settings are wrong, which only happens after a
 * miss; for other events err may be NULL.
 */
int resolve_event(struct resolve *resolve, struct pair *pair, enum pair_event event, struct err *err);

/* The state that the event leads to; PAIR_NEW, to which nothing leads: it may not happen. */
enum pair_state resolve_next_state(enum pair_state state, enum pair_event event);

/*
 * Claims pairs for the room in the next call, and looks up pairs that other processes hold, if that
 * is due. If the model was given up, those pairs fail instead. Returns whether it did anything.
 */
bool resolve_step(struct resolve *resolve);

#endif

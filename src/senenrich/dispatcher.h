/*
 * The dispatcher asks the model. It queues pairs, sends them in full calls, retries while the model
 * fails, splits a call that the model refuses, and gives up if an outage lasts longer than
 * rpc_patience.
 */
#ifndef SENENRICH_DISPATCHER_H
#define SENENRICH_DISPATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/latency.h"
#include "base/random.h"
#include "base/ring.h"
#include "senenrich/admission.h"
#include "senenrich/model.h"
#include "senenrich/pairs.h"
#include "senenrich/resolve.h"
#include "settings/settings.h"

struct dispatcher_call;

struct dispatcher {
	const struct settings *settings; /* must outlive the dispatcher */
	size_t batch_pairs, batch_bytes;
	int64_t patience_ms;
	struct admission admission; /* how many calls, and how long */
	struct random random;       /* spreads retries */
	struct pairs *pairs;
	struct resolve *resolve; /* to which answers are reported */
	struct model *model;     /* NULL before the first miss: a run of hits never starts gRPC */

	struct ring queue;   /* of struct pair *: those that wait for a call */
	size_t queued_bytes; /* of their texts */

	struct dispatcher_call *open_calls; /* calls that are under way or wait for a retry */
	int under_way;

	/* an outage: from the first failure to the next good reply */
	int64_t outage_since;  /* 0: none */
	bool given_up;         /* patience is over: pairs fail at once, probes look for the end */
	struct err outage;     /* its last failure: "ADDRESS: UNAVAILABLE: ..." */
	char outage_text[320]; /* "model: UNAVAILABLE: ...", of pairs that fail */
	struct pair *probe;    /* not in the table; NULL: none under way */
	int64_t probe_at;

	int64_t calls, pairs_asked, retries;
	int64_t max_pairs;      /* that may be asked for */
	char budget_text[80];   /* "max_pairs: ...", of pairs beyond it */
	struct latency latency; /* of all calls, failed ones included */
};

/* Both must outlive it: `pairs` is where the pairs of probes come from. */
void dispatcher_init(struct dispatcher *dispatcher, const struct settings *settings, struct pairs *pairs,
                     struct resolve *resolve);
void dispatcher_release(struct dispatcher *dispatcher);

/*
 * Whether a pair may be asked for. *verdict becomes ADMITTED: its texts are copied; REFUSAL: it is
 * too long for a call; or GIVE_UP. -1 with err if the model's settings are wrong.
 */
int dispatcher_admit(struct dispatcher *dispatcher, struct pair *pair, struct slice company, struct slice title,
                     enum pair_event *verdict, struct err *err);

/* Queues an admitted pair. dispatcher_given_up() must be NULL. */
void dispatcher_add(struct dispatcher *dispatcher, struct pair *pair);

/* Why no more pairs can be asked for: the model was given up, or max_pairs is reached. NULL: they can. */
const char *dispatcher_given_up(const struct dispatcher *dispatcher);

/* How many more pairs the next call has room for; 0 if no call may start now. */
size_t dispatcher_capacity(const struct dispatcher *dispatcher);

/* Whether pairs are queued or in a call. */
bool dispatcher_is_busy(const struct dispatcher *dispatcher);

/* Calls `each` for all pairs that are queued or in a call, except those of probes. */
void dispatcher_for_each(const struct dispatcher *dispatcher, void each(void *context, struct pair *pair),
                         void *context);

/*
 * Starts the calls that can start. One that is not full only starts with `partial`, and if no other
 * is under way. Returns how many were started.
 */
int dispatcher_start(struct dispatcher *dispatcher, bool partial);

/* Takes the replies that have come and reports the results to their pairs. */
void dispatcher_collect(struct dispatcher *dispatcher);

/* Readable when a reply has come; -1 before the first call. */
int dispatcher_fd(const struct dispatcher *dispatcher);

/* Milliseconds until the next retry; -1: there is none. */
int64_t dispatcher_timeout(const struct dispatcher *dispatcher);

#endif

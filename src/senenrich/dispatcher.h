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
#include "senenrich/model.h"
#include "senenrich/pair_queue.h"
#include "senenrich/pairs.h"
#include "settings/settings.h"

struct dispatcher_call;

struct dispatcher {
	const struct settings *settings; /* must outlive the dispatcher */
	size_t batch_pairs, batch_bytes;
	int parallel;
	int64_t timeout_ms, patience_ms;
	struct random random; /* spreads retries */
	struct pairs *pairs;
	struct model *model; /* NULL before the first miss: a run of hits never starts gRPC */

	struct pair_queue queue; /* pairs that wait for a call */

	struct dispatcher_call *open_calls; /* calls that are under way or wait for a retry */
	int under_way;

	/* an outage: from the first failure to the next good reply */
	int64_t outage_since;  /* 0: none */
	bool given_up;         /* patience is over: pairs fail at once, probes look for the end */
	char outage_text[320]; /* "model: UNAVAILABLE: ..." */
	struct pair *probe;    /* not in the table; NULL: none under way */
	int64_t probe_at;

	int64_t calls, pairs_asked, retries;
	struct latency latency; /* of all calls, failed ones included */
};

/*
 * Reports a pair that is KNOWN, REFUSED or FAILED. The pair of a probe is only reported if KNOWN.
 */
typedef void dispatcher_resolved(void *context, struct pair *pair);

void dispatcher_init(struct dispatcher *dispatcher, const struct settings *settings, struct pairs *pairs);
void dispatcher_release(struct dispatcher *dispatcher);

/*
 * Whether a pair may be asked for; if so, copies its texts. Returns 1 if it may; 0 if its fate is
 * decided: it is too long, or the model was given up; -1 with err if the model's settings are
 * wrong.
 */
int dispatcher_admit(struct dispatcher *dispatcher, struct pair *pair, struct slice company, struct slice title,
                     struct err *err);

/*
 * Queues an admitted pair; takes the caller's reference. If the model was given up, the pair fails
 * at once.
 */
void dispatcher_add(struct dispatcher *dispatcher, struct pair *pair);

/* How many more pairs the next call has room for; 0 if no call may start now. */
size_t dispatcher_capacity(const struct dispatcher *dispatcher);

/* Calls `each` for all pairs that are queued or in a call, except those of probes. */
void dispatcher_for_each(const struct dispatcher *dispatcher, void each(void *context, struct pair *pair),
                         void *context);

/*
 * Starts the calls that can start. One that is not full only starts with `partial`, and if no other
 * is under way. Returns how many were started.
 */
int dispatcher_start(struct dispatcher *dispatcher, bool partial);

/* Takes the replies that have come and reports each pair that is resolved. */
void dispatcher_collect(struct dispatcher *dispatcher, dispatcher_resolved *resolved, void *context);

/* Readable when a reply has come; -1 before the first call. */
int dispatcher_fd(const struct dispatcher *dispatcher);

/* Milliseconds until the next retry; -1: there is none. */
int64_t dispatcher_timeout(const struct dispatcher *dispatcher);

#endif

/*
 * Asking the model: pairs that nobody knows are queued, sent in full calls, tried again while the model fails,
 * split where it refuses a call, and given up when its outage outlasts our patience.
 */
#ifndef SENENRICH_DISPATCHER_H
#define SENENRICH_DISPATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/latency.h"
#include "senenrich/model.h"
#include "senenrich/pair_queue.h"
#include "senenrich/pairs.h"
#include "settings/settings.h"

struct dispatcher_call;

struct dispatcher {
	const struct settings *settings; /* outlive it */
	size_t batch_pairs, batch_bytes;
	int parallel;
	int64_t timeout_ms, patience_ms;
	struct pairs *pairs;
	struct model *model; /* NULL before the first miss: a run that hits never loads gRPC */

	struct pair_queue queue; /* pairs that wait for a call */

	struct dispatcher_call *open_calls; /* calls under way or to be tried again */
	int under_way;

	/* an outage: from the first failure to the next good reply */
	int64_t outage_since;  /* 0: none */
	bool given_up;         /* patience is over: pairs fail at once, and probes look for its end */
	char outage_text[320]; /* "model: UNAVAILABLE: ..." */
	struct pair *probe;    /* not in the table; NULL: none under way */
	int64_t probe_at;

	int64_t calls, pairs_asked, retries;
	struct latency latency; /* of calls, those that failed too */
};

/* What became of a pair: KNOWN, REFUSED or FAILED. A probe's pair comes too (KNOWN only). */
typedef void dispatcher_resolved(void *context, struct pair *pair);

void dispatcher_init(struct dispatcher *dispatcher, const struct settings *settings, struct pairs *pairs);
void dispatcher_release(struct dispatcher *dispatcher);

/*
 * Whether a pair that waits can be asked for, and makes it ready (keeps its texts). Returns 1 where it can; 0 where its fate is
 * decided: too long, or an outage that was given up; -1 with err where the address is none.
 */
int dispatcher_admit(struct dispatcher *dispatcher, struct pair *pair, struct slice company, struct slice title,
                     struct err *err);

/* Queues an admitted pair; takes the caller's reference. During an outage that was given up it fails at once. */
void dispatcher_add(struct dispatcher *dispatcher, struct pair *pair);

/* How many pairs more the next call has room for, if one may start now. */
size_t dispatcher_capacity(const struct dispatcher *dispatcher);

/* Calls `each` for all pairs that are queued or in a call, but for probes. */
void dispatcher_for_each(const struct dispatcher *dispatcher, void each(void *context, struct pair *pair),
                         void *context);

/* Starts the calls that can start; one that is not full only if `partial` and none is under way. Returns how many. */
int dispatcher_start(struct dispatcher *dispatcher, bool partial);

/* Takes what the model has answered. */
void dispatcher_collect(struct dispatcher *dispatcher, dispatcher_resolved *resolved, void *context);

/* Readable when there is something to collect; -1 where there never was a call. */
int dispatcher_fd(const struct dispatcher *dispatcher);

/* Milliseconds till a call is to be tried again; -1: none is. */
int64_t dispatcher_timeout(const struct dispatcher *dispatcher);

#endif

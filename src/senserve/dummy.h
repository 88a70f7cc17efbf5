/*
 * The dummy model: request bytes in, reply bytes out, with faults on demand. It knows protobuf, but
 * nothing of gRPC calls. One thread asks it; any thread may read the counts.
 */
#ifndef SENSERVE_DUMMY_H
#define SENSERVE_DUMMY_H

#include <stdint.h>

#include "base/buf.h"

/* gRPC's status codes, as they go over the network. */
enum dummy_status {
	DUMMY_OK = 0,
	DUMMY_INVALID_ARGUMENT = 3,
	DUMMY_UNAVAILABLE = 14,
};

/* The code of "UNAVAILABLE" and the like, or -1. */
int dummy_status_code(const char *name);
const char *dummy_status_name(int code);

/* For each, 0 or NULL means no such fault. */
struct dummy_faults {
	int64_t fail_every;   /* every Nth call fails ... */
	int fail_status;      /* ... with this */
	int64_t omit;         /* every Nth pair is left out of its reply */
	int64_t out_of_range; /* every Nth pair is answered with 9 */
	const char *refuse;   /* a call with this text in a title is an invalid argument */
};

struct dummy_counts {
	int64_t calls;     /* all calls that were received whole */
	int64_t failed;    /* of them, those answered with a status other than OK */
	int64_t pairs;     /* pairs in the calls that did not fail */
	int64_t repeated;  /* of them, those that had been asked before */
	int64_t cancelled; /* calls whose client left before the answer */
};

struct dummy_answer {
	int status;
	char text[128];   /* if not DUMMY_OK */
	int64_t pairs;    /* how many the call asked for */
	struct buf reply; /* if DUMMY_OK; the caller keeps it from call to call */
};

struct dummy;

struct dummy *dummy_new(const struct dummy_faults *faults);
void dummy_free(struct dummy *dummy);

/* Answers a request. The bytes may be anything. */
void dummy_ask(struct dummy *dummy, struct slice request, struct dummy_answer *answer);

/* Counts an answer that no client took. */
void dummy_cancelled(struct dummy *dummy);

void dummy_counts(struct dummy *dummy, struct dummy_counts *counts);

/* Appends {"program":"senserve","calls":...} with its '\n'. */
void dummy_counts_write(struct dummy *dummy, struct buf *to);

#endif

/*
 * The dummy model: request bytes in, reply bytes out, and what a bad day makes of them. Knows
 * protobuf, but nothing of gRPC's calls. One thread asks it; any thread may read the counts.
 */
#ifndef SENSERVE_DUMMY_H
#define SENSERVE_DUMMY_H

#include <stdint.h>

#include "base/buf.h"

/* gRPC's status codes, which are also part of its wire format. */
enum dummy_status {
	DUMMY_OK = 0,
	DUMMY_INVALID_ARGUMENT = 3,
	DUMMY_UNAVAILABLE = 14,
};

/* The code of "UNAVAILABLE" and the like, or -1. */
int dummy_status_code(const char *name);
const char *dummy_status_name(int code);

/* 0 (or NULL) of each: no such fault. */
struct dummy_faults {
	int64_t fail_every;   /* every Nth call fails ... */
	int fail_status;      /* ... with this */
	int64_t omit;         /* every Nth pair is left out of its reply */
	int64_t out_of_range; /* every Nth pair is answered with 9 */
	const char *refuse;   /* a call with a title that holds this text is an invalid argument */
};

struct dummy_counts {
	int64_t calls;     /* all that came whole */
	int64_t failed;    /* of them: those answered with a status other than OK */
	int64_t pairs;     /* asked in the calls that did not fail */
	int64_t repeated;  /* of them: those that had been asked before */
	int64_t cancelled; /* calls whose client had gone before the answer */
};

struct dummy_answer {
	int status;
	char text[128];   /* where it is not DUMMY_OK */
	int64_t pairs;    /* asked in the call */
	struct buf reply; /* where it is; the caller keeps it from call to call */
};

struct dummy;

struct dummy *dummy_new(const struct dummy_faults *faults);
void dummy_free(struct dummy *dummy);

/* Answers a request. The bytes may be anything. */
void dummy_ask(struct dummy *dummy, struct slice request, struct dummy_answer *answer);

/* Notes that nobody took an answer. */
void dummy_cancelled(struct dummy *dummy);

void dummy_counts(struct dummy *dummy, struct dummy_counts *counts);

/* {"program":"senserve","calls":...} with its '\n'. */
void dummy_counts_write(struct dummy *dummy, struct buf *to);

#endif

/*
 * What the run's time goes to: a stopwatch that is always on one of these. Switched per batch, call or wait, never per line.
 */
#ifndef SENENRICH_SPENT_H
#define SENENRICH_SPENT_H

#include <stdint.h>

enum spent_on {
	SPENT_OWN,     /* parsing, splicing, reading and writing the streams */
	SPENT_INPUT,   /* waiting for input, when nothing else is under way */
	SPENT_READING, /* looking pairs up: the memo and Redis */
	SPENT_WRITING, /* claims and write-backs */
	SPENT_MODEL,   /* calls, and waiting for them */
	SPENT_KINDS
};

struct spent {
	enum spent_on now;
	int64_t since_ns;
	int64_t ns[SPENT_KINDS];
};

/* From now on SPENT_OWN. */
void spent_start(struct spent *spent);

/* From now on `on`. Returns what it was before. */
enum spent_on spent_switch(struct spent *spent, enum spent_on on);

#endif

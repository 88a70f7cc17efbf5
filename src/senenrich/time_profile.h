/*
 * How the run spends its time: a stopwatch that always counts for one of these uses. It is switched
 * once per batch, call or wait, never per line.
 */
#ifndef SENENRICH_TIME_PROFILE_H
#define SENENRICH_TIME_PROFILE_H

#include <stdint.h>

enum time_use {
	TIME_OWN,     /* parsing, splicing, reading and writing the streams */
	TIME_INPUT,   /* waiting for input, when nothing else is under way */
	TIME_READING, /* looking pairs up: the memo and Redis */
	TIME_WRITING, /* claims and write-backs */
	TIME_MODEL,   /* calls, and waiting for them */
	TIME_USES
};

struct time_profile {
	enum time_use now;
	int64_t since_ns;
	int64_t ns[TIME_USES];
};

/* Starts with TIME_OWN. */
void time_profile_start(struct time_profile *profile);

/* Switches to another use. Returns the previous one. */
enum time_use time_profile_switch(struct time_profile *profile, enum time_use on);

#endif

/* One run, or the sum of many: its numbers, and what pipeline.sh tells of it. */
#ifndef SENSTAT_RUN_H
#define SENSTAT_RUN_H

#include <stdbool.h>

#include "json/json.h"
#include "senstat/numbers.h"

/* {0} is an empty one. */
struct run {
	int64_t values[NUMBERS]; /* 0 if not known */
	bool known[NUMBERS];
	/* Texts of pipeline.sh's object, the first one's if there are many; NULL: there is none. */
	char *id;
	char *command;   /* how the user called pipeline.sh, quoted for a shell */
	char *tools;     /* what to type before the name of a program */
	char *arguments; /* what to type behind either */
	bool adds_up;    /* set by run_add_up() */
};

/*
 * Adds what an object of --stats or --progress tells; an unknown program's adds nothing. Returns
 * false if it is no such object.
 */
bool run_add(struct run *run, const struct json *object);

/* The same, but a number that is known replaces a smaller one: for objects that grow. */
bool run_update(struct run *run, const struct json *object);

/*
 * To be called once all objects are added. Checks that each object listed is stored or failed, and
 * that each line read was written, was rejected, or belongs to an object that failed. With
 * pipeline.sh's object there must be all of these numbers; without it, those that are there must
 * agree. Sets LOST, LISTED of a run by names, MOVED (never before AFTER) and MICROSECONDS.
 */
void run_add_up(struct run *run);

/* Postings read per second. */
int64_t run_rate(const struct run *run);

/* Reads a line of a history into an empty run. Returns false if it is none. */
bool run_parse_history(struct run *run, const struct json *object);

void run_release(struct run *run);

#endif

/*
 * The numbers of a run: what is read from the objects that --stats and --progress write, and from
 * the lines of a history. One table says where each comes from, and how those of several runs or
 * slices are added up.
 */
#ifndef SENSTAT_NUMBERS_H
#define SENSTAT_NUMBERS_H

#include <stdint.h>

enum number {
	/* The summary's, in its order. */
	LISTED,
	STORED,
	FAILED,
	FAILED_OBJECT,
	FAILED_EVERYBODY,
	FAILED_NOBODY,
	PRESENT,
	REWRITTEN,
	SKIPPED,
	EXCLUDED,
	EXCLUDED_CLASS,
	READ,
	WRITTEN,
	REJECTED,
	LOST, /* postings of objects that failed: computed */
	MEMO,
	REDIS,
	MODEL,
	PAIRS,
	CALLS,
	SUMMARY_END,
	/* What the history has besides. */
	LEVEL_1 = SUMMARY_END,
	LEVEL_7 = LEVEL_1 + 6,
	REJECTED_LINE,
	REJECTED_COMPANY,
	REJECTED_TITLE,
	REJECTED_MODEL,
	REJECTED_FORGED,
	HISTORY_END,
	/* What the programs tell, and no output repeats under this name. */
	FIRST = HISTORY_END, /* number in the name of the first object that was listed */
	UNSETTLED,
	HIGHEST,
	TAKEN, /* objects that s3cat read */
	MOVED, /* the cursor */
	SEEN,  /* postings that have come to senenrich; SEEN_REJECTED of them were rejected */
	SEEN_REJECTED,
	ELAPSED, /* microseconds of the program that ran longest */
	LISTING, /* microseconds of s3ls: known once it has ended */
	/* What pipeline.sh tells of a run. */
	STATUS,
	MICROSECONDS,
	ENDED,
	AFTER,    /* the cursor before it */
	FAILURES, /* objects that are recorded as failed for good, after it */
	NAMED,    /* 1: its objects were named, not listed */
	SWEEP,    /* 1: it looked for gaps */
	WATCH,    /* 1: one of many in a row */
	NUMBERS,
};

enum addition {
	ADD_SUM,
	ADD_LEAST,
	ADD_MOST,
	ADD_WORST, /* exit statuses: that of exits.h's order */
};

struct number_row {
	const char *name;    /* in the summary and the history; NULL: it is in neither */
	const char *program; /* whose object has it; NULL: any program's */
	const char *member;  /* its name there */
	enum addition addition;
	int scale; /* a decimal fraction there is this many times as much here; 0: it is a whole number */
};

extern const struct number_row number_table[NUMBERS];

#endif

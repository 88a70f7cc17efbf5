/* The page about the runs so far, from the lines of a history. */
#ifndef SENSTAT_REPORT_H
#define SENSTAT_REPORT_H

#include "base/buf.h"
#include "base/err.h"
#include "json/json.h"
#include "senstat/run.h"

enum {
	REPORT_RECENT = 15,  /* runs that the table shows */
	REPORT_POINTS = 160, /* bars of a figure at most: more runs are added up in groups */
};

/* A run in a history; {0} is an empty history. */
struct history {
	struct history_run {
		int64_t ended, status, microseconds;
		int64_t values[HISTORY_END];
	} * runs;
	size_t count, capacity;
};

/* Adds a line; false if it is none of a history. */
bool history_add(struct history *history, const struct json *object);
void history_release(struct history *history);

/* The sum of a number over all runs. */
int64_t history_sum(const struct history *history, int number);
/* Runs that are one bar of a figure. */
size_t report_group(const struct history *history);

/*
 * The figures, as commands for gnuplot that draw postings.svg, shares.svg, calls.svg, levels.svg and
 * rejects.svg into its current folder. Nothing if no run had postings.
 */
void report_gnuplot(const struct history *history, struct buf *to);

/*
 * The page, as HTML without anything from elsewhere. `figures`: the folder of the SVGs; those that
 * are not there are left out. `title`: a line at its top. Returns -1 with err if a figure cannot be
 * read.
 */
int report_html(const struct history *history, const char *figures, const char *title, struct buf *to, struct err *err);

#endif

/* What senstat prints. Each appends to `to`. */
#ifndef SENSTAT_FORMATS_H
#define SENSTAT_FORMATS_H

#include "base/err.h"
#include "senstat/run.h"

/*
 * For people: objects, postings, answers, time and cursor; what to do next if something failed. If
 * the numbers do not add up, those of each stage.
 */
void format_table(const struct run *run, struct buf *to);

/* One flat JSON object, with null for a number that is not known. */
void format_json(const struct run *run, struct buf *to);

/* The same with the end of the run, the levels and the kinds of rejects: a line of the history. */
void format_history(const struct run *run, struct buf *to);

/*
 * Prometheus's text format. The counters go on from those in the file `previous`; NULL, or if there
 * is no such file: from 0. Returns -1 with err if it cannot be read.
 */
int format_prometheus(const struct run *run, const char *previous, struct buf *to, struct err *err);

/*
 * The number up to which everything is stored, if all objects of a whole listing are, and the
 * cursor is not there yet; else nothing.
 */
void format_settled(const struct run *run, struct buf *to);

#endif

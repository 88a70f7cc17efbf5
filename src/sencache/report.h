/*
 * The result of a command, as named numbers: for people a line each ("bytes per pair: 17.3"), with
 * --json one object on one line. The whole numbers go to --stats, too.
 */
#ifndef SENCACHE_REPORT_H
#define SENCACHE_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "cli/stats.h"

struct report {
	struct buf text;
	struct stats *stats;
	bool json;
};

/* Names are words with '_' between them. */
void report_int(struct report *report, const char *name, int64_t value);
/* One digit after the point; not in --stats. */
void report_fraction(struct report *report, const char *name, double value);
void report_text(struct report *report, const char *name, const char *value);

/* Ends it: `text` can be printed. It is empty if nothing was reported. */
void report_end(struct report *report);
void report_release(struct report *report);

#endif

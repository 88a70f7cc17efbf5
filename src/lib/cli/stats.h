/*
 * The numbers of one run, as one flat JSON object: {"program":"s3ls","listed":3,...}. Every object
 * ends with seconds, cpu_seconds and peak_kib (peak memory), taken when it is saved.
 */
#ifndef CLI_STATS_H
#define CLI_STATS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/latency.h"

struct stats {
	struct buf json;
	int64_t started_ms;
};

void stats_init(struct stats *stats, const char *program);
void stats_int(struct stats *stats, const char *name, int64_t value);
/*
 * "failed_object", "failed_everybody" and "failed_nobody": how many objects failed, by enum fault.
 */
void stats_faults(struct stats *stats, const int64_t failed_by[FAULTS]);
/* NAME_p50_ms and NAME_p99_ms; nothing if nothing was measured. */
void stats_latency(struct stats *stats, const char *name, const struct latency *latency);
void stats_text(struct stats *stats, const char *name, const char *value);

/*
 * Appends the object as one line, by one write(2), to the file (created 0666 & umask); path NULL:
 * does nothing.
 */
int stats_save(struct stats *stats, const char *path, struct err *err);
void stats_release(struct stats *stats);

#endif

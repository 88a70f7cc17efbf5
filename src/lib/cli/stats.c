/* The numbers of one run. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "cli/stats.h"
#include "json/json.h"

static void
begin_member(struct stats *stats, const char *name)
{
	buf_append_byte(&stats->json, stats->json.len ? ',' : '{');
	json_quote(&stats->json, slice_of_str(name));
	buf_append_byte(&stats->json, ':');
}

void
stats_int(struct stats *stats, const char *name, int64_t value)
{
	begin_member(stats, name);
	buf_append_int(&stats->json, value);
}

void
stats_faults(struct stats *stats, const int64_t failed_by[FAULTS])
{
	char name[32];

	for (int i = 0; i < FAULTS; i++) {
		snprintf(name, sizeof(name), "failed_%s", fault_name((enum fault)i));
		stats_int(stats, name, failed_by[i]);
	}
}

void
stats_text(struct stats *stats, const char *name, const char *value)
{
	begin_member(stats, name);
	json_quote(&stats->json, slice_of_str(value));
}

static void
percentile(struct stats *stats, const char *name, const struct latency *latency, int percent)
{
	char whole[64];

	snprintf(whole, sizeof(whole), "%s_p%d_ms", name, percent);
	begin_member(stats, whole);
	buf_printf(&stats->json, "%.3f", (double)latency_percentile(latency, percent) / 1000);
}

void
stats_latency(struct stats *stats, const char *name, const struct latency *latency)
{
	if (latency->count == 0)
		return;
	percentile(stats, name, latency, 50);
	percentile(stats, name, latency, 99);
}

static double
cpu_seconds(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
	       (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

int
stats_save(struct stats *stats, const char *path, struct err *err)
{
	struct rusage usage;
	int fd, result = 0;

	if (path == NULL)
		return 0;
	getrusage(RUSAGE_SELF, &usage);
	begin_member(stats, "seconds");
	buf_printf(&stats->json, "%.3f", (double)(clock_mono_ms() - stats->started_ms) / 1000);
	begin_member(stats, "cpu_seconds");
	buf_printf(&stats->json, "%.3f", cpu_seconds(&usage));
	stats_int(stats, "peak_kib", usage.ru_maxrss);
	buf_append_str(&stats->json, "}\n");
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_set_errno(err, ERR_FAILED, "cannot open %s", path);
	/* not io_write_all: the numbers of a run that was asked to stop are wanted too */
	if (write(fd, stats->json.data, stats->json.len) != (ssize_t)stats->json.len)
		result = err_set_errno(err, ERR_FAILED, "cannot write to %s", path);
	if (close(fd) < 0 && result == 0)
		result = err_set_errno(err, ERR_FAILED, "cannot write to %s", path);
	return result;
}

void
stats_init(struct stats *stats, const char *program)
{
	*stats = (struct stats){.started_ms = clock_mono_ms()};
	stats_text(stats, "program", program);
	if (getenv("SENIORITY_RUN_ID"))
		stats_text(stats, "run", getenv("SENIORITY_RUN_ID"));
}

void
stats_release(struct stats *stats)
{
	buf_release(&stats->json);
}

/* How far a run is. */
#include "cli/progress.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"

enum {
	COUNTERS_MAX = 8,
	EVERY_MS = 250,
	LINE_BYTES = 512, /* more than the counters can take; one pwrite(2), which a reader sees as a whole */
};

static struct {
	int fd; /* 0: nobody watches */
	int count;
	int64_t next_ms;
	struct {
		const char *name;
		const int64_t *value;
	} counters[COUNTERS_MAX];
	struct buf line;
} progress;

/* Padded to a fixed length, so that nothing of a longer line stays. */
static void
write_line(void)
{
	struct buf *line = &progress.line;

	buf_reset(line);
	buf_printf(line, "{\"program\":\"%s\"", log_program());
	for (int i = 0; i < progress.count; i++) {
		buf_printf(line, ",\"%s\":", progress.counters[i].name);
		buf_append_int(line, *progress.counters[i].value);
	}
	buf_append_byte(line, '}');
	while (line->len < LINE_BYTES - 1)
		buf_append_byte(line, ' ');
	buf_append_byte(line, '\n');
	/* if this fails, the next write may succeed; the run itself is not affected */
	if (pwrite(progress.fd, line->data, line->len, 0) < 0) {
	}
}

int
progress_open(const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		return err_set_errno(err, ERR_USAGE, "cannot open %s", path);
	progress.fd = fd; /* never 0: the standard descriptors are taken */
	return 0;
}

void
progress_count(const char *name, const int64_t *counter)
{
	if (progress.count == COUNTERS_MAX)
		return;
	progress.counters[progress.count].name = name;
	progress.counters[progress.count++].value = counter;
}

void
progress_tick(void)
{
	int64_t now;

	if (progress.fd == 0)
		return;
	now = clock_mono_ms();
	if (now < progress.next_ms)
		return;
	progress.next_ms = now + EVERY_MS;
	write_line();
}

void
progress_end(void)
{
	if (progress.fd == 0)
		return;
	write_line();
	close(progress.fd);
	buf_release(&progress.line);
	progress.fd = progress.count = 0;
}

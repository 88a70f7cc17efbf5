/* The line at the bottom of a terminal. */
#include "senstat/live.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/signals.h"
#include "senstat/run.h"
#include "senstat/text.h"

enum {
	EVERY_MS = 500,
	FILE_BYTES_MAX = 64 * 1024,
	COLUMNS_DEFAULT = 80,
};

struct live {
	int64_t started_ms, total;
	struct buf file, line;
	struct json json;
};

static void
read_file(struct live *live, const char *path, struct run *run)
{
	struct err err = ERR_INIT;
	const char *why;

	buf_reset(&live->file);
	if (io_read_file(path, FILE_BYTES_MAX, &live->file, &err) == 0 &&
	    json_parse(&live->json, slice_of_buf(&live->file), &why))
		run_update(run, &live->json);
}

static void
append_duration(struct buf *to, int64_t seconds)
{
	if (seconds >= 3600)
		buf_printf(to, "%lld:%02d:%02d", (long long)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
	else
		buf_printf(to, "%lld:%02d", (long long)(seconds / 60), (int)(seconds % 60));
}

/* "120 of 4,000 objects  1:30 left"; a + says that s3ls is still counting. */
static void
append_objects(const struct live *live, const struct run *run, int64_t seconds, struct buf *to)
{
	const int64_t *v = run->values;
	int64_t done = v[STORED] + v[FAILED], all = live->total ? live->total : v[LISTED];
	bool counted = live->total || run->known[LISTING];

	text_grouped(to, done);
	buf_append_str(to, " of ");
	text_grouped(to, all);
	buf_append_str(to, counted ? " objects" : "+ objects");
	if (counted && done > 0 && seconds > 0) {
		buf_append_str(to, "  ");
		append_duration(to, (all - done) * seconds / done);
		buf_append_str(to, " left");
	}
}

static void
append_postings(const struct run *run, int64_t seconds, struct buf *to)
{
	const int64_t *v = run->values;
	int64_t known = v[MEMO] + v[REDIS] + v[MODEL];

	buf_append_str(to, "  ");
	text_grouped(to, v[SEEN]);
	buf_append_str(to, " postings  ");
	text_grouped(to, v[SEEN] / (seconds > 0 ? seconds : 1));
	buf_append_str(to, "/s");
	if (known > 0)
		buf_printf(to, "  memo %lld%% Redis %lld%% model %lld%%", (long long)(v[MEMO] * 100 / known),
		           (long long)(v[REDIS] * 100 / known), (long long)(v[MODEL] * 100 / known));
	buf_append_str(to, "  ");
	text_grouped(to, v[SEEN_REJECTED]);
	buf_append_str(to, " rejected");
}

static size_t
terminal_columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : COLUMNS_DEFAULT;
}

/* By one write, so that no message comes between; its first part is bold. */
static void
show_line(struct live *live)
{
	const char *no_color = getenv("NO_COLOR");
	bool bold = !no_color || !*no_color;
	const char *text = buf_cstr(&live->line), *gap = strstr(text, "  ");
	size_t len = live->line.len, most = terminal_columns() - 1, first;
	struct buf shown = BUF_INIT;

	len = len < most ? len : most;
	first = gap && (size_t)(gap - text) < len ? (size_t)(gap - text) : len;
	buf_printf(&shown, "\r\033[K%s%.*s%s%.*s", bold ? "\033[1m" : "", (int)first, text, bold ? "\033[0m" : "",
	           (int)(len - first), text + first);
	io_write_all(STDERR_FILENO, shown.data, shown.len);
	buf_release(&shown);
}

enum exit_status
live_show(char *const *paths, int count, int64_t total)
{
	struct live live = {.started_ms = clock_mono_ms(), .total = total};

	while (!signals_stop()) {
		struct run run = {.id = NULL};
		int64_t seconds = (clock_mono_ms() - live.started_ms) / 1000;

		for (int i = 0; i < count; i++)
			read_file(&live, paths[i], &run);
		buf_reset(&live.line);
		append_objects(&live, &run, seconds, &live.line);
		append_postings(&run, seconds, &live.line);
		run_release(&run);
		show_line(&live);
		poll(NULL, 0, EVERY_MS);
	}
	/* not io_write_all: it ends at once if the program was asked to stop */
	if (write(STDERR_FILENO, "\r\033[K", 4) < 0) {
	}
	buf_release(&live.file);
	buf_release(&live.line);
	json_release(&live.json);
	return STATUS_OK;
}

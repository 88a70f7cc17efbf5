/* The one loop in which all transfers move. */
#include "base/clock.h"
#include "base/io.h"
#include "base/signals.h"
#include "s3/s3.h"

/* Unfinished uploads are taken back when a program ends, but not for longer than people wait. */
#define DRAIN_MAX_MS 10000

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* Moves all requests on; returns milliseconds until something else than the network may, or -1. */
static int64_t
move_requests(struct s3 *s3)
{
	int64_t next;

	http_perform(s3->http);
	credentials_move(s3->credentials);
	next = s3_requests_wake(s3);
	return earlier(next, credentials_due(s3->credentials));
}

static bool
poll_requests(struct s3 *s3, int fd, int64_t timeout_ms)
{
	return http_poll(s3->http, fd, credentials_fd(s3->credentials), timeout_ms);
}

/* The same with what else may happen. */
static int64_t
move_all(struct s3 *s3)
{
	int64_t next = move_requests(s3);
	int64_t due;

	if (s3->readahead.due == 0)
		return next;
	due = s3->readahead.due - clock_mono_ms();
	if (due <= 0) {
		s3->readahead.due = due = 0;
		s3->events++;
	}
	return earlier(next, due);
}

void
s3_push(struct s3 *s3)
{
	credentials_move(s3->credentials);
	s3_requests_wake(s3);
	http_perform(s3->http);
}

int
s3_pump(struct s3 *s3, struct err *err)
{
	long events = s3->events;
	int64_t next;

	if (signals_stop() != 0)
		return err_set(err, ERR_TEMPORARY, "stopped by a signal");
	next = move_all(s3);
	if (s3->events == events)
		poll_requests(s3, -1, next);
	return 0;
}

int
s3_wait(struct store *store, int fd, int timeout_ms)
{
	struct s3 *s3 = (struct s3 *)store;
	int64_t end = timeout_ms >= 0 ? clock_mono_ms() + timeout_ms : INT64_MAX;
	bool readable = false;

	for (;;) {
		int64_t wait, next;

		if (signals_stop() != 0)
			return -1;
		next = move_all(s3);
		/*
		 * Anything that happened since the last wait, inside some other function, counts as news,
		 * too.
		 */
		if (readable || s3->events != s3->events_seen || clock_mono_ms() >= end)
			break;
		wait = earlier(timeout_ms >= 0 ? end - clock_mono_ms() : -1, next);
		readable = poll_requests(s3, fd, wait);
	}
	s3->events_seen = s3->events;
	if (!readable && fd >= 0)
		readable = io_readable(fd, 0) > 0;
	return readable ? 1 : 0;
}

void
s3_drain(struct s3 *s3)
{
	int64_t end = clock_mono_ms() + DRAIN_MAX_MS;

	while (s3->detached > 0 && clock_mono_ms() < end) {
		int64_t next = move_requests(s3);

		if (s3->detached > 0)
			poll_requests(s3, -1, earlier(next, 100));
	}
}

/* The input and the loop of the engine. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/signals.h"
#include "cli/progress.h"
#include "senenrich/enrich_batch.h"

enum {
	BATCH_BYTES = 4 * 1024 * 1024, /* closes a batch, as --batch lines do */
	WINDOW_BATCHES = 256,
	LINGER_MS = 5,      /* a pause in the input that closes a batch */
	PAUSE_MS = 50,      /* one that sends a call that is not full: no scheduler's hiccup */
	CONTROL_FACTOR = 6, /* a byte may take six in a reject record: \u0001 */
};

/* --- input --- */

static void
add_line(struct enrich *e, struct slice line, enum line what)
{
	struct batch *batch = e->filling;

	if (what == LINE_LONG)
		batch_add(batch, line, ITEM_LONG);
	else if (line_is_control(line))
		batch_add(batch, line, ITEM_CONTROL);
	else if (line_is_blank(line))
		batch_add(batch, line, ITEM_BLANK);
	else
		batch_add(batch, line, ITEM_POSTING);
}

/* Adds the lines that have come to batches, and closes full ones. */
static int
add_lines(struct enrich *e, struct err *err)
{
	struct slice line;
	enum line what;

	while ((what = lines_next(&e->lines, &line)) != LINE_MORE) {
		add_line(e, line, what);
		if (e->filling->count < (size_t)e->options.batch_lines && e->filling->text.len < BATCH_BYTES)
			continue;
		if (enrich_close_batch(e, err) < 0)
			return -1;
		enrich_write_batches(e);
	}
	return 0;
}

/*
 * Takes the rest without '\n'. A file written by hand may end like that, and a posting that was cut
 * off is never whole JSON. But a control record only ends like that if the stage that wrote it
 * died.
 */
static int
end_input(struct enrich *e)
{
	struct slice line;
	enum line what = lines_rest(&e->lines, &line);

	e->input_end = true;
	if (what == LINE_WHOLE && line_is_control(line)) {
		log_error("the input ends in the middle of a control record: the previous stage died");
		e->emit.status = status_worse(e->emit.status, STATUS_FAILED);
	} else if (what != LINE_MORE) {
		add_line(e, line, what);
	}
	return 0;
}

static int
read_input(struct enrich *e, struct err *err)
{
	ssize_t n = lines_read(&e->lines, e->fd);

	e->last_input_ms = clock_mono_ms();
	if (n > 0)
		return add_lines(e, err);
	if (n == 0)
		return end_input(e);
	if (errno == EINTR)
		return 0; /* the loop checks for signals */
	return err_set_errno(err, ERR_FAILED, "cannot read standard input");
}

/* --- the loop --- */

static bool
window_has_room(const struct enrich *e)
{
	return !e->input_end && e->window_bytes < e->options.window && e->window_batches < WINDOW_BATCHES;
}

/* Waits for the model, and for input if there is room. Returns whether there is input. */
static bool
wait_for_work(struct enrich *e, int timeout_ms, bool *anything)
{
	struct pollfd fds[3] = {
		{.fd = window_has_room(e) ? e->fd : -1, .events = POLLIN},
		{.fd = dispatcher_fd(&e->dispatcher), .events = POLLIN},
		{.fd = e->out->fd}, /* POLLERR: the reader has left */
	};
	enum time_use before = time_profile_switch(&e->profile, e->dispatcher.under_way > 0 ? TIME_MODEL : TIME_INPUT);
	int n = poll(fds, 3, timeout_ms);

	time_profile_switch(&e->profile, before);
	*anything = n > 0;
	if (n > 0 && (fds[2].revents & POLLERR) != 0 && e->out->failed == 0)
		e->out->failed = EPIPE;
	return n > 0 && fds[0].revents != 0;
}

/* The shorter of a wait (-1: for ever) and the rest of a pause. */
static int64_t
sooner_of(int64_t wait, int64_t pause)
{
	pause = pause > 0 ? pause : 0;
	return wait < 0 || pause < wait ? pause : wait;
}

/* How long to wait if nothing comes; -1: for ever. */
static int
time_to_wait(const struct enrich *e, int64_t idle)
{
	int64_t wait = dispatcher_timeout(&e->dispatcher);
	int64_t claims = claims_timeout(&e->claims, dispatcher_is_busy(&e->dispatcher));

	if (claims >= 0)
		wait = sooner_of(wait, claims);
	if (e->filling->count > 0)
		wait = sooner_of(wait, LINGER_MS - idle);
	if (e->dispatcher.queue.count > 0 && e->dispatcher.under_way == 0)
		wait = sooner_of(wait, PAUSE_MS - idle);
	return (int)wait;
}

static void
renew_claim(void *context, struct pair *pair)
{
	lookup_renew_claim(context, pair);
}

/* Renews our claims and claims more pairs. Returns whether it claimed or looked up any. */
static bool
step_pairs(struct enrich *e)
{
	if (claims_renew_due(&e->claims, clock_mono_ms()))
		dispatcher_for_each(&e->dispatcher, renew_claim, &e->lookup);
	return resolve_step(&e->resolve);
}

/*
 * Neither input nor a reply is there: does work that was put off until such a pause. Returns 1 if
 * there was any, 0 if not, -1 with err.
 */
static int
do_idle_work(struct enrich *e, int64_t idle, struct err *err)
{
	bool stuck = !window_has_room(e); /* the window is full, or the input has ended */

	if (e->lookup.flying.count > 0)
		return lookup_drain(&e->lookup, 0, err) < 0 ? -1 : 1;
	if (e->filling->count > 0 && (stuck || idle >= LINGER_MS))
		return enrich_close_batch(e, err) < 0 ? -1 : 1;
	if (step_pairs(e) ||
	    dispatcher_start(&e->dispatcher, (stuck || idle >= PAUSE_MS) && !claims_pending(&e->claims)) > 0)
		return 1;
	if (e->out->buf.len > 0) {
		out_flush(e->out);
		return 1;
	}
	return 0;
}

/* Takes replies and starts full calls. */
static void
exchange_with_model(struct enrich *e)
{
	enum time_use before = time_profile_switch(&e->profile, TIME_MODEL);

	dispatcher_collect(&e->dispatcher);
	dispatcher_start(&e->dispatcher, false);
	time_profile_switch(&e->profile, TIME_WRITING);
	step_pairs(e);
	time_profile_switch(&e->profile, before);
}

static int
run_one_step(struct enrich *e, struct err *err)
{
	int64_t idle;
	bool anything;
	int did;

	exchange_with_model(e);
	enrich_write_batches(e);
	if (lookup_bound_outage(&e->lookup, err) < 0)
		return -1;
	if (wait_for_work(e, 0, &anything))
		return read_input(e, err);
	if (anything)
		return 0;
	idle = clock_mono_ms() - e->last_input_ms;
	did = do_idle_work(e, idle, err);
	if (did != 0)
		return did < 0 ? -1 : 0;
	if (!e->input_end || e->first)
		wait_for_work(e, time_to_wait(e, idle), &anything);
	return 0;
}

/*
 * The next stage has stopped. No more calls are started; but those under way are paid for, so we
 * wait for their answers, no longer than their timeouts, and store them in the cache.
 */
static void
save_answers_under_way(struct enrich *e)
{
	while (e->dispatcher.under_way > 0 && !signals_stop()) {
		struct pollfd model = {.fd = dispatcher_fd(&e->dispatcher), .events = POLLIN};

		poll(&model, 1, -1);
		dispatcher_collect(&e->dispatcher);
	}
	lookup_finish(&e->lookup);
}

static void
connect_services(struct enrich *e)
{
	static const struct resolve_services services = {
		.look_up = lookup_ask,
		.look_up_legacy = lookup_ask_legacy,
		.claim = lookup_claim,
		.end_claim = lookup_end_claim,
		.save = lookup_save,
		.admit = dispatcher_admit,
		.queue = dispatcher_add,
		.capacity = dispatcher_capacity,
		.given_up = dispatcher_given_up,
	};

	e->resolve = (struct resolve){
		.services = &services,
		.lookup = &e->lookup,
		.dispatcher = &e->dispatcher,
		.claims = &e->claims,
		.memo = e->memo,
		.pairs = &e->pairs,
		.profile = &e->profile,
	};
}

int
enrich_init(struct enrich *e, int fd, struct out *out, const struct settings *settings,
            const struct enrich_options *options, struct err *err)
{
	*e = (struct enrich){.options = *options, .fd = fd, .out = out};
	e->max_line = (size_t)settings_int(settings, "max_line");
	lines_init(&e->lines, e->max_line * CONTROL_FACTOR + 64 * 1024);
	e->memo = memo_new(options->memo_pairs);
	pairs_init(&e->pairs);
	dispatcher_init(&e->dispatcher, settings, &e->pairs, &e->resolve);
	claims_init(&e->claims, e->dispatcher.batch_pairs);
	connect_services(e);
	emit_init(&e->emit, e->out, &e->pairs);
	if (settings_int(settings, "max_rejects") >= 0)
		e->emit.max_rejects = settings_int(settings, "max_rejects");
	e->filling = batch_new();
	time_profile_start(&e->profile);
	if (options->rejects_path != NULL && emit_open_rejects(&e->emit, options->rejects_path, err) < 0)
		return -1;
	return lookup_init(&e->lookup, settings, &e->resolve, &e->profile, options->require_cache, err);
}

void
enrich_release(struct enrich *e)
{
	lines_release(&e->lines);
	json_release(&e->json);
	buf_release(&e->scratch);
	buf_release(&e->hash_scratch);
	memo_free(e->memo);
	lookup_release(&e->lookup);
	claims_release(&e->claims);
	resolve_release(&e->resolve);
	dispatcher_release(&e->dispatcher);
	emit_release(&e->emit);
	pairs_release(&e->pairs);
	while (e->first) {
		struct batch *next = e->first->next;

		batch_free(e->first);
		e->first = next;
	}
	batch_free(e->filling);
	batch_free(e->spare);
}

int
enrich_run(struct enrich *e, struct err *err)
{
	e->last_input_ms = clock_mono_ms();
	while (!e->input_end || e->first || e->filling->count > 0 || e->lookup.flying.count > 0) {
		if (signals_stop())
			return 0;
		if (e->out->failed) {
			save_answers_under_way(e);
			return 0;
		}
		progress_tick();
		if (run_one_step(e, err) < 0)
			return -1;
		if (emit_too_many(&e->emit))
			return err_set(err, ERR_FAILED, "more than %lld lines were rejected: giving up",
			               (long long)e->emit.max_rejects);
	}
	time_profile_switch(&e->profile, TIME_OWN); /* closes the last period */
	lookup_finish(&e->lookup);
	emit_finish(&e->emit);
	return 0;
}

void
enrich_stats(const struct enrich *e, struct stats *stats)
{
	static const char *const names[TIME_USES] = {"ms_own", "ms_input", "ms_reading", "ms_writing", "ms_model"};

	stats_int(stats, "postings", e->emit.postings);
	stats_int(stats, "rejected", e->emit.rejected);
	stats_int(stats, "memo", e->emit.answered[FROM_MEMO]);
	stats_int(stats, "redis", e->emit.answered[FROM_REDIS]);
	stats_int(stats, "model", e->emit.answered[FROM_MODEL]);
	stats_int(stats, "pairs_asked", e->dispatcher.pairs_asked);
	stats_int(stats, "calls", e->dispatcher.calls);
	stats_int(stats, "retries", e->dispatcher.retries);
	stats_latency(stats, "call", &e->dispatcher.latency);
	emit_stats(&e->emit, stats);
	for (int i = 0; i < TIME_USES; i++)
		stats_int(stats, names[i], e->profile.ns[i] / 1000000);
}

/*
 * import --legacy: pairs from the predecessor's keys. One connection walks over all keys of the
 * database and reads the values of those whose names may be a pair's; another writes. Nothing is
 * deleted, and pairs that are in the cache stay. So the same call may be repeated, and should be if
 * it was cut short: SCAN's cursor does not outlive the server.
 *
 * GETRANGE, not GET: a key of somebody else's may hold a value of any size.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/signals.h"
#include "redis/redis.h"
#include "sencache/commands.h"
#include "sencache/scan.h"

#define PROGRESS_MS 5000

/* If more writes of a page are unanswered, we wait until only this many are. */
#define WRITES_IN_FLIGHT 2000

/* A key of the page that was asked for its value. */
struct asked {
	size_t key; /* of scan_count */
	bool ambiguous;
};

struct legacy {
	struct call *call;
	struct redis *redis;
	struct scan scan;
	enum legacy_split split;
	struct asked *asked;
	size_t asked_count, asked_capacity;
	struct buf scratch;
	int64_t keys, pairs, ambiguous, own, other;
	int64_t total; /* keys in the database, as it began */
	int64_t said_ms;
};

static int
ask_value(struct legacy *l, size_t key, bool ambiguous, struct err *err)
{
	struct slice argv[] = {SLICE("GETRANGE"), scan_key(&l->scan, key), SLICE("0"), SLICE("1")};

	l->asked[l->asked_count++] = (struct asked){key, ambiguous};
	return redis_append(l->redis, 4, argv, err);
}

/* Asks for the values of those keys of the page whose names may be a pair's. */
static int
ask_values(struct legacy *l, struct err *err)
{
	size_t count = scan_count(&l->scan);
	struct slice company, title;

	l->keys += (int64_t)count;
	l->asked_count = 0;
	if (count > l->asked_capacity) {
		l->asked = mem_resize(l->asked, count, sizeof(*l->asked));
		l->asked_capacity = count;
	}
	for (size_t i = 0; i < count; i++) {
		switch (legacy_parse(scan_key(&l->scan, i), l->split, &company, &title)) {
		case LEGACY_PAIR:
			if (ask_value(l, i, false, err) < 0)
				return -1;
			break;
		case LEGACY_AMBIGUOUS:
			/* somebody else's names often look like that: the value decides */
			if (ask_value(l, i, true, err) < 0)
				return -1;
			break;
		case LEGACY_OWN:
			l->own++;
			break;
		case LEGACY_OTHER:
			l->other++;
			break;
		}
	}
	return 0;
}

/* *seniority: 1..7, or 0 for any other value, a value that is gone, and anything but a string. */
static int
take_value(struct legacy *l, int *seniority, struct err *err)
{
	struct redis_value value;

	*seniority = 0;
	if (redis_next(l->redis, &value, err) < 0)
		return -1;
	if (value.type == REDIS_STRING && value.len == 1 && value.text[0] >= '1' && value.text[0] <= '7')
		*seniority = value.text[0] - '0';
	if (value.type == REDIS_ERROR && !slice_starts_with(redis_value_start(&value), SLICE("WRONGTYPE")))
		return redis_refuse(l->redis, redis_value_start(&value), err);
	return 0;
}

static int
take_pair(struct legacy *l, size_t key, int seniority, struct err *err)
{
	struct slice company, title;

	l->pairs++;
	if (l->call->options->dry_run)
		return 0;
	legacy_parse(scan_key(&l->scan, key), l->split, &company, &title);
	return cache_add(l->call->cache, pair_hash(company, title, &l->scratch), seniority, err);
}

static int
take_values(struct legacy *l, struct err *err)
{
	int seniority;

	for (size_t i = 0; i < l->asked_count; i++) {
		const struct asked *asked = &l->asked[i];

		if (take_value(l, &seniority, err) < 0)
			return -1;
		if (seniority == 0) {
			l->other++;
		} else if (asked->ambiguous) {
			struct slice key = scan_key(&l->scan, asked->key);

			log_debug("'%.*s' may be several pairs: left out", SLICE_ARGS(key));
			l->ambiguous++;
		} else if (take_pair(l, asked->key, seniority, err) < 0) {
			return -1;
		}
	}
	return l->call->options->dry_run ? 0 : call_settle_writes(l->call, WRITES_IN_FLIGHT, err);
}

static void
log_progress(struct legacy *l)
{
	int64_t now = clock_mono_ms();

	if (now - l->said_ms < PROGRESS_MS)
		return;
	l->said_ms = now;
	log_info("%lld of about %lld keys, %lld pairs", (long long)l->keys, (long long)l->total, (long long)l->pairs);
}

static int
count_keys(struct legacy *l, struct err *err)
{
	struct slice argv[] = {SLICE("DBSIZE")};
	struct redis_reply *reply = redis_command(l->redis, err, 1, argv);

	if (reply == NULL)
		return -1;
	l->total = reply->type == REDIS_INTEGER ? reply->integer : 0;
	redis_reply_free(reply);
	return 0;
}

static int
import_all_keys(struct legacy *l, struct err *err)
{
	if (count_keys(l, err) < 0 || scan_ask(&l->scan, err) < 0)
		return -1;
	while (l->scan.more && !signals_stop()) {
		if (scan_take(&l->scan, err) < 0 || ask_values(l, err) < 0)
			return -1;
		/* the next page is collected while this one's values are taken */
		if (scan_ask(&l->scan, err) < 0 || redis_flush(l->redis, err) < 0 || take_values(l, err) < 0)
			return -1;
		log_progress(l);
	}
	return l->call->options->dry_run ? 0 : call_settle_writes(l->call, 0, err);
}

static void
report_numbers(struct legacy *l)
{
	struct report *report = &l->call->report;
	int64_t added = cache_added(l->call->cache);

	report_int(report, "keys", l->keys);
	report_int(report, "pairs", l->pairs);
	if (!l->call->options->dry_run) {
		report_int(report, "new", added);
		report_int(report, "already_there", l->pairs - added);
	}
	report_int(report, "ambiguous", l->ambiguous);
	report_int(report, "own", l->own);
	report_int(report, "other", l->other);
	if (l->ambiguous)
		log_warning("keys left out because they have more than one ':', so each may be several pairs: %lld (--split "
		            "takes them)",
		            (long long)l->ambiguous);
}

static int
import_legacy(struct legacy *l)
{
	struct err err = ERR_INIT;
	enum exit_status status = STATUS_OK;

	l->redis = redis_open(l->call->cli->settings, &err);
	if (l->redis == NULL)
		return cli_error(&err);
	scan_init(&l->scan, l->redis, NULL);
	l->said_ms = clock_mono_ms();
	if (import_all_keys(l, &err) < 0) {
		err_prefix(&err, "stopped after %lld keys (what is written stays; the same call starts again)",
		           (long long)l->keys);
		status = cli_error(&err);
	} else {
		report_numbers(l);
	}
	scan_release(&l->scan);
	redis_free(l->redis);
	buf_release(&l->scratch);
	free(l->asked);
	return status;
}

enum exit_status
run_legacy(struct call *call)
{
	struct legacy l = {.call = call};
	const char *split = call->options->split;

	if (split && strcmp(split, "first") == 0)
		l.split = LEGACY_FIRST;
	else if (split && strcmp(split, "last") == 0)
		l.split = LEGACY_LAST;
	else if (split)
		return cli_usage_error(call->cli, "--split: '%s' is neither first nor last", split);
	return import_legacy(&l);
}

/*
 * How many pairs the cache has, and in how much memory: all its buckets are counted, the memory of
 * some is measured. While others write, the numbers are approximate. MEMORY USAGE does not count
 * Redis's table of all keys: 8 to 16 bytes a bucket.
 */
#include "base/log.h"
#include "base/signals.h"
#include "redis/redis.h"
#include "sencache/commands.h"
#include "sencache/scan.h"

#define MEASURED_ALL 4096  /* up to this many buckets are all measured... */
#define MEASURED_ONE_OF 16 /* ...and of more, one of these */

struct survey {
	struct call *call;
	struct redis *redis;
	struct scan scan;
	struct buf pattern;
	int64_t asked, buckets, pairs;
	int64_t measured_pairs, measured_bytes;
	bool refused; /* the server does not report how much memory a key takes */
};

static bool
is_measured(bool refused, int64_t bucket)
{
	return !refused && (bucket < MEASURED_ALL || bucket % MEASURED_ONE_OF == 0);
}

/* Queues, for each bucket of the page, HLEN, and MEMORY USAGE for some. */
static int
ask_buckets(struct survey *s, struct err *err)
{
	for (size_t i = 0; i < scan_count(&s->scan); i++) {
		struct slice length[] = {SLICE("HLEN"), scan_key(&s->scan, i)};
		struct slice memory[] = {SLICE("MEMORY"), SLICE("USAGE"), length[1]};

		if (redis_append(s->redis, 2, length, err) < 0)
			return -1;
		if (is_measured(s->refused, s->asked + (int64_t)i) && redis_append(s->redis, 3, memory, err) < 0)
			return -1;
	}
	return 0;
}

static bool
is_error(const struct redis_value *value, struct slice word)
{
	return value->type == REDIS_ERROR && slice_starts_with(redis_value_start(value), word);
}

/* Takes the reply to HLEN; 0 if the key is gone, or is not a hash. */
static int
take_length(struct survey *s, int64_t *length, struct err *err)
{
	struct redis_value value;

	*length = 0;
	if (redis_next(s->redis, &value, err) < 0)
		return -1;
	if (value.type == REDIS_ERROR && !is_error(&value, SLICE("WRONGTYPE")))
		return redis_refuse(s->redis, redis_value_start(&value), err);
	if (value.type == REDIS_INTEGER)
		*length = value.integer;
	return 0;
}

static int
take_memory(struct survey *s, int64_t *bytes, struct err *err)
{
	struct redis_value value;

	*bytes = 0;
	if (redis_next(s->redis, &value, err) < 0)
		return -1;
	if (value.type == REDIS_INTEGER)
		*bytes = value.integer;
	if (value.type != REDIS_ERROR)
		return 0;
	/* some services do not have MEMORY, or do not allow it: the rest can be reported */
	if (!is_error(&value, SLICE("ERR")) && !is_error(&value, SLICE("NOPERM")))
		return redis_refuse(s->redis, redis_value_start(&value), err);
	s->refused = true;
	return 0;
}

static int
take_buckets(struct survey *s, struct err *err)
{
	int64_t count = (int64_t)scan_count(&s->scan);
	bool refused = s->refused; /* as it was when the page was asked for */

	for (int64_t i = 0; i < count; i++) {
		bool measured = is_measured(refused, s->asked + i);
		int64_t length, bytes = 0;

		if (take_length(s, &length, err) < 0 || (measured && take_memory(s, &bytes, err) < 0))
			return -1;
		s->pairs += length;
		s->buckets += length > 0;
		if (length > 0 && bytes > 0) {
			s->measured_pairs += length;
			s->measured_bytes += bytes;
		}
	}
	s->asked += count;
	return 0;
}

static int
survey_all_buckets(struct survey *s, struct err *err)
{
	if (scan_ask(&s->scan, err) < 0)
		return -1;
	while (s->scan.more && !signals_stop())
		if (scan_take(&s->scan, err) < 0 || ask_buckets(s, err) < 0 || scan_ask(&s->scan, err) < 0 ||
		    redis_flush(s->redis, err) < 0 || take_buckets(s, err) < 0)
			return -1;
	return 0;
}

static void
report_survey(struct survey *s)
{
	struct report *report = &s->call->report;
	double each = s->measured_pairs ? (double)s->measured_bytes / (double)s->measured_pairs : 0;

	report_text(report, "redis", redis_name(s->redis));
	report_int(report, "cache_version", settings_int(s->call->cli->settings, "cache_version"));
	report_int(report, "pairs", s->pairs);
	report_int(report, "buckets", s->buckets);
	if (s->refused) {
		log_warning("%s does not report how much memory a key takes", redis_name(s->redis));
		return;
	}
	report_int(report, "bytes", (int64_t)(each * (double)s->pairs));
	report_fraction(report, "bytes_per_pair", each);
}

enum exit_status
run_stats(void *context)
{
	struct call *call = context;
	struct survey s = {.call = call};
	struct err err = ERR_INIT;
	int status = STATUS_OK;

	s.redis = redis_open(call->cli->settings, &err);
	if (s.redis == NULL)
		return cli_error(&err);
	buf_printf(&s.pattern, "seniority:%lld:?????", (long long)settings_int(call->cli->settings, "cache_version"));
	scan_init(&s.scan, s.redis, buf_cstr(&s.pattern));
	if (survey_all_buckets(&s, &err) < 0)
		status = cli_error(&err);
	else
		report_survey(&s);
	scan_release(&s.scan);
	buf_release(&s.pattern);
	redis_free(s.redis);
	return status;
}

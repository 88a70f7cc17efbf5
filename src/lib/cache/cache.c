/* The pair cache: commands out, answers in, in the same order. */
#include "cache/cache.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "cache/command.h"
#include "cache/pair_hash.h"
#include "redis/redis.h"

/*
 * Queued commands are sent once they have this many bytes, so that Redis works while the rest of a
 * batch is queued.
 */
#define SEND_EVERY 65536

/*
 * How many different lifetimes there are, up to a tenth apart: answers that were stored within one
 * hour should not all expire, and be asked of the model again, within one hour.
 */
#define LIFETIMES 16

/* The last argument of the commands about claims: their lifetime. */
#define CLAIM_LIFETIME "$4\r\n3000\r\n"
_Static_assert(CACHE_CLAIM_MS == 3000, "CLAIM_LIFETIME says the same");

enum awaited { ANSWER, WRITTEN, EXPIRING, CLAIMING, DONE };

struct cache {
	const struct settings *settings;
	struct redis *redis; /* NULL: not connected */
	struct buf name;     /* of the Redis last connected to */
	struct buf prefix;   /* "seniority:1:" */
	struct buf ask;      /* HGET up to the bucket's digits */
	struct buf tell;     /* HSET */
	struct buf add;      /* HSETNX */
	struct buf expire;   /* EXPIRE */
	struct buf claim;    /* SET up to the hash's digits */
	struct buf renew;    /* PEXPIRE */
	struct buf end;      /* DEL */
	struct buf awaited;  /* an enum awaited for each reply that is to come, from `answered` on */
	size_t answered;
	size_t in_flight; /* without the replies that go with another's: EXPIRING, CLAIMING */
	size_t send_from; /* length of the queue from which on it is sent */
	int64_t added;
	struct log_site strange;

	struct buf lifetime[LIFETIMES]; /* EXPIRE's end, with the seconds, by bucket; empty if nothing expires */
};

/* The connection is closed after an error: so is the cache, with all that was in flight. */
static int
lose_connection(struct cache *cache)
{
	cache_disconnect(cache);
	return -1;
}

static int
not_connected(struct err *err)
{
	return err_set(err, ERR_TEMPORARY, "the cache is not connected");
}

/* The buffer for commands. NULL with err. */
static struct buf *
open_queue(struct cache *cache, struct err *err)
{
	struct buf *queue = cache->redis ? redis_queue(cache->redis) : NULL;

	if (queue == NULL)
		not_connected(err);
	return queue;
}

static void
await_reply(struct cache *cache, enum awaited what)
{
	if (cache->answered * 2 >= cache->awaited.len) {
		buf_consume(&cache->awaited, cache->answered);
		cache->answered = 0;
	}
	buf_append_byte(&cache->awaited, (char)what);
	cache->in_flight += what != EXPIRING && what != CLAIMING;
}

static int
send_early(struct cache *cache, const struct buf *queue, struct err *err)
{
	if (queue->len < cache->send_from)
		return 0;
	if (redis_flush(cache->redis, err))
		return lose_connection(cache);
	cache->send_from = queue->len + SEND_EVERY; /* if Redis is slow, not with each command */
	return 0;
}

static int
write_pair(struct cache *cache, const struct buf *command, struct pair_hash hash, int seniority, struct err *err)
{
	struct buf *queue = open_queue(cache, err);
	const struct buf *lifetime = &cache->lifetime[(hash.high >> (64 - 4 * BUCKET_DIGITS)) % LIFETIMES];
	char value[] = "\r\n$1\r\n0\r\n";

	if (queue == NULL)
		return -1;
	if (seniority < 1 || seniority > 7)
		abort(); /* a bug: only a seniority may be stored */
	value[6] = (char)('0' + seniority);
	command_queue(queue, command, hash, true, slice_of(value, sizeof(value) - 1));
	await_reply(cache, WRITTEN);
	if (lifetime->len) {
		command_queue(queue, &cache->expire, hash, false, slice_of_buf(lifetime));
		await_reply(cache, EXPIRING);
	}
	return send_early(cache, queue, err);
}

/*
 * The seniority in a reply to a look-up, or 0. Anybody who can write to Redis can put anything
 * there.
 */
static int
seniority_of(struct cache *cache, const struct redis_value *value)
{
	if (value->type == REDIS_STRING && value->len == 1 && value->text[0] >= '1' && value->text[0] <= '7')
		return value->text[0] - '0';
	if (value->type != REDIS_NIL)
		log_warning_limited(&cache->strange, "%s: a cached value is not a seniority (1 to 7): treated as missing",
		                    cache_name(cache));
	return 0;
}

static int
next_reply(struct cache *cache, struct redis_value *value, struct err *err)
{
	if (redis_next(cache->redis, value, err))
		return lose_connection(cache);
	cache->answered++;
	if (value->type != REDIS_ERROR)
		return 0;
	/* Another kind of value in a bucket's place concerns the pairs of that bucket alone. */
	if (value->len >= 9 && memcmp(value->text, "WRONGTYPE", 9) == 0) {
		log_warning_limited(&cache->strange, "%s: a key of the cache holds something else: left alone",
		                    cache_name(cache));
		value->type = REDIS_NIL;
		return 0;
	}
	redis_refuse(cache->redis, redis_value_start(value), err);
	return lose_connection(cache);
}

void
cache_key(const struct cache *cache, struct pair_hash hash, struct buf *to)
{
	char digits[BUCKET_DIGITS];
	size_t len = (size_t)(pair_hash_bucket(digits, hash) - digits);

	buf_append_slice(to, slice_of_buf(&cache->prefix));
	buf_append(to, digits, len);
}

void
cache_field(struct pair_hash hash, struct buf *to)
{
	char digits[FIELD_MAX];
	char *start = pair_hash_field(digits + FIELD_MAX, hash);

	buf_append(to, start, (size_t)(digits + FIELD_MAX - start));
}

struct cache *
cache_new(const struct settings *settings)
{
	struct cache *cache = mem_zero(1, sizeof(*cache));
	int64_t days = settings_int(settings, "cache_ttl_days");
	struct buf claims = BUF_INIT;

	cache->settings = settings;
	cache->send_from = SEND_EVERY;
	buf_printf(&cache->prefix, "seniority:%lld:", (long long)settings_int(settings, "cache_version"));
	command_start(&cache->ask, 3, "HGET", &cache->prefix, BUCKET_DIGITS);
	command_start(&cache->tell, 4, "HSET", &cache->prefix, BUCKET_DIGITS);
	command_start(&cache->add, 4, "HSETNX", &cache->prefix, BUCKET_DIGITS);
	command_start(&cache->expire, 3, "EXPIRE", &cache->prefix, BUCKET_DIGITS);
	buf_printf(&claims, "seniority:claim:%lld:", (long long)settings_int(settings, "cache_version"));
	command_start(&cache->claim, 6, "SET", &claims, HASH_DIGITS);
	command_start(&cache->renew, 3, "PEXPIRE", &claims, HASH_DIGITS);
	command_start(&cache->end, 2, "DEL", &claims, HASH_DIGITS);
	buf_release(&claims);
	for (int i = 0; days > 0 && i < LIFETIMES; i++) {
		struct buf seconds = BUF_INIT;

		buf_append_int(&seconds, days * 86400 + days * 8640 * i / LIFETIMES);
		buf_printf(&cache->lifetime[i], "\r\n$%zu\r\n%s\r\n", seconds.len, buf_cstr(&seconds));
		buf_release(&seconds);
	}
	return cache;
}

void
cache_free(struct cache *cache)
{
	if (cache == NULL)
		return;
	cache_disconnect(cache);
	buf_release(&cache->name);
	buf_release(&cache->prefix);
	buf_release(&cache->ask);
	buf_release(&cache->tell);
	buf_release(&cache->add);
	buf_release(&cache->expire);
	buf_release(&cache->claim);
	buf_release(&cache->renew);
	buf_release(&cache->end);
	for (int i = 0; i < LIFETIMES; i++)
		buf_release(&cache->lifetime[i]);
	buf_release(&cache->awaited);
	free(cache);
}

int
cache_connect(struct cache *cache, struct err *err)
{
	if (cache->redis)
		return 0;
	cache->redis = redis_open(cache->settings, err);
	if (cache->redis == NULL)
		return -1;
	buf_reset(&cache->name);
	buf_append_str(&cache->name, redis_name(cache->redis));
	(void)buf_cstr(&cache->name);
	return 0;
}

/* HSET with a field that has no value: any ERR comes after rights, role and slot were looked at. */
static int
check_write(struct cache *cache, struct err *err)
{
	struct redis_value value;

	if (redis_next(cache->redis, &value, err))
		return lose_connection(cache);
	if (value.type != REDIS_ERROR || slice_starts_with(redis_value_start(&value), SLICE("ERR ")))
		return 0;
	redis_refuse(cache->redis, redis_value_start(&value), err);
	return lose_connection(cache);
}

int
cache_check(struct cache *cache, bool claims, struct err *err)
{
	struct pair_hash nobody = {0};
	struct buf key = BUF_INIT;
	struct slice half[] = {SLICE("HSET"), {NULL, 0}, SLICE("0"), SLICE("1"), SLICE("1")};
	int seniority, result;

	for (uint64_t i = 0; i < 64; i++)
		if (cache_ask(cache, (struct pair_hash){.high = i << 58}, err))
			return -1;
	if (claims && (cache_claim(cache, nobody, err) || cache_renew_claim(cache, nobody, err) ||
	               cache_end_claim(cache, nobody, err)))
		return -1;
	cache_key(cache, nobody, &key);
	half[1] = slice_of_buf(&key);
	result = redis_append(cache->redis, 5, half, err);
	buf_release(&key);
	while (result == 0 && cache->in_flight > 0)
		result = cache_answer(cache, &seniority, err);
	return result == 0 ? check_write(cache, err) : result;
}

bool
cache_connected(const struct cache *cache)
{
	return cache->redis != NULL;
}

void
cache_disconnect(struct cache *cache)
{
	redis_free(cache->redis);
	cache->redis = NULL;
	cache->awaited.len = cache->answered = cache->in_flight = 0;
}

const char *
cache_name(const struct cache *cache)
{
	return cache->name.data ? cache->name.data : "Redis";
}

size_t
cache_in_flight(const struct cache *cache)
{
	return cache->in_flight;
}

int
cache_ask(struct cache *cache, struct pair_hash hash, struct err *err)
{
	struct buf *queue = open_queue(cache, err);

	if (queue == NULL)
		return -1;
	command_queue(queue, &cache->ask, hash, true, SLICE("\r\n"));
	await_reply(cache, ANSWER);
	return send_early(cache, queue, err);
}

int
cache_claim(struct cache *cache, struct pair_hash hash, struct err *err)
{
	struct buf *queue = open_queue(cache, err);

	if (queue == NULL)
		return -1;
	command_queue_claim(queue, &cache->claim, hash, SLICE("\r\n$1\r\n1\r\n$2\r\nNX\r\n$2\r\nPX\r\n" CLAIM_LIFETIME));
	await_reply(cache, CLAIMING);
	return cache_ask(cache, hash, err);
}

int
cache_renew_claim(struct cache *cache, struct pair_hash hash, struct err *err)
{
	struct buf *queue = open_queue(cache, err);

	if (queue == NULL)
		return -1;
	command_queue_claim(queue, &cache->renew, hash, SLICE("\r\n" CLAIM_LIFETIME));
	await_reply(cache, DONE);
	return send_early(cache, queue, err);
}

int
cache_end_claim(struct cache *cache, struct pair_hash hash, struct err *err)
{
	struct buf *queue = open_queue(cache, err);

	if (queue == NULL)
		return -1;
	command_queue_claim(queue, &cache->end, hash, SLICE("\r\n"));
	await_reply(cache, DONE);
	return send_early(cache, queue, err);
}

int
cache_ask_legacy(struct cache *cache, struct slice company, struct slice title, struct err *err)
{
	struct buf *queue = open_queue(cache, err);

	if (queue == NULL)
		return -1;
	buf_printf(queue, "*2\r\n$3\r\nGET\r\n$%zu\r\n", company.len + 1 + title.len);
	buf_append_slice(queue, company);
	buf_append_byte(queue, ':');
	buf_append_slice(queue, title);
	buf_append(queue, "\r\n", 2);
	await_reply(cache, ANSWER);
	return send_early(cache, queue, err);
}

int
cache_tell(struct cache *cache, struct pair_hash hash, int seniority, struct err *err)
{
	return write_pair(cache, &cache->tell, hash, seniority, err);
}

int
cache_add(struct cache *cache, struct pair_hash hash, int seniority, struct err *err)
{
	return write_pair(cache, &cache->add, hash, seniority, err);
}

int64_t
cache_added(const struct cache *cache)
{
	return cache->added;
}

int
cache_flush(struct cache *cache, struct err *err)
{
	if (cache->redis == NULL)
		return not_connected(err);
	cache->send_from = SEND_EVERY;
	return redis_flush(cache->redis, err) ? lose_connection(cache) : 0;
}

int
cache_answer(struct cache *cache, int *seniority, struct err *err)
{
	struct redis_value value;
	enum awaited what;
	bool others = false; /* another's claim */

	if (cache->redis == NULL)
		return not_connected(err);
	if (cache->in_flight == 0)
		abort(); /* a bug: there is nothing to wait for */
	what = (enum awaited)cache->awaited.data[cache->answered];
	if (next_reply(cache, &value, err))
		return -1;
	if (what == CLAIMING) {
		others = value.type == REDIS_NIL;
		what = ANSWER;
		if (next_reply(cache, &value, err))
			return -1;
	}
	cache->in_flight--;
	*seniority = what == ANSWER ? seniority_of(cache, &value) : 0;
	if (others && *seniority == 0)
		*seniority = CACHE_CLAIMED;
	if (what == WRITTEN && value.type == REDIS_INTEGER)
		cache->added += value.integer;
	/* A write's EXPIRE comes right after it. */
	if (cache->answered < cache->awaited.len && cache->awaited.data[cache->answered] == EXPIRING)
		return next_reply(cache, &value, err);
	return 0;
}

/*
 * The pair cache against a real Redis, which the test starts for itself: what is told is known, in order, over batches
 * larger than any socket's buffer; what others put there does not hurt; no answer is ever taken for another pair's.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "cache/cache.h"
#include "redis/redis.h"

static char folder[] = "/tmp/cache_test.XXXXXX";
static char path[64];
static pid_t server;

static struct settings *
settings_with(const char *name, const char *value)
{
	struct settings *settings = settings_new();
	struct err err = ERR_INIT;

	assert_int_equal(settings_set_flag(settings, "redis_socket", path, &err), 0);
	if (name)
		assert_int_equal(settings_set_flag(settings, name, value, &err), 0);
	return settings;
}

static void
start_server(void)
{
	server = fork();
	if (server == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (chdir(folder) || !freopen("/dev/null", "w", stdout))
			_exit(126);
		/* Debian's redis-tools holds the server, too: it goes by the name that it is called by. */
		execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", "redis.sock", "--save", "", NULL);
		execlp("redis-check-rdb", "redis-server", "--port", "0", "--unixsocket", "redis.sock", "--save", "", NULL);
		_exit(127);
	}
}

static void
stop_server(void)
{
	if (server > 0) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
	server = 0;
	unlink(path);
}

static bool
wait_for_server(void)
{
	struct settings *settings = settings_with(NULL, NULL);
	struct redis *redis = NULL;
	struct err err = ERR_INIT;

	for (int i = 0; i < 500 && redis == NULL; i++) {
		redis = redis_open(settings, &err);
		if (redis == NULL)
			usleep(20000);
	}
	redis_free(redis);
	settings_free(settings);
	return redis != NULL;
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/redis.sock", folder);
	start_server();
	return wait_for_server() ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	stop_server();
	return rmdir(folder);
}

/* A command on a connection of its own; its reply as text. */
static const char *
redis_do(const char *a, const char *b, const char *c, const char *d)
{
	static char text[256];
	const char *words[] = {a, b, c, d};
	struct settings *settings = settings_with(NULL, NULL);
	struct err err = ERR_INIT;
	struct redis *redis = redis_open(settings, &err);
	struct slice argv[4];
	struct redis_reply *reply;
	int argc = 0;

	assert_non_null(redis);
	while (argc < 4 && words[argc]) {
		argv[argc] = slice_of_str(words[argc]);
		argc++;
	}
	reply = redis_command(redis, &err, argc, argv);
	assert_non_null(reply);
	if (reply->type == REDIS_INTEGER)
		snprintf(text, sizeof(text), "%lld", (long long)reply->integer);
	else
		snprintf(text, sizeof(text), "%s", reply->type == REDIS_NIL ? "(nil)" : reply->text.ptr);
	redis_reply_free(reply);
	redis_free(redis);
	settings_free(settings);
	return text;
}

static struct cache *
connected(struct settings *settings)
{
	struct cache *cache = cache_new(settings);
	struct err err = ERR_INIT;

	if (cache_connect(cache, &err))
		fail_msg("%s", ERR_TEXT(&err));
	return cache;
}

static struct pair_hash
hash_of(long number)
{
	static struct buf scratch;
	char title[64];
	int len = snprintf(title, sizeof(title), "Engineer %ld", number);

	return pair_hash(SLICE("Oakleaf Soft"), slice_of(title, (size_t)len), &scratch);
}

static void
tell_all(struct cache *cache, long from, long count)
{
	struct err err = ERR_INIT;
	int answer;

	for (long i = from; i < from + count; i++)
		assert_int_equal(cache_tell(cache, hash_of(i), 1 + (int)(i % 7), &err), 0);
	assert_int_equal(cache_flush(cache, &err), 0);
	for (long i = 0; i < count; i++) {
		assert_int_equal(cache_answer(cache, &answer, &err), 0);
		assert_int_equal(answer, 0);
	}
}

static int
ask(struct cache *cache, struct pair_hash hash)
{
	struct err err = ERR_INIT;
	int answer = -1;

	assert_int_equal(cache_ask(cache, hash, &err), 0);
	assert_int_equal(cache_answer(cache, &answer, &err), 0);
	return answer;
}

static void
names(void **state)
{
	struct settings *settings = settings_with("cache_version", "42");
	struct cache *cache = cache_new(settings);
	struct buf scratch = BUF_INIT, text = BUF_INIT;
	struct pair_hash a = pair_hash(SLICE("a:b"), SLICE("c"), &scratch);
	struct pair_hash b = pair_hash(SLICE("a"), SLICE("b:c"), &scratch);
	struct pair_hash none = pair_hash(slice_of(NULL, 0), SLICE("c"), &scratch);

	(void)state;
	assert_true(a.low != b.low && a.high != b.high && none.low != a.low);
	cache_key(cache, (struct pair_hash){UINT64_C(0x3fa2cfffffffffff), 0}, &text);
	assert_string_equal(buf_cstr(&text), "seniority:42:3fa2c");
	buf_reset(&text);
	cache_field((struct pair_hash){0, UINT64_C(1) << 63}, &text);
	buf_append_byte(&text, ' ');
	cache_field((struct pair_hash){0, UINT64_MAX}, &text);
	buf_append_byte(&text, ' ');
	cache_field((struct pair_hash){0, 0}, &text);
	buf_append_byte(&text, ' ');
	cache_field((struct pair_hash){0, INT64_MAX}, &text);
	buf_append_byte(&text, ' ');
	cache_field((struct pair_hash){0, 10}, &text);
	assert_string_equal(buf_cstr(&text), "-9223372036854775808 -1 0 9223372036854775807 10");
	buf_reset(&text);
	/* as xxh128sum prints it: the cache must find tomorrow what it keeps today */
	a = pair_hash(SLICE("Some Company"), SLICE("Senior Engineer number 3"), &scratch);
	assert_true(a.high == UINT64_C(0x3d9741b988d5cfce) && a.low == UINT64_C(0x5fe684101dc76e41));
	cache_key(cache, a, &text);
	assert_string_equal(buf_cstr(&text), "seniority:42:3d974");
	buf_release(&scratch);
	buf_release(&text);
	cache_free(cache);
	settings_free(settings);
}

static void
keeps(void **state)
{
	struct settings *settings = settings_with(NULL, NULL);
	struct cache *cache = connected(settings);
	struct pair_hash odd[] = {{0, 0},  {UINT64_MAX, UINT64_MAX}, {1, UINT64_C(1) << 63}, {5, 9}, {5, 10}, {5, 99},
	                          {5, 100}};
	struct err err = ERR_INIT;
	int answer;

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		assert_int_equal(ask(cache, odd[i]), 0);
		assert_int_equal(cache_tell(cache, odd[i], 1 + (int)(i % 7), &err), 0);
		assert_int_equal(cache_answer(cache, &answer, &err), 0);
		assert_int_equal(ask(cache, odd[i]), 1 + (int)(i % 7));
	}
	/* told again: the last counts */
	assert_int_equal(cache_tell(cache, odd[0], 7, &err), 0);
	assert_int_equal(cache_ask(cache, odd[0], &err), 0);
	assert_int_equal(cache_in_flight(cache), 2);
	assert_int_equal(cache_answer(cache, &answer, &err), 0);
	assert_int_equal(cache_answer(cache, &answer, &err), 0);
	assert_int_equal(answer, 7);
	assert_int_equal(cache_in_flight(cache), 0);
	assert_string_equal(redis_do("TTL", "seniority:1:00000", NULL, NULL), "-1");
	cache_free(cache);
	settings_free(settings);
}

/* Far more than the sockets hold in either direction, with batches that overlap and grow. */
static void
overlapping_batches(void **state)
{
	const long count = 60000, batch = 20000;
	struct settings *settings = settings_with(NULL, NULL);
	struct cache *cache = connected(settings);
	struct err err = ERR_INIT;
	int answer;

	(void)state;
	tell_all(cache, 0, count);
	for (long start = 0; start <= 2 * count; start += batch) {
		for (long i = start; i < start + batch && start < 2 * count; i++)
			assert_int_equal(cache_ask(cache, hash_of(i), &err), 0);
		assert_int_equal(cache_flush(cache, &err), 0);
		for (long i = start - batch; start && i < start; i++) {
			assert_int_equal(cache_answer(cache, &answer, &err), 0);
			assert_int_equal(answer, i < count ? 1 + (int)(i % 7) : 0);
		}
	}
	assert_int_equal(cache_in_flight(cache), 0);
	cache_free(cache);
	settings_free(settings);
}

static void
expires(void **state)
{
	struct settings *settings = settings_with("cache_ttl_days", "3");
	struct cache *cache = connected(settings);
	struct err err = ERR_INIT;
	struct buf key = BUF_INIT;
	int answer;

	(void)state;
	tell_all(cache, 900000, 500);
	cache_key(cache, hash_of(900000), &key);
	assert_int_equal(atol(redis_do("TTL", buf_cstr(&key), NULL, NULL)) > 2 * 86400, 1);
	/* Three days or up to a tenth more, and not all the same; of one bucket always the same. */
	long shortest = LONG_MAX, longest = 0;

	for (long i = 900000; i < 900500; i++) {
		long left;

		buf_reset(&key);
		cache_key(cache, hash_of(i), &key);
		left = atol(redis_do("TTL", buf_cstr(&key), NULL, NULL));
		shortest = left < shortest ? left : shortest;
		longest = left > longest ? left : longest;
	}
	assert_true(shortest >= 3 * 86400 - 300 && shortest <= 3 * 86400);
	assert_true(longest >= 3 * 86400 + 3 * 8640 * 14 / 16 && longest <= 3 * 86400 + 3 * 8640);
	/* asks and tells mixed: each answer belongs to its question */
	for (long i = 900000; i < 900500; i++) {
		assert_int_equal(cache_ask(cache, hash_of(i), &err), 0);
		assert_int_equal(cache_tell(cache, hash_of(i + 1000), 2, &err), 0);
	}
	assert_int_equal(cache_in_flight(cache), 1000);
	for (long i = 900000; i < 900500; i++) {
		assert_int_equal(cache_answer(cache, &answer, &err), 0);
		assert_int_equal(answer, 1 + (int)(i % 7));
		assert_int_equal(cache_answer(cache, &answer, &err), 0);
		assert_int_equal(answer, 0);
	}
	buf_release(&key);
	cache_free(cache);
	settings_free(settings);
}

/* What others put there counts as not known, and the connection goes on. */
static void
strange_values(void **state)
{
	static const char *const strange[] = {"", "0", "8", "9", "33", "3 ", "x", "-1", "\x03", "999999999999999999999999"};
	struct settings *settings = settings_with("cache_version", "7");
	struct cache *cache = connected(settings);
	struct err err = ERR_INIT;
	struct buf key = BUF_INIT, field = BUF_INIT;
	char *big = malloc(100001);
	int answer;

	(void)state;
	log_set_level(LOG_ERROR);
	cache_key(cache, hash_of(1), &key);
	cache_field(hash_of(1), &field);
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
		redis_do("HSET", buf_cstr(&key), buf_cstr(&field), strange[i]);
		assert_int_equal(ask(cache, hash_of(1)), 0);
	}
	memset(big, '3', 100000);
	big[100000] = '\0';
	redis_do("HSET", buf_cstr(&key), buf_cstr(&field), big);
	assert_int_equal(ask(cache, hash_of(1)), 0);
	redis_do("DEL", buf_cstr(&key), NULL, NULL);
	redis_do("SET", buf_cstr(&key), "3", NULL);
	assert_int_equal(ask(cache, hash_of(1)), 0);
	assert_int_equal(cache_tell(cache, hash_of(1), 3, &err), 0);
	assert_int_equal(cache_answer(cache, &answer, &err), 0);
	tell_all(cache, 2, 10);
	assert_int_equal(ask(cache, hash_of(2)), 3);
	log_set_level(LOG_WARNING);
	free(big);
	buf_release(&key);
	buf_release(&field);
	cache_free(cache);
	settings_free(settings);
}

/* Whatever fails, the connection is closed, and the next one begins with nothing in flight. */
static void
errors_disconnect(void **state)
{
	struct settings *settings = settings_with(NULL, NULL);
	struct cache *cache = connected(settings);
	struct err err = ERR_INIT;
	int answer;

	(void)state;
	tell_all(cache, 0, 10);
	redis_do("CONFIG", "SET", "maxmemory", "1");
	assert_int_equal(cache_ask(cache, hash_of(1), &err), 0);
	assert_int_equal(cache_tell(cache, hash_of(2), 5, &err), 0);
	assert_int_equal(cache_ask(cache, hash_of(3), &err), 0);
	assert_int_equal(cache_answer(cache, &answer, &err), 0);
	assert_int_equal(answer, 2);
	assert_int_equal(cache_answer(cache, &answer, &err), -1);
	assert_int_equal(err.kind, ERR_TEMPORARY);
	assert_non_null(strstr(ERR_TEXT(&err), "OOM"));
	assert_false(cache_connected(cache));
	assert_int_equal(cache_in_flight(cache), 0);
	assert_int_equal(cache_answer(cache, &answer, &err), -1);
	assert_int_equal(cache_ask(cache, hash_of(1), &err), -1);
	redis_do("CONFIG", "SET", "maxmemory", "0");
	assert_int_equal(cache_connect(cache, &err), 0);
	assert_int_equal(ask(cache, hash_of(4)), 5);
	cache_free(cache);
	settings_free(settings);
}

/* A late answer of the old connection must never be taken for one of the new. */
static void
late_answers(void **state)
{
	struct settings *settings = settings_with("redis_timeout", "1s");
	struct cache *cache = connected(settings);
	struct err err = ERR_INIT;
	int answer;

	(void)state;
	tell_all(cache, 0, 10);
	redis_do("CLIENT", "PAUSE", "60000", NULL);
	assert_int_equal(cache_ask(cache, hash_of(1), &err), 0);
	assert_int_equal(cache_answer(cache, &answer, &err), -1);
	assert_int_equal(err.kind, ERR_TEMPORARY);
	assert_non_null(strstr(ERR_TEXT(&err), "redis_timeout"));
	assert_null(strstr(ERR_TEXT(&err), "unavailable"));
	assert_false(cache_connected(cache));
	assert_int_equal(cache_connect(cache, &err), -1); /* it pauses still */
	kill(server, SIGKILL);
	stop_server();
	start_server();
	assert_true(wait_for_server());
	assert_int_equal(cache_connect(cache, &err), 0);
	assert_int_equal(ask(cache, hash_of(3)), 0);
	cache_free(cache);
	settings_free(settings);
}

static void
killed_server(void **state)
{
	struct settings *settings = settings_with(NULL, NULL);
	struct cache *cache = connected(settings);
	struct err err = ERR_INIT;
	int answer, failed = 0;

	(void)state;
	signal(SIGPIPE, SIG_DFL); /* the library must not raise it */
	kill(server, SIGSTOP);
	for (long i = 0; i < 50000; i++)
		assert_int_equal(cache_ask(cache, hash_of(i), &err), 0);
	stop_server();
	for (long i = 50000; i < 100000 && !failed; i++)
		failed = cache_ask(cache, hash_of(i), &err);
	if (!failed)
		failed = cache_flush(cache, &err);
	while (!failed)
		failed = cache_answer(cache, &answer, &err);
	assert_int_equal(err.kind, ERR_TEMPORARY);
	assert_false(cache_connected(cache));
	assert_int_equal(cache_connect(cache, &err), -1);
	assert_int_equal(err.kind, ERR_TEMPORARY);
	start_server();
	assert_true(wait_for_server());
	assert_int_equal(cache_connect(cache, &err), 0);
	tell_all(cache, 0, 5000);
	assert_int_equal(ask(cache, hash_of(8)), 2);
	cache_free(cache);
	settings_free(settings);
}

/* The answer to a claim, or to the end of one. */
static int
claim(struct cache *cache, struct pair_hash hash, bool end)
{
	struct err err = ERR_INIT;
	int answer = 99;

	assert_int_equal(end ? cache_end_claim(cache, hash, &err) : cache_claim(cache, hash, &err), 0);
	assert_int_equal(cache_answer(cache, &answer, &err), 0);
	return answer;
}

static void
claims(void **state)
{
	struct settings *settings = settings_with(NULL, NULL);
	struct cache *ours = cache_new(settings), *theirs = cache_new(settings);
	struct pair_hash hash = hash_of(777777), other = hash_of(777778);
	struct err err = ERR_INIT;
	int answer;

	(void)state;
	assert_int_equal(cache_connect(ours, &err), 0);
	assert_int_equal(cache_connect(theirs, &err), 0);
	assert_int_equal(claim(ours, hash, false), 0);
	assert_int_equal(claim(theirs, hash, false), CACHE_CLAIMED);
	assert_int_equal(claim(theirs, other, false), 0);
	/* mixed with others, each command has its own answer */
	assert_int_equal(cache_tell(ours, hash, 4, &err), 0);
	assert_int_equal(cache_renew_claim(ours, hash, &err), 0);
	assert_int_equal(cache_claim(ours, other, &err), 0);
	assert_int_equal(cache_ask(ours, hash, &err), 0);
	for (int i = 0; i < 4; i++) {
		static const int expected[] = {0, 0, CACHE_CLAIMED, 4};

		assert_int_equal(cache_answer(ours, &answer, &err), 0);
		assert_int_equal(answer, expected[i]);
	}
	/* known: whoever has the claim */
	assert_int_equal(claim(theirs, hash, false), 4);
	assert_int_equal(claim(ours, hash, true), 0);
	assert_int_equal(claim(theirs, other, true), 0);
	assert_int_equal(claim(ours, other, false), 0);
	assert_int_equal(claim(ours, other, true), 0);
	cache_free(ours);
	cache_free(theirs);
	settings_free(settings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),        cmocka_unit_test(keeps),          cmocka_unit_test(overlapping_batches),
		cmocka_unit_test(expires),      cmocka_unit_test(strange_values), cmocka_unit_test(errors_disconnect),
		cmocka_unit_test(late_answers), cmocka_unit_test(killed_server),  cmocka_unit_test(claims),
	};

	log_init("cache_test");
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* Windows of what is being got: their digests in company, their bounds, and when they are ready. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "s3/readahead.h"

enum { KIB = 1024, MIB = 1024 * KIB, TEXT_SIZE = 256 * KIB, WINDOWS = 40, MANY = 1000 };

static char text[TEXT_SIZE];

static int
make_text(void **state)
{
	(void)state;
	srandom(5);
	for (size_t i = 0; i < TEXT_SIZE; i++)
		text[i] = (char)random();
	return 0;
}

/* Takes what is there, and looks at it: it is the text from `taken` on. */
static size_t
take(struct readahead *ahead, size_t taken)
{
	struct slice got = readahead_take(ahead);

	assert_memory_equal(got.ptr, text + taken, got.len);
	return got.len;
}

static void
test_digests(void **state)
{
	struct readahead_pool pool = {0};
	struct readahead windows[WINDOWS];
	size_t given[WINDOWS] = {0}, taken[WINDOWS] = {0};

	(void)state;
	for (int i = 0; i < WINDOWS; i++) {
		readahead_open(&windows[i], &pool);
		/* some in company that are not digested */
		readahead_start(&windows[i], i % 2 ? TEXT_SIZE : -1, i % 5 > 0);
	}
	for (int round = 0; round < 4000; round++) {
		int i = (int)(random() % WINDOWS);
		size_t len = (size_t)random() % 5000;

		if (len > TEXT_SIZE - given[i])
			len = TEXT_SIZE - given[i];
		if (random() % 4 > 0) {
			readahead_add(&windows[i], text + given[i], len);
			given[i] += len;
		} else if (given[i] > taken[i]) {
			taken[i] += take(&windows[i], taken[i]);
		}
		if (random() % 500 == 0) {
			/* anew, from the start */
			readahead_start(&windows[i], -1, i % 5 > 0);
			given[i] = taken[i] = 0;
		}
	}
	for (int i = 0; i < WINDOWS; i++) {
		unsigned char ours[MD5_SIZE], theirs[EVP_MAX_MD_SIZE];

		readahead_end(&windows[i], true);
		if (i % 5 > 0) {
			readahead_digest(&windows[i], ours);
			assert_int_equal(EVP_Q_digest(NULL, "MD5", NULL, text, given[i], theirs, NULL), 1);
			assert_memory_equal(ours, theirs, MD5_SIZE);
		}
		if (given[i] > taken[i])
			assert_int_equal(take(&windows[i], taken[i]), given[i] - taken[i]);
	}
	assert_int_equal(pool.waiting, 0);
	for (int i = 0; i < WINDOWS; i++)
		readahead_close(&windows[i]);
	assert_int_equal(pool.open, 0);
	assert_null(pool.first);
	readahead_pool_release(&pool);
}

/* Filled as a server would that sends without end to readers who do not read. */
static size_t
fill(struct readahead_pool *pool, struct readahead *windows, int count)
{
	size_t most = 0;

	for (int i = 0; i < count; i++) {
		readahead_open(&windows[i], pool);
		readahead_start(&windows[i], INT64_MAX, false);
		assert_false(readahead_is_full(&windows[i]));
		while (!readahead_is_full(&windows[i]))
			readahead_add(&windows[i], text, 16 * KIB);
		assert_true(windows[i].came.len >= 256 * KIB);
		if (windows[i].came.len > most)
			most = windows[i].came.len;
	}
	return most;
}

static void
test_bounds(void **state)
{
	static struct readahead windows[MANY];
	static const int counts[] = {1, 16, 32, MANY};

	(void)state;
	for (size_t row = 0; row < sizeof(counts) / sizeof(*counts); row++) {
		struct readahead_pool pool = {0};

		assert_true(fill(&pool, windows, counts[row]) <= 4 * MIB + 16 * KIB);
		assert_true(pool.waiting <= 64 * (size_t)MIB + (size_t)counts[row] * 272 * KIB);
		/* What is spare is bounded too. */
		for (int i = 0; i < counts[row]; i++)
			readahead_close(&windows[i]);
		assert_int_equal(pool.waiting, 0);
		assert_true(pool.held <= 64 * (size_t)MIB);
		readahead_pool_release(&pool);
	}
}

static void
test_room(void **state)
{
	static struct readahead windows[WINDOWS];
	struct readahead_pool pool = {0};

	(void)state;
	assert_true(readahead_pool_has_room(&pool));
	fill(&pool, windows, WINDOWS);
	assert_false(readahead_pool_has_room(&pool));
	for (int i = 0; i < WINDOWS; i++)
		readahead_take(&windows[i]);
	assert_true(readahead_pool_has_room(&pool));
	for (int i = 0; i < WINDOWS; i++)
		readahead_close(&windows[i]);
	readahead_pool_release(&pool);
}

static void
start_some(struct readahead_pool *pool, struct readahead *windows, int count)
{
	for (int i = 0; i < count; i++) {
		readahead_open(&windows[i], pool);
		readahead_start(&windows[i], 1000, true);
	}
}

/* One that is alone waits for nobody. */
static void
test_ready_alone(void **state)
{
	struct readahead_pool pool = {0};
	struct readahead windows[7];

	(void)state;
	start_some(&pool, windows, 7);
	readahead_add(&windows[0], text, 1000);
	assert_true(readahead_is_ready(&windows[0]));
	for (int i = 0; i < 7; i++)
		readahead_close(&windows[i]);
	readahead_pool_release(&pool);
}

/* Among many it waits until enough of them have come, or until they have ended. */
static void
test_ready_together(void **state)
{
	struct readahead_pool pool = {0};
	struct readahead windows[16];
	unsigned char digest[MD5_SIZE];

	(void)state;
	start_some(&pool, windows, 16);
	assert_true(readahead_is_ready(&windows[0])); /* to say that nothing has come */
	for (int i = 0; i < 8; i++)
		readahead_add(&windows[i], text, 1000);
	assert_true(readahead_is_ready(&windows[0]));
	assert_int_equal(pool.due, 0);
	/* Whole blocks of the others are digested along: they need no company any more. */
	readahead_digest(&windows[0], digest);
	for (int i = 0; i < 8; i++)
		assert_true(windows[i].digested >= 1000 - MD5_BLOCK);
	for (int i = 0; i < 8; i++) {
		readahead_end(&windows[i], true);
		assert_true(readahead_is_ready(&windows[i]));
	}
	for (int i = 8; i < 16; i++)
		readahead_close(&windows[i]);
	for (int i = 0; i < 8; i++)
		readahead_close(&windows[i]);
	readahead_pool_release(&pool);
}

/* Those that are full and digested will not bring anything either. */
static void
test_ready_among_full(void **state)
{
	struct readahead_pool pool = {0};
	struct readahead windows[16];
	unsigned char digest[MD5_SIZE];

	(void)state;
	start_some(&pool, windows, 16);
	for (int i = 1; i < 16; i++) {
		while (!readahead_is_full(&windows[i]))
			readahead_add(&windows[i], text, TEXT_SIZE);
		readahead_digest(&windows[i], digest);
	}
	readahead_add(&windows[0], text, 1000);
	assert_true(readahead_is_ready(&windows[0]));
	for (int i = 0; i < 16; i++)
		readahead_close(&windows[i]);
	readahead_pool_release(&pool);
}

/* Or until its patience is over. */
static void
test_ready_in_the_end(void **state)
{
	struct readahead_pool pool = {0};
	struct readahead windows[16];
	int tries = 0;

	(void)state;
	start_some(&pool, windows, 16);
	readahead_add(&windows[3], text, 1000);
	while (!readahead_is_ready(&windows[3])) {
		assert_true(pool.due > 0);
		assert_true(++tries < 10000);
		usleep(1000);
	}
	assert_true(tries > 0);
	assert_int_equal(pool.due, 0);
	for (int i = 0; i < 16; i++)
		readahead_close(&windows[i]);
	readahead_pool_release(&pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_ready_alone),
		cmocka_unit_test(test_ready_together),
		cmocka_unit_test(test_ready_among_full),
		cmocka_unit_test(test_ready_in_the_end),
	};

	return cmocka_run_group_tests(tests, make_text, NULL);
}

/* The memo: what is put is got, what is of least use is forgotten, and nothing is made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "senenrich/memo.h"

/* Well mixed, as XXH3's halves are. */
static struct pair_hash
hash_of(uint64_t i)
{
	uint64_t x = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	return (struct pair_hash){.high = x ^ (x >> 27), .low = (x ^ (x >> 31)) * UINT64_C(0x94d049bb133111eb)};
}

static void
gives_back_what_was_put(void **state)
{
	struct memo *memo = memo_new(10000);

	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		assert_int_equal(memo_get(memo, hash_of(i)), 0);
		memo_put(memo, hash_of(i), (int)(i % 7) + 1);
	}
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(memo_get(memo, hash_of(i)), (int)(i % 7) + 1);
	for (uint64_t i = 1000; i < 100000; i++)
		assert_int_equal(memo_get(memo, hash_of(i)), 0);
	memo_free(memo);
}

static void
holds_as_many_as_asked(void **state)
{
	struct memo *memo = memo_new(100000);
	int known = 0;

	(void)state;
	for (uint64_t i = 0; i < 100000; i++)
		memo_put(memo, hash_of(i), 3);
	for (uint64_t i = 0; i < 100000; i++)
		known += memo_get(memo, hash_of(i)) == 3;
	assert_true(known > 97000);
	memo_free(memo);
}

static void
forgets_what_is_of_least_use(void **state)
{
	struct memo *memo = memo_new(1000);
	int known = 0;

	(void)state;
	for (uint64_t i = 0; i < 100; i++)
		memo_put(memo, hash_of(i), 5);
	/* 50,000 that come once, between them the hundred that come again and again */
	for (uint64_t i = 0; i < 50000; i++) {
		memo_put(memo, hash_of(1000 + i), 2);
		memo_get(memo, hash_of(i % 100));
	}
	for (uint64_t i = 0; i < 100; i++)
		known += memo_get(memo, hash_of(i)) == 5;
	assert_true(known >= 95);
	memo_free(memo);
}

static void
an_entry_of_zero_bits_is_no_answer(void **state)
{
	struct memo *memo = memo_new(1000);
	struct pair_hash zero = {0, 0};

	(void)state;
	assert_int_equal(memo_get(memo, zero), 0);
	memo_put(memo, zero, 7);
	assert_int_equal(memo_get(memo, zero), 7);
	memo_free(memo);
}

static void
without_memory_it_knows_nothing(void **state)
{
	struct memo *memo = memo_new(0);

	(void)state;
	memo_put(memo, hash_of(1), 7);
	memo_prefetch(memo, hash_of(1));
	assert_int_equal(memo_get(memo, hash_of(1)), 0);
	memo_free(memo);
	memo_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_was_put),         cmocka_unit_test(holds_as_many_as_asked),
		cmocka_unit_test(forgets_what_is_of_least_use),    cmocka_unit_test(an_entry_of_zero_bits_is_no_answer),
		cmocka_unit_test(without_memory_it_knows_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

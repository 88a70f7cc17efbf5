/* Pairs on their way: found again while they are held, gone when they are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "senenrich/pairs.h"

static struct pair_hash
hash_of(uint64_t i)
{
	return (struct pair_hash){.high = i, .low = i * UINT64_C(0x9e3779b97f4a7c15)};
}

static void
held_once_found_again(void **state)
{
	struct pairs pairs;
	struct pair *first, *second;
	bool is_new;

	(void)state;
	pairs_init(&pairs);
	first = pairs_take(&pairs, hash_of(1), &is_new);
	assert_true(is_new);
	second = pairs_take(&pairs, hash_of(1), &is_new);
	assert_false(is_new);
	assert_ptr_equal(first, second);
	pairs_drop(&pairs, first);
	second = pairs_take(&pairs, hash_of(1), &is_new);
	assert_false(is_new);
	pairs_drop(&pairs, first);
	pairs_drop(&pairs, first);
	pairs_take(&pairs, hash_of(1), &is_new);
	assert_true(is_new);
	pairs_release(&pairs);
}

static void
both_halves_of_the_hash_count(void **state)
{
	struct pairs pairs;
	struct pair_hash a = {1, 5}, b = {2, 5};
	bool is_new;

	(void)state;
	pairs_init(&pairs);
	pairs_take(&pairs, a, &is_new);
	pairs_take(&pairs, b, &is_new);
	assert_true(is_new);
	pairs_release(&pairs);
}

static void
a_forgotten_one_is_taken_anew(void **state)
{
	struct pairs pairs;
	struct pair *forgotten, *fresh;
	bool is_new;

	(void)state;
	pairs_init(&pairs);
	forgotten = pairs_take(&pairs, hash_of(1), &is_new);
	forgotten->company = mem_dup("texts go with it");
	pairs_forget(&pairs, forgotten);
	fresh = pairs_take(&pairs, hash_of(1), &is_new);
	assert_true(is_new);
	assert_ptr_not_equal(forgotten, fresh);
	pairs_drop(&pairs, forgotten);
	pairs_take(&pairs, hash_of(1), &is_new);
	assert_false(is_new);
	pairs_release(&pairs);
}

static void
one_that_is_apart_is_not_found(void **state)
{
	struct pairs pairs;
	struct pair *apart, *found;
	bool is_new;

	(void)state;
	pairs_init(&pairs);
	apart = pairs_take_apart(&pairs, hash_of(1));
	apart->company = mem_dup("texts go with the pairs");
	found = pairs_take(&pairs, hash_of(1), &is_new);
	assert_true(is_new);
	assert_ptr_not_equal(apart, found);
	pairs_drop(&pairs, pairs_take_apart(&pairs, hash_of(1)));
	assert_ptr_equal(pairs_take(&pairs, hash_of(1), &is_new), found);
	assert_false(is_new);
	pairs_release(&pairs);
}

static void
many_keep_their_places(void **state)
{
	enum { MANY = 50000 };
	struct pair **held = mem_zero(MANY, sizeof(*held));
	struct pairs pairs;
	bool is_new;

	(void)state;
	pairs_init(&pairs);
	for (uint64_t i = 0; i < MANY; i++)
		held[i] = pairs_take(&pairs, hash_of(i), &is_new);
	for (uint64_t i = 0; i < MANY; i++) {
		assert_ptr_equal(pairs_take(&pairs, hash_of(i), &is_new), held[i]);
		assert_false(is_new);
		pairs_drop(&pairs, held[i]);
		pairs_drop(&pairs, held[i]);
	}
	assert_int_equal(pairs.count, 0);
	pairs_release(&pairs);
	free(held);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(held_once_found_again),         cmocka_unit_test(both_halves_of_the_hash_count),
		cmocka_unit_test(a_forgotten_one_is_taken_anew), cmocka_unit_test(one_that_is_apart_is_not_found),
		cmocka_unit_test(many_keep_their_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

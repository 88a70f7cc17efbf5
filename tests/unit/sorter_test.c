/* base/sorter.h: the order is that of qsort, whatever fits into memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/sorter.h"

struct pair {
	char *key;
	size_t number; /* in the order in which it was added */
};

static int
compare(const void *a, const void *b)
{
	const struct pair *left = a, *right = b;
	int order = strcmp(left->key, right->key);

	return order != 0 ? order : (left->number > right->number) - (left->number < right->number);
}

/* `count` made-up keys, many of them twice, some long, some empty: through a sorter that holds `hold` bytes. */
static void
check(size_t count, size_t hold)
{
	struct pair *pairs = mem_zero(count + 1, sizeof(*pairs));
	struct sorter *sorter = sorter_new(hold);
	struct err err = ERR_INIT;
	struct slice key, value;
	unsigned seed = 7;

	for (size_t i = 0; i < count; i++) {
		seed = seed * 1103515245 + 12345;
		pairs[i].key = seed % 50 == 0 ? mem_dup("") : mem_printf("%*u", (int)(seed / 7 % 300), seed / 65536 % 5000);
		pairs[i].number = i;
		assert_int_equal(sorter_add(sorter, slice_of_str(pairs[i].key),
		                            slice_of((const char *)&pairs[i].number, sizeof(size_t)), &err),
		                 0);
	}
	qsort(pairs, count, sizeof(*pairs), compare);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(sorter_next(sorter, &key, &value, &err), 1);
		assert_true(slice_equal_str(key, pairs[i].key));
		assert_int_equal(value.len, sizeof(size_t));
		assert_memory_equal(value.ptr, &pairs[i].number, sizeof(size_t));
		free(pairs[i].key);
	}
	assert_int_equal(sorter_next(sorter, &key, &value, &err), 0);
	assert_int_equal(sorter_next(sorter, &key, &value, &err), 0);
	sorter_free(sorter);
	free(pairs);
}

static void
in_memory(void **state)
{
	(void)state;
	check(0, 1 << 20);
	check(1, 1 << 20);
	check(2, 1 << 20);
	check(3000, 10 << 20);
}

static void
on_disk(void **state)
{
	(void)state;
	check(1, 1);
	check(2, 1);
	check(300, 1);          /* a run for each */
	check(20000, 64 << 10); /* many runs */
	check(20000, 2 << 20);  /* two or three */
}

static void
left_early(void **state)
{
	struct sorter *sorter = sorter_new(100);
	struct err err = ERR_INIT;
	struct slice key, value;

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_int_equal(sorter_add(sorter, SLICE("a key that is not short"), SLICE("v"), &err), 0);
	assert_int_equal(sorter_next(sorter, &key, &value, &err), 1);
	sorter_free(sorter);
	sorter_free(NULL);
}

static void
no_room(void **state)
{
	struct sorter *sorter = sorter_new(1);
	struct err err = ERR_INIT;

	(void)state;
	setenv("TMPDIR", "/nonexistent", 1);
	assert_int_equal(sorter_add(sorter, SLICE("a"), SLICE("v"), &err), -1);
	assert_int_equal(err.kind, ERR_TEMPORARY);
	assert_non_null(strstr(ERR_TEXT(&err), "/nonexistent"));
	unsetenv("TMPDIR");
	sorter_free(sorter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_memory),
		cmocka_unit_test(on_disk),
		cmocka_unit_test(left_early),
		cmocka_unit_test(no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

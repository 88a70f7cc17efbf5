/* The set of output names: all are found again, whatever its size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "s3put/names.h"

enum { MANY = 200000 };

static struct slice
name(char *text, size_t size, int number)
{
	return slice_of(text, (size_t)snprintf(text, size, "job-postings-mod/%d.jsonl", number));
}

static void
test_many(void **state)
{
	struct names names = {0};
	char text[64];

	(void)state;
	for (int i = 0; i < MANY; i++)
		assert_true(names_add(&names, name(text, sizeof(text), i)));
	for (int i = 0; i < MANY; i++)
		assert_false(names_add(&names, name(text, sizeof(text), i)));
	assert_true(names_add(&names, name(text, sizeof(text), MANY)));
	assert_true(names_add(&names, SLICE("")));
	assert_false(names_add(&names, SLICE("")));
	assert_true(names.count == MANY + 2);
	/* what the header promises */
	assert_true(names.capacity * sizeof(*names.slots) <= 22 * names.count);
	names_release(&names);
	names_release(&names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_many)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

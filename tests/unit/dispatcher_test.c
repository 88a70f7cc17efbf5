/* The budget of a run: how many pairs the dispatcher may still ask for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "senenrich/dispatcher.h"

static void
budget(void **state)
{
	static const struct {
		const char *max_pairs;
		int64_t asked;
		size_t queued, capacity; /* a call has room for 10 */
	} cases[] = {
		{"-1", 0, 0, 10}, {"-1", INT64_C(1) << 40, 3, 7},
		{"20", 0, 0, 10}, {"20", 13, 0, 7},
		{"20", 13, 4, 3}, {"20", 13, 7, 0},
		{"20", 20, 0, 0}, {"20", 21, 0, 0}, /* a probe of a model that was given up came on top */
		{"20", 25, 4, 0}, {"0", 0, 0, 0},
		{"0", 1, 0, 0},
	};

	(void)state;
	setenv("RPC_BATCH", "10", 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct settings *settings;
		struct dispatcher dispatcher;
		struct err err = ERR_INIT;
		const char *reason;
		bool spent = strcmp(cases[i].max_pairs, "-1") != 0 && cases[i].capacity == 0;

		setenv("MAX_PAIRS", cases[i].max_pairs, 1);
		settings = settings_new();
		assert_int_equal(settings_load(settings, "/dev/null", &err), 0);
		dispatcher_init(&dispatcher, settings, NULL, NULL);
		for (size_t k = 0; k < cases[i].queued; k++)
			*(struct pair **)ring_push(&dispatcher.queue) = NULL;
		dispatcher.pairs_asked = cases[i].asked;
		assert_int_equal(dispatcher_capacity(&dispatcher), cases[i].capacity);
		reason = dispatcher_given_up(&dispatcher);
		assert_true((reason != NULL) == spent);
		assert_true(!spent || strncmp(reason, "max_pairs: ", 11) == 0);
		dispatcher_release(&dispatcher);
		settings_free(settings);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

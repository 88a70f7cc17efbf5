/* The predecessor's names for pairs: what is one, what may be several, what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cache/legacy.h"

/* The key parted with '|', or why not. */
static void
check(struct slice key, enum legacy_split split, enum legacy_key kind, const char *parts)
{
	struct slice company = {NULL, 0}, title = {NULL, 0};
	struct buf text = BUF_INIT;

	assert_int_equal(legacy_parse(key, split, &company, &title), kind);
	if (kind == LEGACY_PAIR) {
		buf_append_slice(&text, company);
		buf_append_byte(&text, '|');
		buf_append_slice(&text, title);
		assert_string_equal(buf_cstr(&text), parts);
	}
	buf_release(&text);
}

static void
test_one_colon(void **state)
{
	(void)state;
	for (enum legacy_split split = LEGACY_NOWHERE; split <= LEGACY_LAST; split++) {
		check(SLICE("a:b"), split, LEGACY_PAIR, "a|b");
		check(SLICE(":b"), split, LEGACY_PAIR, "|b");
		check(SLICE("Caf\xc3\xa9: \n"), split, LEGACY_PAIR, "Caf\xc3\xa9| \n");
		check(SLICE("seniority:CFO"), split, LEGACY_PAIR, "seniority|CFO");
		check(SLICE("a:"), split, LEGACY_OTHER, NULL);
		check(SLICE(":"), split, LEGACY_OTHER, NULL);
		check(SLICE(""), split, LEGACY_OTHER, NULL);
		check(slice_of(NULL, 0), split, LEGACY_OTHER, NULL);
		check(SLICE("last_key"), split, LEGACY_OTHER, NULL);
		check(SLICE("a\xff:b"), split, LEGACY_OTHER, NULL);
		check(SLICE("a:b\0c"), split, LEGACY_OTHER, NULL);
	}
}

static void
test_more_colons(void **state)
{
	(void)state;
	check(SLICE("a:b:c"), LEGACY_NOWHERE, LEGACY_AMBIGUOUS, NULL);
	check(SLICE("a:b:c:d"), LEGACY_FIRST, LEGACY_PAIR, "a|b:c:d");
	check(SLICE("a:b:c:d"), LEGACY_LAST, LEGACY_PAIR, "a:b:c|d");
	check(SLICE("::"), LEGACY_NOWHERE, LEGACY_AMBIGUOUS, NULL);
	check(SLICE("::"), LEGACY_FIRST, LEGACY_PAIR, "|:");
	check(SLICE("::"), LEGACY_LAST, LEGACY_OTHER, NULL);
	check(SLICE("a:b:\xc0"), LEGACY_NOWHERE, LEGACY_OTHER, NULL);
}

static void
test_own_keys(void **state)
{
	(void)state;
	for (enum legacy_split split = LEGACY_NOWHERE; split <= LEGACY_LAST; split++) {
		check(SLICE("seniority:1:3fa2c"), split, LEGACY_OWN, NULL);
		check(SLICE("seniority:cursor:{rl-data/a/>rl-data/b/}"), split, LEGACY_OWN, NULL);
	}
}

static void
test_plain(void **state)
{
	(void)state;
	assert_true(legacy_is_plain(SLICE("a"), SLICE("b")));
	assert_true(legacy_is_plain(slice_of(NULL, 0), SLICE("b")));
	assert_false(legacy_is_plain(SLICE("a:"), SLICE("b")));
	assert_false(legacy_is_plain(SLICE("a"), SLICE("b:c")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_colon),
		cmocka_unit_test(test_more_colons),
		cmocka_unit_test(test_own_keys),
		cmocka_unit_test(test_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

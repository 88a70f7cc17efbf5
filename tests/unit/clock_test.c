/* Times as text: our arithmetic beside libc's calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"

/* The same by libc: the way for what comes in no usual form. */
static int64_t
parse_by_libc(const char *text)
{
	struct tm tm = {0};
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	long ahead;

	if (rest == NULL)
		return -1;
	if (*rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (*rest == ' ' || (rest = strptime(rest, "%z", &tm)) == NULL || *rest != '\0')
		return -1;
	ahead = tm.tm_gmtoff;
	return (int64_t)timegm(&tm) - ahead;
}

static struct clock_text in_turn;

static void
check(int64_t seconds)
{
	time_t t = (time_t)seconds;
	char wanted[64], got[64];
	struct tm tm;

	assert_non_null(gmtime_r(&t, &tm));
	assert_true(strftime(wanted, sizeof(wanted), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0);
	clock_format_iso(seconds, got);
	assert_string_equal(got, wanted);
	for (int i = 0; i < 2; i++) {
		clock_format_next(&in_turn, seconds);
		assert_string_equal(in_turn.iso, wanted);
		assert_int_equal(in_turn.len, strlen(wanted));
	}
	if (seconds >= 0 && strlen(got) == 20)
		assert_int_equal(clock_parse_iso(got), seconds);
}

static void
every_day(void **state)
{
	/* From 1970 into the 25th century: the leap years of 2000, 2100 and 2400 are in it. The second of the day differs. */
	const int64_t days = 160000;

	(void)state;
	for (int64_t day = 0; day < days; day++)
		for (int64_t part = 0; part < 3; part++)
			check(day * 86400 + part * 28800 + day * 7919 % 28800);
}

static void
edges(void **state)
{
	static const int64_t cases[] = {0,          1,           59,           60,           86399,       86400,
	                                951782399,  951868799,   951868800,    1721183934,   4107542399,  4107542400,
	                                2147483647, 2147483648,  253402300799, 253402300800, 67767976233, -1,
	                                -86400,     -62135596800};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(cases[i]);
}

static void
parse(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
		{"2024-07-17T02:38:54.000Z", 1721183934},
		{"2024-07-17T02:38:54Z", 1721183934},
		{"2024-07-17T02:38:54.Z", 1721183934},
		{"2024-07-17T02:38:54.123456789+00:00", 1721183934},
		{"2000-02-29T23:59:59Z", 951868799},
		{"1970-01-01T00:00:00Z", 0},
		{"2016-12-31T23:59:60Z", 1483228800},
		{"", -1},
		{"Z", -1},
		{"2024-07-17", -1},
		{"2024-07-17T02:38", -1},
		{"2024-07-17T02:38:54", -1},
		{"2024-07-17T02:38:54z", -1},
		{"2024-07-17T02:38:54.000", -1},
		{"2024-07-17T02:38:54.0x0Z", -1},
		{"2024-07-17T02:38:54.000ZZ", -1},
		{"2024-07-17T02:38:54.5+0000", 1721183934},
		{"2024-07-17T02:38:54-00:00", 1721183934},
		{"2024-07-17T04:38:54+02:00", 1721183934},
		{"2024-07-16T21:08:54.000-0530", 1721183934},
		{"2024-07-17T04:38:54+02", 1721183934},
		{"2024-07-17T02:38:54+1:00", -1},
		{"2024-07-17T02:38:54+02:60", -1},
		{"2024-07-17T02:38:54+02:0", -1},
		{"2024-07-17T02:38:54+02:000", -1},
		{"2024-07-17T02:38:54 +02:00", -1},
		{"2024-07-17 02:38:54Z", -1},
		{"2024-00-17T02:38:54Z", -1},
		{"2024-13-17T02:38:54Z", -1},
		{"2024-07-00T02:38:54Z", -1},
		{"2024-07-32T02:38:54Z", -1},
		{"2024-07-17T24:38:54Z", -1},
		{"2024-07-17T02:60:54Z", -1},
		{"2024-07-17T02:38:62Z", -1},
		{"yesterday", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (clock_parse_iso(cases[i].text) != cases[i].seconds || parse_by_libc(cases[i].text) != cases[i].seconds)
			fail_msg("%s: %lld", cases[i].text, (long long)clock_parse_iso(cases[i].text));
	}
}

static void
parse_http(void **state)
{
	(void)state;
	assert_int_equal(clock_parse_time("Wed, 17 Jul 2024 02:38:54 GMT"), 1721183934);
	assert_int_equal(clock_parse_time("Wed, 17 Jul 2024 04:38:54 +0200"), 1721183934);
	assert_int_equal(clock_parse_time("2024-07-17T04:38:54+0200"), 1721183934);
	assert_int_equal(clock_parse_time("Wed, 17 Jul 2024 02:38:54"), -1);
	assert_int_equal(clock_parse_time("Wed, 17 Jul 2024 02:38:54 EST"), -1);
	assert_int_equal(clock_parse_time("17 Jul 2024"), -1);
	assert_int_equal(clock_parse_time(""), -1);
	assert_int_equal(clock_parse_time("2024-07-17T02:38:54+24:00"), -1);
}

/* One behind the other, as in a listing, with and without a change of the day: what clock_parse_usual makes of each. */
static void
parse_in_turn(void **state)
{
	static const char *const usual[] = {"2024-02-29T02:38:54", "2024-02-29T23:59:59", "2024-03-01T00:00:00",
	                                    "2024-02-29T00:00:00", "1969-12-31T23:59:59", "0001-01-01T00:00:01"};
	static const char bytes[] = "0123456789-:T.Z+ x/;~\x7f\x80\xb0\xba\xff";
	struct clock_day day = {0};
	char text[20] = "";

	(void)state;
	text[18] = text[15] = text[12] = '0';
	assert_null(clock_parse_next(&day, text, &(int64_t){0}));
	for (size_t n = 0; n < sizeof(usual) / sizeof(usual[0]) * 19 * sizeof(bytes); n++) {
		int64_t got = -7, wanted = -7;
		const char *end;

		memcpy(text, usual[n % 6], sizeof(text));
		text[n / 6 % 19] = bytes[n / 6 / 19]; /* the last is NUL */
		end = clock_parse_usual(text, &wanted);
		assert_ptr_equal(clock_parse_next(&day, text, &got), end);
		if (end != NULL)
			assert_int_equal(got, wanted);
		memcpy(text, usual[n % 6], sizeof(text));
		assert_ptr_equal(clock_parse_next(&day, text, &got), clock_parse_usual(text, &wanted));
		assert_int_equal(got, wanted);
	}
}

/* Any byte of a time changed, and cut at any place: what libc makes of it. */
static void
parse_like_libc(void **state)
{
	static const char usual[] = "2024-02-29T02:38:54.000Z";
	static const char bytes[] = "0123456789-:T.Z+ x";
	char text[sizeof(usual)];

	(void)state;
	for (size_t i = 0; i < sizeof(usual); i++) {
		memcpy(text, usual, sizeof(usual));
		text[i] = '\0';
		assert_int_equal(clock_parse_iso(text), parse_by_libc(text));
		for (const char *byte = bytes; *byte != '\0' && i < sizeof(usual) - 1; byte++) {
			text[i] = *byte;
			if (clock_parse_iso(text) != parse_by_libc(text))
				fail_msg("%s: %lld, not %lld", text, (long long)clock_parse_iso(text), (long long)parse_by_libc(text));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day),  cmocka_unit_test(edges),         cmocka_unit_test(parse),
		cmocka_unit_test(parse_http), cmocka_unit_test(parse_in_turn), cmocka_unit_test(parse_like_libc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

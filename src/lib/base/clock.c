/* Time. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

static int64_t
milliseconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_unix(void)
{
	return milliseconds(CLOCK_REALTIME) / 1000;
}

int64_t
clock_unix_ms(void)
{
	return milliseconds(CLOCK_REALTIME);
}

int64_t
clock_mono_ms(void)
{
	return milliseconds(CLOCK_MONOTONIC);
}

int64_t
clock_mono_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t
clock_mono_coarse_ms(void)
{
	return milliseconds(CLOCK_MONOTONIC_COARSE);
}

/*
 * Dates by arithmetic: libc's way costs more than all else that is done for a record. Years that begin with March have
 * their odd day last, and their months 31, 30, 31, 30, 31 days in turn. Days are counted from the first of such years.
 */
#define DAYS_TO_1970 719468
#define DAYS_OF_400_YEARS 146097
#define SECONDS_OF_9999 INT64_C(253402300799) /* the last of that year */

static int64_t
days_from_date(int64_t year, int month, int day)
{
	int from_march = (month + 9) % 12;

	year -= month <= 2;
	return year * 365 + year / 4 - year / 100 + year / 400 + (from_march * 153 + 2) / 5 + day - 1 - DAYS_TO_1970;
}

static void
date_from_days(int days, int *year, int *month, int *day)
{
	int all = days + DAYS_TO_1970;
	int left = all % DAYS_OF_400_YEARS;
	int years = (left - left / 1460 + left / 36524 - left / 146096) / 365;
	int from_march;

	left -= years * 365 + years / 4 - years / 100;
	from_march = (left * 5 + 2) / 153;
	*day = left - (from_march * 153 + 2) / 5 + 1;
	*month = from_march < 10 ? from_march + 3 : from_march - 9;
	*year = all / DAYS_OF_400_YEARS * 400 + years + (*month <= 2);
}

static char *
put_two(char *at, int number, char behind)
{
	at[0] = (char)('0' + number / 10);
	at[1] = (char)('0' + number % 10);
	at[2] = behind;
	return at + 3;
}

void
clock_format_iso(int64_t unix_seconds, char *text)
{
	time_t t = (time_t)unix_seconds;
	struct tm tm;

	if (unix_seconds >= 0 && unix_seconds <= SECONDS_OF_9999) {
		int seconds = (int)(unix_seconds % 86400);
		int year, month, day;

		date_from_days((int)(unix_seconds / 86400), &year, &month, &day);
		text = put_two(text, year / 100, '-') - 1;
		text = put_two(text, year % 100, '-');
		text = put_two(text, month, '-');
		text = put_two(text, day, 'T');
		text = put_two(text, seconds / 3600, ':');
		text = put_two(text, seconds / 60 % 60, ':');
		text = put_two(text, seconds % 60, 'Z');
		*text = '\0';
	} else if (gmtime_r(&t, &tm) == NULL || strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0) {
		memcpy(text, "1970-01-01T00:00:00Z", 21);
	}
}

/* So many digits, with this behind them, as a number from min to max; else -1. Reads nothing behind what is wrong. */
static int
get_digits(const char *text, int count, char behind, int min, int max)
{
	int number = 0;

	for (int i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number >= min && number <= max && (behind == '\0' || text[count] == behind) ? number : -1;
}

/* The time in the form that everybody writes, all digits there; the rest of it is at text + 19. */
static bool
parse_usual(const char *text, int64_t *seconds)
{
	int year, month, day, hour, minute, second;

	if ((year = get_digits(text, 4, '-', 1, 9999)) < 0 || (month = get_digits(text + 5, 2, '-', 1, 12)) < 0 ||
	    (day = get_digits(text + 8, 2, 'T', 1, 31)) < 0 || (hour = get_digits(text + 11, 2, ':', 0, 23)) < 0 ||
	    (minute = get_digits(text + 14, 2, ':', 0, 59)) < 0 || (second = get_digits(text + 17, 2, '\0', 0, 59)) < 0)
		return false;
	*seconds = days_from_date(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
	return true;
}

int64_t
clock_parse_iso(const char *text)
{
	struct tm tm = {0};
	const char *rest = text + 19;
	int64_t seconds;

	if (!parse_usual(text, &seconds)) {
		rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
		if (rest == NULL)
			return -1;
		seconds = (int64_t)timegm(&tm);
	}
	if (*rest == '.') {
		do
			rest++;
		while (*rest >= '0' && *rest <= '9');
	}
	return strcmp(rest, "Z") == 0 || strcmp(rest, "+00:00") == 0 ? seconds : -1;
}

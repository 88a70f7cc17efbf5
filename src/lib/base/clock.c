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
 * Dates by arithmetic: libc's way costs more than all else that is done for a record. Years that
 * begin with March have their odd day last, and their months 31, 30, 31, 30, 31 days in turn. Days
 * are counted from the first of such years.
 */
#define DAYS_TO_1970 719468
#define DAYS_OF_400_YEARS 146097
#define DAY 86400                             /* seconds */
#define SECONDS_OF_9999 INT64_C(253402300799) /* the last of that year */

static int
days_from_date(int year, int month, int day)
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

/* Two digits. Multiplying and shifting divides numbers below 100 by ten. */
static inline void
put_two(char *at, int number)
{
	int tens = number * 103 >> 10;

	at[0] = (char)('0' + tens);
	at[1] = (char)('0' + number - tens * 10);
}

static inline void
put_time(char *text, unsigned second_of_day)
{
	unsigned hour = second_of_day / 3600, second = second_of_day - hour * 3600, minute = second / 60;

	put_two(text + 11, (int)hour);
	put_two(text + 14, (int)minute);
	put_two(text + 17, (int)(second - minute * 60));
}

void
clock_format_iso(int64_t unix_seconds, char *text)
{
	time_t t = (time_t)unix_seconds;
	struct tm tm;

	if (unix_seconds >= 0 && unix_seconds <= SECONDS_OF_9999) {
		int year, month, day;

		date_from_days((int)(unix_seconds / DAY), &year, &month, &day);
		memcpy(text, "yyyy-mm-ddThh:mm:ssZ", 21);
		put_two(text, year / 100);
		put_two(text + 2, year % 100);
		put_two(text + 5, month);
		put_two(text + 8, day);
		put_time(text, (unsigned)(unix_seconds % DAY));
	} else if (gmtime_r(&t, &tm) == NULL || strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0) {
		memcpy(text, "1970-01-01T00:00:00Z", 21);
	}
}

void
clock_format_next(struct clock_text *text, int64_t unix_seconds)
{
	if (unix_seconds >= text->from && unix_seconds < text->to) {
		put_time(text->iso, (unsigned)(unix_seconds - text->from));
		return;
	}
	clock_format_iso(unix_seconds, text->iso);
	text->len = strlen(text->iso);
	text->from = text->to = 0;
	if (unix_seconds >= 0 && unix_seconds <= SECONDS_OF_9999) {
		text->from = unix_seconds - unix_seconds % DAY;
		text->to = text->from + DAY;
	}
}

/* Two digits as a number from min to max, or -1. Reads no byte after the first wrong one. */
static inline int
get_two(const char *text, int min, int max)
{
	unsigned tens = (unsigned)text[0] - '0', ones;

	if (tens > 9)
		return -1;
	ones = (unsigned)text[1] - '0';
	if (ones > 9)
		return -1;
	ones += tens * 10;
	return (int)ones >= min && (int)ones <= max ? (int)ones : -1;
}

/* The second of the day of "02:38:54", or -1. */
static inline int
second_of_day(const char *text)
{
	int hour, minute, second;

	if ((hour = get_two(text, 0, 23)) < 0 || text[2] != ':' || (minute = get_two(text + 3, 0, 59)) < 0 ||
	    text[5] != ':' || (second = get_two(text + 6, 0, 59)) < 0)
		return -1;
	return hour * 3600 + minute * 60 + second;
}

const char *
clock_parse_usual(const char *text, int64_t *seconds)
{
	int century, year, month, day, second;

	if ((century = get_two(text, 0, 99)) < 0 || (year = get_two(text + 2, 0, 99)) < 0 || text[4] != '-' ||
	    (month = get_two(text + 5, 1, 12)) < 0 || text[7] != '-' || (day = get_two(text + 8, 1, 31)) < 0 ||
	    text[10] != 'T' || (second = second_of_day(text + 11)) < 0)
		return NULL;
	year += century * 100;
	if (year == 0)
		return NULL; /* begins before the days that are counted */
	*seconds = (int64_t)days_from_date(year, month, day) * DAY + second;
	return text + 19;
}

const char *
clock_parse_next(struct clock_day *day, const char *text, int64_t *seconds)
{
	int second = second_of_day(text + 11);

	if (second < 0)
		return NULL;
	if (text[10] != 'T' || memcmp(text, day->text, sizeof(day->text)) != 0) {
		if (clock_parse_usual(text, seconds) == NULL)
			return NULL;
		memcpy(day->text, text, sizeof(day->text));
		day->seconds = *seconds - second;
	}
	*seconds = day->seconds + second;
	return text + 19;
}

/* "Z", "+02:00", "-0530", "+01", "+1": how many seconds a zone is ahead of UTC. */
static bool
parse_zone(const char *text, int *ahead)
{
	int hours, minutes = 0;

	*ahead = 0;
	if (strcmp(text, "Z") == 0)
		return true;
	if (*text != '+' && *text != '-')
		return false;
	if (text[1] >= '0' && text[1] <= '9' && text[2] == '\0') {
		*ahead = (text[1] - '0') * 3600 * (*text == '-' ? -1 : 1);
		return true;
	}
	if ((hours = get_two(text + 1, 0, 23)) < 0)
		return false;
	if (text[3] != '\0') {
		const char *rest = text + (text[3] == ':' ? 4 : 3);

		if ((minutes = get_two(rest, 0, 59)) < 0 || rest[2] != '\0')
			return false;
	}
	*ahead = (hours * 60 + minutes) * 60 * (*text == '-' ? -1 : 1);
	return true;
}

/* "Wed, 17 Jul 2024 02:38:54 GMT", as in HTTP's headers (RFC 1123). */
static int64_t
parse_http(const char *text)
{
	struct tm tm = {0};
	const char *rest = strptime(text, "%a, %d %b %Y %H:%M:%S", &tm);
	int ahead;

	if (rest == NULL || *rest != ' ')
		return -1;
	rest++;
	if (strcmp(rest, "GMT") == 0 || strcmp(rest, "UTC") == 0)
		rest = "Z";
	return parse_zone(rest, &ahead) ? (int64_t)timegm(&tm) - ahead : -1;
}

int64_t
clock_parse_iso(const char *text)
{
	struct tm tm = {0};
	int64_t seconds;
	int ahead;
	const char *rest = clock_parse_usual(text, &seconds);

	if (rest == NULL) {
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
	return parse_zone(rest, &ahead) ? seconds - ahead : -1;
}

int64_t
clock_parse_time(const char *text)
{
	return *text >= '0' && *text <= '9' ? clock_parse_iso(text) : parse_http(text);
}

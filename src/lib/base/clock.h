/* Time. Wall clock for names and records, the monotonic one for everything that waits. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t clock_unix(void);    /* seconds since 1970 */
int64_t clock_unix_ms(void); /* milliseconds since 1970 */
int64_t clock_mono_ms(void); /* milliseconds; never jumps */
int64_t clock_mono_ns(void); /* nanoseconds of the same clock */
/*
 * The same clock as clock_mono_ms, some milliseconds late at times, for a fraction of what that
 * costs.
 */
int64_t clock_mono_coarse_ms(void);

/* "2024-07-17T02:38:54Z" of unix seconds. `text` holds at least 32 bytes. */
void clock_format_iso(int64_t unix_seconds, char *text);

/*
 * The same for many times in turn, most of them of the same day as the one before. {0} is an empty
 * one.
 */
struct clock_text {
	int64_t from, to; /* iso's day, in unix seconds */
	size_t len;
	char iso[32];
};
void clock_format_next(struct clock_text *text, int64_t unix_seconds);

/*
 * Unix seconds of an ISO 8601 time ("2024-07-17T02:38:54.000Z"), or -1. A fraction of any length is
 * cut off. A zone must be there: Z, +hh:mm, +hhmm or +hh.
 */
int64_t clock_parse_iso(const char *text);
/* The same, or a time as HTTP has it ("Wed, 17 Jul 2024 02:38:54 GMT", RFC 1123). */
int64_t clock_parse_time(const char *text);
/*
 * The same for the most common form, "2024-07-17T02:38:54", at the start of a longer text. Returns
 * what follows it, or NULL if the text has another form, which clock_parse_iso may still read.
 */
const char *clock_parse_usual(const char *text, int64_t *seconds);

/*
 * The same for many times in turn, most of them of the same day as the one before. {0} is an empty
 * one. 19 bytes must be readable at `text`.
 */
struct clock_day {
	char text[11]; /* "2024-07-17T" */
	int64_t seconds;
};
const char *clock_parse_next(struct clock_day *day, const char *text, int64_t *seconds);

#endif

/* Numbers, sizes and times as people write them. Each parser takes the whole text or none of it. */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal digits only (a leading '-' is allowed), min..max. */
bool units_parse_int(const char *text, int64_t min, int64_t max, int64_t *value);

/* Bytes: "1048576", "64K", "64M", "64MiB", "2G" (powers of 1024). */
bool units_parse_size(const char *text, uint64_t *bytes);

/*
 * Milliseconds: "500ms", "30s", "5m", "2h", "1d"; a bare number is seconds. Fractions ("0.5s") are
 * taken.
 */
bool units_parse_time(const char *text, int64_t *milliseconds);

/* Unsigned digits in data[0..len), no sign, no overflow. */
bool units_parse_digits(const char *data, size_t len, int64_t *value);

#endif

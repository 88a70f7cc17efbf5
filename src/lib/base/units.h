/* Numbers, sizes and times as people write them. Each parser takes the whole text or none of it. */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdbool.h>
#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

/* The number that eight digits are, all in one go; false if one of the eight bytes is none. */
static inline bool
units_eight_digits(const char *data, uint64_t *value)
{
	uint64_t word;

	memcpy(&word, data, sizeof(word));
	word = le64toh(word) ^ UINT64_C(0x3030303030303030);
	if (((word + UINT64_C(0x7676767676767676)) | word) & UINT64_C(0x8080808080808080))
		return false;
	/* The first digit is in the lowest byte. Numbers of two digits, of four, of eight. */
	word = (word * 10 + (word >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
	word = (word * 100 + (word >> 16)) & UINT64_C(0x0000ffff0000ffff);
	*value = (word * 10000 + (word >> 32)) & UINT64_C(0xffffffff);
	return true;
}

#endif

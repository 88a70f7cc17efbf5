/* Numbers, sizes and times. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/units.h"

struct unit {
	const char *name;
	double factor;
};

/* clang-format off */
static const struct unit sizes[] = {
	{"", 1},
	{"B", 1},
	{"K", 1024.0},
	{"KiB", 1024.0},
	{"KB", 1024.0},
	{"M", 1048576.0},
	{"MiB", 1048576.0},
	{"MB", 1048576.0},
	{"G", 1073741824.0},
	{"GiB", 1073741824.0},
	{"GB", 1073741824.0},
	{"T", 1099511627776.0},
	{"TiB", 1099511627776.0},
	{NULL, 0},
};
/* clang-format on */

static const struct unit times[] = {
	{"ms", 1},      {"", 1000},      {"s", 1000},      {"m", 60000}, {"min", 60000},
	{"h", 3600000}, {"d", 86400000}, {"w", 604800000}, {NULL, 0},
};

/*
 * A plain decimal number (no sign, exponent, hexadecimal or "inf") and one of the units after it.
 */
static bool
parse_with_unit(const char *text, const struct unit *units, double limit, double *value)
{
	size_t digits = strspn(text, "0123456789.");
	char *end;
	double number;

	if (digits == 0 || text[0] == '.' || digits > 30)
		return false;
	number = strtod(text, &end);
	/* strtod would take "1e3" further than the digits */
	if (end != text + digits)
		return false;
	for (; units->name; units++) {
		if (strcasecmp(text + digits, units->name) == 0 && number * units->factor <= limit) {
			*value = number * units->factor;
			return true;
		}
	}
	return false;
}

bool
units_parse_digits(const char *data, size_t len, int64_t *value)
{
	int64_t sum = 0;

	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		int digit = data[i] - '0';

		if (digit < 0 || digit > 9 || sum > (INT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*value = sum;
	return true;
}

bool
units_parse_int(const char *text, int64_t min, int64_t max, int64_t *value)
{
	bool negative = *text == '-';
	int64_t number;

	if (!units_parse_digits(text + negative, strlen(text + negative), &number))
		return false;
	if (negative)
		number = -number;
	if (number < min || number > max)
		return false;
	*value = number;
	return true;
}

bool
units_parse_size(const char *text, uint64_t *bytes)
{
	double value;

	/* a double holds every whole number up to 2^53 */
	if (!parse_with_unit(text, sizes, 9007199254740992.0, &value))
		return false;
	*bytes = (uint64_t)value;
	return true;
}

bool
units_parse_time(const char *text, int64_t *ms)
{
	double value;

	if (!parse_with_unit(text, times, 9007199254740992.0, &value))
		return false;
	*ms = (int64_t)value;
	return true;
}

/* Hexadecimal digits: see hex.h. */
#include "base/hex.h"

void
hex_encode(char *to, const void *bytes, size_t len)
{
	const unsigned char *from = bytes;

	for (size_t i = 0; i < len; i++) {
		*to++ = HEX_DIGITS[from[i] >> 4];
		*to++ = HEX_DIGITS[from[i] & 15];
	}
	*to = '\0';
}

bool
hex_decode(void *to, const char *digits, size_t len)
{
	unsigned char *bytes = to;

	for (size_t i = 0; i < len; i++) {
		int high = hex_value(digits[2 * i]), low = high < 0 ? -1 : hex_value(digits[2 * i + 1]);

		if (low < 0)
			return false;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

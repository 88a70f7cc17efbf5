/* Hexadecimal digits: written in lower case, read in any. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>

#define HEX_DIGITS "0123456789abcdef"

/* The value of a digit, or -1 if it is not one. */
static inline int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Writes 2 * len digits and a NUL. */
void hex_encode(char *to, const void *bytes, size_t len);
/* Reads 2 * len digits into len bytes. Returns false if one of them is not a digit. */
bool hex_decode(void *to, const char *digits, size_t len);

#endif

/* UTF-8 (RFC 3629). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/*
 * The bytes of the character at text[0..len), 1 to 4, or 0 if it is not valid: no surrogates, no
 * overlong forms, nothing above U+10FFFF, nothing cut off.
 */
size_t utf8_length(const char *text, size_t len);

#endif

/* UTF-8, by the table of RFC 3629 section 4. */
#include "base/utf8.h"

static int
is_tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

size_t
utf8_length(const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;

	if (len == 0)
		return 0;
	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2)
		return 0;
	if (s[0] < 0xe0)
		return len >= 2 && is_tail(s[1]) ? 2 : 0;
	if (s[0] < 0xf0) {
		if (len < 3 || !is_tail(s[1]) || !is_tail(s[2]))
			return 0;
		if (s[0] == 0xe0 && s[1] < 0xa0)
			return 0; /* overlong */
		if (s[0] == 0xed && s[1] >= 0xa0)
			return 0; /* a surrogate */
		return 3;
	}
	if (s[0] > 0xf4 || len < 4 || !is_tail(s[1]) || !is_tail(s[2]) || !is_tail(s[3]))
		return 0;
	if (s[0] == 0xf0 && s[1] < 0x90)
		return 0; /* overlong */
	if (s[0] == 0xf4 && s[1] >= 0x90)
		return 0; /* above U+10FFFF */
	return 4;
}

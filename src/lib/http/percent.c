/* Percent-encoding: see percent.h. */
#include "http/percent.h"

#include <stdint.h>
#include <string.h>

#include "base/hex.h"

/* Whether one of eight bytes is '%' or '+'. */
static bool
has_encoded(uint64_t word)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t a = word ^ ones * '%', b = word ^ ones * '+';

	return ((((a - ones) & ~a) | ((b - ones) & ~b)) & (ones << 7)) != 0;
}

size_t
percent_decode(char *text, size_t len)
{
	const char *in = text, *end = text + len;
	char *out = text;

	while (in < end) {
		uint64_t word;

		/* Eight bytes at a time if there is nothing to decode. */
		for (; end - in >= 8; in += sizeof(word), out += sizeof(word)) {
			memcpy(&word, in, sizeof(word));
			if (has_encoded(word))
				break;
			memcpy(out, &word, sizeof(word));
		}
		while (in < end && *in != '%' && *in != '+')
			*out++ = *in++;
		if (in == end)
			break;
		if (*in == '%' && end - in > 2 && hex_value(in[1]) >= 0 && hex_value(in[2]) >= 0) {
			*out++ = (char)(hex_value(in[1]) * 16 + hex_value(in[2]));
			in += 3;
		} else {
			*out++ = *in == '+' ? ' ' : *in;
			in++;
		}
	}
	return (size_t)(out - text);
}

void
percent_encode(struct buf *to, struct slice text, bool keep_slash)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out;

	buf_reserve(to, text.len * 3);
	out = to->data + to->len;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
		    c == '_' || c == '~' || (c == '/' && keep_slash)) {
			*out++ = (char)c;
		} else {
			*out++ = '%';
			*out++ = digits[c >> 4];
			*out++ = digits[c & 15];
		}
	}
	to->len = (size_t)(out - to->data);
}

/* Base64, three bytes to four letters. Decoding takes exactly what encoding gives. */
#include "base/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void
encode_group(char *out, const unsigned char *in, size_t len)
{
	unsigned bits = (unsigned)in[0] << 16 | (len > 1 ? (unsigned)in[1] << 8 : 0) | (len > 2 ? in[2] : 0u);

	out[0] = letters[bits >> 18];
	out[1] = letters[bits >> 12 & 63];
	out[2] = len > 1 ? letters[bits >> 6 & 63] : '=';
	out[3] = len > 2 ? letters[bits & 63] : '=';
}

/* The value of a letter, or -1. */
static int
letter_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/*
 * Four letters, the last `padding` of which are '='. Returns false if one is not a base64 letter or
 * a bit would be lost.
 */
static bool
decode_group(char *out, const char *in, int padding)
{
	unsigned bits = 0;
	int i, value;

	for (i = 0; i < 4; i++) {
		value = i < 4 - padding ? letter_value(in[i]) : 0;
		if (value < 0)
			return false;
		bits = bits << 6 | (unsigned)value;
	}
	out[0] = (char)(bits >> 16);
	out[1] = (char)(bits >> 8);
	out[2] = (char)bits;
	return padding == 0 || (bits & (padding == 1 ? 0xffu : 0xffffu)) == 0;
}

void
base64_encode(struct buf *to, struct slice bytes)
{
	const unsigned char *in = (const unsigned char *)bytes.ptr;
	size_t left;
	char *out;

	if (bytes.len == 0)
		return;
	buf_reserve(to, (bytes.len + 2) / 3 * 4);
	out = to->data + to->len;
	for (left = bytes.len; left > 0; out += 4) {
		encode_group(out, in, left);
		in += left < 3 ? left : 3;
		left -= left < 3 ? left : 3;
	}
	to->len = (size_t)(out - to->data);
}

bool
base64_decode(struct buf *to, struct slice text)
{
	size_t before = to->len, pos;
	int padding;

	if (text.len % 4 != 0)
		return false;
	if (text.len == 0)
		return true;
	buf_reserve(to, text.len / 4 * 3);
	for (pos = 0; pos < text.len; pos += 4) {
		padding = pos + 4 < text.len || text.ptr[pos + 3] != '=' ? 0 : text.ptr[pos + 2] == '=' ? 2 : 1;
		if (!decode_group(to->data + to->len, text.ptr + pos, padding)) {
			to->len = before;
			return false;
		}
		to->len += (size_t)(3 - padding);
	}
	return true;
}

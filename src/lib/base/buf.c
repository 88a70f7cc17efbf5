/* Growable bytes, and operations on slices. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"

/* The first byte from `i` on that is not ASCII; checks eight at a time. */
static size_t
skip_ascii(struct slice s, size_t i)
{
	const uint64_t high = UINT64_C(0x8080808080808080);
	uint64_t word;

	for (; s.len - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, s.ptr + i, sizeof(word));
		if (word & high)
			break;
	}
	if (s.len - i < sizeof(word) && s.len >= sizeof(word)) {
		memcpy(&word, s.ptr + s.len - sizeof(word), sizeof(word));
		if ((word & high) == 0)
			return s.len;
	}
	while (i < s.len && (unsigned char)s.ptr[i] < 0x80)
		i++;
	return i;
}

static size_t
count_digits(uint64_t number)
{
	static const uint64_t powers[] = {0,
	                                  10,
	                                  100,
	                                  1000,
	                                  10000,
	                                  100000,
	                                  1000000,
	                                  10000000,
	                                  100000000,
	                                  1000000000,
	                                  10000000000,
	                                  100000000000,
	                                  1000000000000,
	                                  10000000000000,
	                                  100000000000000,
	                                  1000000000000000,
	                                  10000000000000000,
	                                  100000000000000000,
	                                  1000000000000000000,
	                                  10000000000000000000u};
	/* A bit is 1233/4096 of a digit: at most one too few. */
	size_t count = (size_t)(64 - __builtin_clzll(number | 1)) * 1233 >> 12;

	return count + (number >= powers[count]);
}

bool
slice_equal_str(struct slice a, const char *text)
{
	return slice_equal(a, slice_of_str(text));
}

bool
slice_is_one_of(struct slice s, const char *const *texts)
{
	while (*texts != NULL && !slice_equal_str(s, *texts))
		texts++;
	return *texts != NULL;
}

bool
slice_starts_with(struct slice s, struct slice prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

bool
slice_ends_with(struct slice s, struct slice suffix)
{
	return s.len >= suffix.len && (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

int
slice_compare(struct slice a, struct slice b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.ptr, b.ptr, len) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool
slice_is_utf8(struct slice s)
{
	size_t i = skip_ascii(s, 0), n;

	while (i < s.len) {
		n = utf8_length(s.ptr + i, s.len - i);
		if (n == 0)
			return false;
		i = skip_ascii(s, i + n);
	}
	return true;
}

char *
slice_dup(struct slice s)
{
	return mem_dup_n(s.ptr, s.len);
}

void
buf_grow(struct buf *buf, size_t extra)
{
	size_t cap = buf->cap ? buf->cap : 64;

	if (extra > SIZE_MAX / 4 - buf->len)
		extra = SIZE_MAX / 4; /* no memory is that large: mem_resize ends the process */
	while (cap - buf->len < extra)
		cap *= 2;
	buf->data = mem_resize(buf->data, cap, 1);
	buf->cap = cap;
}

char *
put_int(char *at, int64_t number)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
								"40414243444546474849505152535455565758596061626364656667686970717273747576777879"
								"8081828384858687888990919293949596979899";
	uint64_t left = (uint64_t)number;
	char *end;

	if (left < 10) {
		*at = (char)('0' + left);
		return at + 1;
	}
	if (number < 0) {
		*at++ = '-';
		left = 0 - left;
	}
	at = end = at + count_digits(left);
	for (; left >= 100; left /= 100) {
		at -= 2;
		memcpy(at, pairs + left % 100 * 2, 2);
	}
	if (left >= 10)
		memcpy(at - 2, pairs + left * 2, 2);
	else
		at[-1] = (char)('0' + left);
	return end;
}

void
buf_append_int(struct buf *buf, int64_t number)
{
	buf_reserve(buf, INT_TEXT_MAX);
	buf->len = (size_t)(put_int(buf->data + buf->len, number) - buf->data);
}

void
buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len <= 0)
		return;
	buf_reserve(buf, (size_t)len + 1);
	va_start(args, format);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

void
buf_reset(struct buf *buf)
{
	buf->len = 0;
}

void
buf_consume(struct buf *buf, size_t n)
{
	if (n == 0)
		return;
	memmove(buf->data, buf->data + n, buf->len - n);
	buf->len -= n;
}

const char *
buf_cstr(struct buf *buf)
{
	buf_reserve(buf, 1);
	buf->data[buf->len] = '\0';
	return buf->data;
}

void
buf_release(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf)BUF_INIT;
}

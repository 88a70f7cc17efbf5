/*
 * Written by hand: everything in these commands but some hex digits and one number is the same for
 * every pair, and formatting them in general costs more than all the rest of a look-up.
 */
#include "cache/command.h"

#include <string.h>

void
command_start(struct buf *to, int arguments, const char *name, const struct buf *prefix, size_t digits)
{
	buf_printf(to, "*%d\r\n$%zu\r\n%s\r\n$%zu\r\n", arguments, strlen(name), name, prefix->len + digits);
	buf_append(to, prefix->data, prefix->len);
}

void
command_queue(struct buf *queue, const struct buf *start, struct pair_hash hash, bool with_field, struct slice end)
{
	char digits[FIELD_MAX];
	char *field, *to;
	size_t len;

	buf_reserve(queue, start->len + BUCKET_DIGITS + FIELD_MAX + 8 + end.len);
	to = queue->data + queue->len;
	memcpy(to, start->data, start->len);
	to = pair_hash_bucket(to + start->len, hash);
	if (with_field) {
		field = pair_hash_field(digits + FIELD_MAX, hash);
		len = (size_t)(digits + FIELD_MAX - field);
		memcpy(to, "\r\n$", 3);
		to += 3;
		if (len >= 10)
			*to++ = (char)('0' + len / 10);
		*to++ = (char)('0' + len % 10);
		memcpy(to, "\r\n", 2);
		memcpy(to + 2, field, len);
		to += 2 + len;
	}
	memcpy(to, end.ptr, end.len);
	queue->len = (size_t)(to + end.len - queue->data);
}

void
command_queue_claim(struct buf *queue, const struct buf *start, struct pair_hash hash, struct slice end)
{
	char digits[HASH_DIGITS];

	pair_hash_digits(digits, hash);
	buf_append_slice(queue, slice_of_buf(start));
	buf_append(queue, digits, sizeof(digits));
	buf_append_slice(queue, end);
}

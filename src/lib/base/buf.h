/*
 * A growable run of bytes and a look at some bytes.
 *
 * buf:   owns its memory. {0} is an empty one; `data` may be NULL while cap is 0. Not terminated by
 *        a NUL unless buf_cstr() was the last call. Pointers into it die with the next append.
 * slice: owns nothing; may hold any bytes, NUL too. `ptr` may be NULL only when len is 0.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const char *ptr;
	size_t len;
};

struct buf {
	char *data;
	size_t len;
	size_t cap;
};

/* clang-format off */
#define BUF_INIT {NULL, 0, 0}
/* clang-format on */

/* The slice of a string literal. */
#define SLICE(literal) ((struct slice){(literal), sizeof(literal) - 1})

/* For printf's "%.*s". */
#define SLICE_ARGS(s) ((int)(s).len), ((s).ptr ? (s).ptr : "")

static inline struct slice
slice_of(const char *ptr, size_t len)
{
	return (struct slice){ptr, len};
}

static inline struct slice
slice_of_str(const char *text)
{
	return (struct slice){text, strlen(text)};
}

static inline struct slice
slice_of_buf(const struct buf *buf)
{
	return (struct slice){buf->data, buf->len};
}

bool slice_equal(struct slice a, struct slice b);
bool slice_equal_str(struct slice a, const char *text);
bool slice_starts_with(struct slice s, struct slice prefix);
bool slice_ends_with(struct slice s, struct slice suffix);

/* Byte order, as memcmp; a prefix sorts before what is longer. <0, 0, >0. */
int slice_compare(struct slice a, struct slice b);

/* Whether the bytes are valid UTF-8 (RFC 3629: no surrogates, no overlong forms, up to U+10FFFF). */
bool slice_is_utf8(struct slice s);

/* A copy on the heap, with a NUL behind it. */
char *slice_dup(struct slice s);

/* Room for `extra` more bytes. Growth is geometric. */
void buf_reserve(struct buf *buf, size_t extra);
void buf_append(struct buf *buf, const void *data, size_t len);
void buf_append_slice(struct buf *buf, struct slice s);
void buf_append_str(struct buf *buf, const char *text);
void buf_append_byte(struct buf *buf, char byte);
void buf_append_int(struct buf *buf, int64_t number);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Forget the content, keep the memory. */
void buf_reset(struct buf *buf);

/* Drop the first n bytes. */
void buf_consume(struct buf *buf, size_t n);

/* The content as a C string; valid until the next change. A NUL inside is the caller's concern. */
const char *buf_cstr(struct buf *buf);

void buf_release(struct buf *buf);

#endif

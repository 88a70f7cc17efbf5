/*
 * A growable run of bytes, and a view of some bytes.
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

static inline bool
slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool slice_equal_str(struct slice a, const char *text);
/* Whether it is one of these; NULL ends them. */
bool slice_is_one_of(struct slice s, const char *const *texts);
bool slice_starts_with(struct slice s, struct slice prefix);
bool slice_ends_with(struct slice s, struct slice suffix);

/* Byte order, as memcmp; a prefix sorts before what is longer. <0, 0, >0. */
int slice_compare(struct slice a, struct slice b);

/*
 * Whether the bytes are valid UTF-8 (RFC 3629: no surrogates, no overlong forms, up to U+10FFFF).
 */
bool slice_is_utf8(struct slice s);

/* A copy on the heap, with a NUL after it. */
char *slice_dup(struct slice s);

/* Makes room for `extra` more bytes. Growth is geometric. */
void buf_grow(struct buf *buf, size_t extra);

/*
 * Inline and short if there is room, because it is called for each record or byte; for a literal
 * the length is known.
 */
static inline void
buf_reserve(struct buf *buf, size_t extra)
{
	if (buf->cap - buf->len < extra)
		buf_grow(buf, extra);
}

static inline void
buf_append(struct buf *buf, const void *data, size_t len)
{
	if (len == 0)
		return;
	buf_reserve(buf, len);
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
}

static inline void
buf_append_slice(struct buf *buf, struct slice s)
{
	buf_append(buf, s.ptr, s.len);
}

static inline void
buf_append_str(struct buf *buf, const char *text)
{
	buf_append(buf, text, strlen(text));
}

static inline void
buf_append_byte(struct buf *buf, char byte)
{
	buf_reserve(buf, 1);
	buf->data[buf->len++] = byte;
}

/*
 * For callers that have reserved the room: each returns the end of what it wrote. A literal costs
 * no call.
 */
static inline char *
put_slice(char *at, struct slice s)
{
	if (s.len > 0)
		memcpy(at, s.ptr, s.len);
	return at + s.len;
}

enum { INT_TEXT_MAX = 20 }; /* bytes of a number at most */
char *put_int(char *at, int64_t number);

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

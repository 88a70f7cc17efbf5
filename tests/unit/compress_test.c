/* Compression there and back, in blocks of any size; streams that are no such thing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "streams/compress.h"
#include "streams/decompress.h"

enum { TEXT_LEN = 700000 };

/* Half of it repeats itself, half does not. */
static char *
make_text(void)
{
	char *text = malloc(TEXT_LEN);
	uint32_t x = 1;

	assert_non_null(text);
	for (size_t i = 0; i < TEXT_LEN; i++) {
		x = x * 1664525 + 1013904223;
		text[i] = i / 1000 % 2 ? (char)(x >> 24) : (char)('a' + i % 20);
	}
	return text;
}

static void
pack(struct compress *c, struct slice text, size_t block, struct buf *to)
{
	struct slice piece;

	compress_start(c);
	for (size_t at = 0; at < text.len; at += block) {
		compress_feed(c, slice_of(text.ptr + at, text.len - at < block ? text.len - at : block));
		while (compress_next(c, &piece))
			buf_append_slice(to, piece);
	}
	compress_finish(c);
	while (compress_next(c, &piece))
		buf_append_slice(to, piece);
	assert_int_equal(compress_next(c, &piece), 0);
}

/* Returns 0, or -1 with err. */
static int
unpack(struct decompress *d, struct slice packed, size_t block, struct buf *to, struct err *err)
{
	struct slice piece;
	int got;

	decompress_start(d);
	for (size_t at = 0; at < packed.len; at += block) {
		decompress_feed(d, slice_of(packed.ptr + at, packed.len - at < block ? packed.len - at : block));
		while ((got = decompress_next(d, &piece, err)) == 1)
			buf_append_slice(to, piece);
		if (got < 0)
			return -1;
	}
	decompress_finish(d);
	while ((got = decompress_next(d, &piece, err)) == 1)
		buf_append_slice(to, piece);
	return got;
}

static void
assert_same(const struct buf *a, struct slice b)
{
	assert_int_equal(a->len, b.len);
	if (b.len > 0)
		assert_memory_equal(a->data, b.ptr, b.len);
}

static const size_t blocks[] = {1, 7, 1000, 65536, 1000000};
#define BLOCKS (sizeof(blocks) / sizeof(blocks[0]))

static void
there_and_back(enum compression kind, struct slice text)
{
	struct compress *c = compress_new(kind);
	struct decompress *d = decompress_new();
	struct buf first = BUF_INIT, packed = BUF_INIT, back = BUF_INIT;
	struct err err = ERR_INIT;

	pack(c, text, 4096, &first);
	for (size_t i = 0; i < BLOCKS; i++) {
		buf_reset(&packed);
		pack(c, text, blocks[i], &packed);
		assert_same(&packed, slice_of_buf(&first));
		buf_reset(&back);
		assert_int_equal(unpack(d, slice_of_buf(&packed), blocks[i], &back, &err), 0);
		assert_same(&back, text);
	}
	/* twice behind each other, as `cat a.gz b.gz` makes it */
	buf_append_slice(&packed, slice_of_buf(&first));
	for (size_t i = 0; i < BLOCKS; i++) {
		buf_reset(&back);
		assert_int_equal(unpack(d, slice_of_buf(&packed), blocks[i], &back, &err), 0);
		assert_int_equal(back.len, 2 * text.len);
	}
	buf_release(&first);
	buf_release(&packed);
	buf_release(&back);
	compress_free(c);
	decompress_free(d);
}

static void
test_there_and_back(void **state)
{
	char *text = make_text();

	(void)state;
	for (enum compression kind = COMPRESSION_GZIP; kind <= COMPRESSION_ZSTD; kind++) {
		there_and_back(kind, slice_of("", 0));
		there_and_back(kind, slice_of("x", 1));
		there_and_back(kind, slice_of(text, 1000));
		there_and_back(kind, slice_of(text, TEXT_LEN));
	}
	free(text);
}

static void
test_cut_anywhere(void **state)
{
	(void)state;
	for (enum compression kind = COMPRESSION_GZIP; kind <= COMPRESSION_ZSTD; kind++) {
		struct compress *c = compress_new(kind);
		struct decompress *d = decompress_new();
		struct buf packed = BUF_INIT, back = BUF_INIT;
		/* the shortest start that is no text of another kind */
		size_t magic = kind == COMPRESSION_GZIP ? 2 : 4;

		pack(c, SLICE("{\"title\":\"Accountant\",\"company\":\"Acme: Sons\"}\n"), 10, &packed);
		for (size_t len = 0; len < packed.len; len++) {
			struct err err = ERR_INIT;

			buf_reset(&back);
			assert_int_equal(unpack(d, slice_of(packed.data, len), 3, &back, &err), len < magic ? 0 : -1);
			if (len < magic)
				assert_same(&back, slice_of(packed.data, len));
			else
				assert_int_equal(err.kind, ERR_OBJECT);
		}
		buf_release(&packed);
		buf_release(&back);
		compress_free(c);
		decompress_free(d);
	}
}

static void
check_plain(const char *text, size_t len)
{
	struct decompress *d = decompress_new();
	struct buf back = BUF_INIT;
	struct err err = ERR_INIT;

	for (size_t block = 1; block <= len + 1; block++) {
		buf_reset(&back);
		assert_int_equal(unpack(d, slice_of(text, len), block, &back, &err), 0);
		assert_same(&back, slice_of(text, len));
	}
	buf_release(&back);
	decompress_free(d);
}

static void
test_plain(void **state)
{
	(void)state;
	check_plain("", 0);
	check_plain("{\"title\":1}\n", 12);
	check_plain("\x1f", 1);
	check_plain("\x1fx", 2);
	check_plain("\x28\xb5\x2f", 3);
	check_plain("\x28\xb5\x2f\xfe", 4);
	check_plain("P*M", 3);
	check_plain("Posting", 7);
	check_plain("\xef\xbb\xbf{}", 5);
}

static void
test_skippable(void **state)
{
	/* what parallel compressors of zstd put in front: a frame without content */
	static const char start[] = "\x50\x2a\x4d\x18\x04\0\0\0abcd";
	struct compress *c = compress_new(COMPRESSION_ZSTD);
	struct decompress *d = decompress_new();
	struct buf packed = BUF_INIT, back = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	pack(c, SLICE("text\n"), 10, &packed);
	for (size_t block = 1; block < 30; block++) {
		struct buf whole = BUF_INIT;

		buf_append(&whole, start, sizeof(start) - 1);
		buf_append_slice(&whole, slice_of_buf(&packed));
		buf_reset(&back);
		assert_int_equal(unpack(d, slice_of_buf(&whole), block, &back, &err), 0);
		assert_same(&back, SLICE("text\n"));
		buf_release(&whole);
	}
	buf_release(&packed);
	buf_release(&back);
	compress_free(c);
	decompress_free(d);
}

static void
test_padding(void **state)
{
	struct compress *c = compress_new(COMPRESSION_GZIP);
	struct decompress *d = decompress_new();
	struct buf packed = BUF_INIT, back = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	pack(c, SLICE("text\n"), 10, &packed);
	buf_append(&packed, "\0\0\0", 3);
	for (size_t block = 1; block < 40; block++) {
		buf_reset(&back);
		assert_int_equal(unpack(d, slice_of_buf(&packed), block, &back, &err), 0);
		assert_same(&back, SLICE("text\n"));
	}
	buf_append_byte(&packed, 'x');
	for (size_t block = 1; block < 40; block++)
		assert_int_equal(unpack(d, slice_of_buf(&packed), block, &back, &err), -1);
	buf_release(&packed);
	buf_release(&back);
	compress_free(c);
	decompress_free(d);
}

static void
test_names(void **state)
{
	enum compression kind;

	(void)state;
	assert_int_equal(compression_of_name(SLICE("a/1.jsonl.gz")), COMPRESSION_GZIP);
	assert_int_equal(compression_of_name(SLICE("a/1.zst")), COMPRESSION_ZSTD);
	assert_int_equal(compression_of_name(SLICE("a/1.gzip")), COMPRESSION_NONE);
	assert_int_equal(compression_of_name(SLICE("gz")), COMPRESSION_NONE);
	assert_true(compression_parse("gzip", &kind) && kind == COMPRESSION_GZIP);
	assert_true(compression_parse("zstd", &kind) && kind == COMPRESSION_ZSTD);
	assert_false(compression_parse("none", &kind));
	assert_false(compression_parse("", &kind));
	assert_string_equal(compression_suffix(COMPRESSION_NONE), "");
	assert_null(compression_content_type(COMPRESSION_NONE));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_cut_anywhere), cmocka_unit_test(test_plain),
		cmocka_unit_test(test_skippable),      cmocka_unit_test(test_padding),      cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

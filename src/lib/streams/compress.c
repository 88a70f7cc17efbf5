/* gzip by zlib, zstd by libzstd, at the levels that their own programs choose. */
#include "streams/compress.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "base/mem.h"

#define BLOCK ((size_t)64 * 1024)

enum {
	GZIP_LEVEL = 6,
	GZIP_WINDOW = 15 + 16, /* zlib's way to say: the largest window, with a gzip header (that holds no time) */
	GZIP_MEMORY = 8,
	ZSTD_LEVEL = 3,
};

struct compress {
	enum compression kind;
	struct slice block;
	bool finished;
	bool ended; /* all input was given */
	z_stream gzip;
	ZSTD_CCtx *zstd;
	char buffer[BLOCK];
};

static const struct {
	const char *name, *suffix, *type;
} kinds[] = {
	[COMPRESSION_NONE] = {"none", "", NULL},
	[COMPRESSION_GZIP] = {"gzip", ".gz", "application/gzip"},
	[COMPRESSION_ZSTD] = {"zstd", ".zst", "application/zstd"},
};

/*
 * Both libraries fail here for want of memory alone, and then the process ends as it does
 * everywhere.
 */
static void
require_made(bool made)
{
	if (!made)
		free(mem_alloc(SIZE_MAX / 2));
}

/*
 * Each fills the buffer as far as it can, and removes what it used from the block. Returns the
 * bytes made.
 */
static size_t
run_gzip(struct compress *c)
{
	size_t len = c->block.len > UINT32_MAX ? UINT32_MAX : c->block.len;

	c->gzip.next_in = (z_const Bytef *)c->block.ptr;
	c->gzip.avail_in = (uInt)len;
	c->gzip.next_out = (Bytef *)c->buffer;
	c->gzip.avail_out = (uInt)BLOCK;
	c->ended = deflate(&c->gzip, c->finished ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_END;
	len -= c->gzip.avail_in;
	c->block = slice_of(c->block.ptr + len, c->block.len - len);
	return BLOCK - c->gzip.avail_out;
}

static size_t
run_zstd(struct compress *c)
{
	ZSTD_inBuffer from = {c->block.ptr, c->block.len, 0};
	ZSTD_outBuffer to = {c->buffer, BLOCK, 0};
	size_t left = ZSTD_compressStream2(c->zstd, &to, &from, c->finished ? ZSTD_e_end : ZSTD_e_continue);

	require_made(!ZSTD_isError(left));
	c->ended = c->finished && left == 0;
	c->block = slice_of(c->block.ptr + from.pos, c->block.len - from.pos);
	return to.pos;
}

enum compression
compression_of_name(struct slice name)
{
	if (slice_ends_with(name, slice_of_str(kinds[COMPRESSION_GZIP].suffix)))
		return COMPRESSION_GZIP;
	if (slice_ends_with(name, slice_of_str(kinds[COMPRESSION_ZSTD].suffix)))
		return COMPRESSION_ZSTD;
	return COMPRESSION_NONE;
}

bool
compression_parse(const char *text, enum compression *kind)
{
	for (*kind = COMPRESSION_GZIP; *kind <= COMPRESSION_ZSTD; ++*kind)
		if (strcmp(text, kinds[*kind].name) == 0)
			return true;
	return false;
}

const char *
compression_suffix(enum compression kind)
{
	return kinds[kind].suffix;
}

const char *
compression_content_type(enum compression kind)
{
	return kinds[kind].type;
}

struct compress *
compress_new(enum compression kind)
{
	struct compress *c = mem_zero(1, sizeof(*c));

	c->kind = kind;
	if (kind == COMPRESSION_GZIP) {
		require_made(deflateInit2(&c->gzip, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) ==
		             Z_OK);
	} else {
		c->zstd = ZSTD_createCCtx();
		require_made(c->zstd != NULL);
		ZSTD_CCtx_setParameter(c->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
		ZSTD_CCtx_setParameter(c->zstd, ZSTD_c_checksumFlag, 1);
	}
	return c;
}

void
compress_free(struct compress *c)
{
	if (c == NULL)
		return;
	if (c->kind == COMPRESSION_GZIP)
		deflateEnd(&c->gzip);
	ZSTD_freeCCtx(c->zstd);
	free(c);
}

enum compression
compress_kind(const struct compress *c)
{
	return c->kind;
}

void
compress_start(struct compress *c)
{
	c->block = slice_of("", 0);
	c->finished = c->ended = false;
	if (c->kind == COMPRESSION_GZIP)
		deflateReset(&c->gzip);
	else
		ZSTD_CCtx_reset(c->zstd, ZSTD_reset_session_only);
}

void
compress_feed(struct compress *c, struct slice block)
{
	c->block = block;
}

void
compress_finish(struct compress *c)
{
	c->finished = true;
}

int
compress_next(struct compress *c, struct slice *piece)
{
	size_t made = 0;

	while (made == 0 && !c->ended && (c->block.len > 0 || c->finished))
		made = c->kind == COMPRESSION_GZIP ? run_gzip(c) : run_zstd(c);
	*piece = slice_of(c->buffer, made);
	return made > 0;
}

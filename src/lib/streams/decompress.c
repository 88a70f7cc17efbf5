/* gzip by zlib, zstd by libzstd, behind one loop that passes input in and takes output. */
#include "streams/decompress.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/mem.h"

#define BLOCK ((size_t)256 * 1024)

/* Beyond this size, no posting has such a high ratio. (The most that gzip can is 1,032 to 1.) */
#define BOMB_BYTES (UINT64_C(1) << 30)
#define BOMB_RATIO UINT64_C(1000)

enum {
	MAGIC_MAX = 4,
	GZIP_WINDOW = 15 + 16, /* zlib's way to say: the largest window, with a gzip header */
	ZSTD_WINDOW_LOG = 27,  /* 128 MiB, the limit of the zstd program, too */
};

enum format { FORMAT_UNKNOWN, FORMAT_PLAIN, FORMAT_GZIP, FORMAT_ZSTD };

struct decompress {
	enum format format;
	unsigned char head[MAGIC_MAX]; /* the first bytes, until the format is known */
	size_t head_len;
	struct slice first; /* the head, to be taken before `block` */
	struct slice block;
	bool finished;
	bool between; /* a member or frame has ended and no other begun */
	bool padding; /* zeros came after the last member */
	bool pending; /* the decoder may have output that had no room */
	uint64_t in, out;
	z_stream gzip;
	bool has_gzip;
	ZSTD_DCtx *zstd;
	char *buffer;
};

/* What one call of a decoder did. */
struct progress {
	size_t taken, made;
	bool ended;      /* a member or frame */
	const char *why; /* NULL: all is well */
	bool ours;       /* no memory: that is not the stream's fault */
};

/* The format by the first bytes; FORMAT_UNKNOWN while several are possible. */
static enum format
format_of_head(const unsigned char *head, size_t len)
{
	static const unsigned char zstd[MAGIC_MAX] = {0x28, 0xb5, 0x2f, 0xfd};
	static const unsigned char skippable[MAGIC_MAX] = {0x50, 0x2a, 0x4d, 0x18}; /* 0x50 to 0x5f */

	if (len == 0 || (len == 1 && head[0] == 0x1f))
		return FORMAT_UNKNOWN;
	if (head[0] == 0x1f && head[1] == 0x8b)
		return FORMAT_GZIP;
	if (memcmp(head, zstd, len) == 0 || ((head[0] & 0xf0) == 0x50 && memcmp(head + 1, skippable + 1, len - 1) == 0))
		return len == MAGIC_MAX ? FORMAT_ZSTD : FORMAT_UNKNOWN;
	return FORMAT_PLAIN;
}

/* If it is plain and no text is in the head yet, the block needs no copy. */
static void
detect_format(struct decompress *d)
{
	while (d->format == FORMAT_UNKNOWN && d->block.len > 0) {
		d->head[d->head_len] = (unsigned char)d->block.ptr[0];
		d->format = format_of_head(d->head, d->head_len + 1);
		if (d->format == FORMAT_PLAIN)
			break;
		d->head_len++;
		d->block = slice_of(d->block.ptr + 1, d->block.len - 1);
	}
	if (d->format == FORMAT_UNKNOWN && d->finished)
		d->format = FORMAT_PLAIN;
	if (d->format != FORMAT_UNKNOWN)
		d->first = slice_of((const char *)d->head, d->head_len);
	if (d->format == FORMAT_GZIP && d->has_gzip)
		inflateReset(&d->gzip);
	if (d->format == FORMAT_ZSTD && d->zstd != NULL)
		ZSTD_DCtx_reset(d->zstd, ZSTD_reset_session_only);
}

static bool
start_gzip(struct decompress *d)
{
	d->has_gzip = d->has_gzip || inflateInit2(&d->gzip, GZIP_WINDOW) == Z_OK;
	return d->has_gzip;
}

static struct progress
run_gzip(struct decompress *d, struct slice in)
{
	struct progress done = {0, 0, false, NULL, false};
	int code;

	if (!start_gzip(d)) {
		done.why = "no memory";
		done.ours = true;
		return done;
	}
	if (in.len > UINT32_MAX)
		in.len = UINT32_MAX;
	d->gzip.next_in = (z_const Bytef *)in.ptr;
	d->gzip.avail_in = (uInt)in.len;
	d->gzip.next_out = (Bytef *)d->buffer;
	d->gzip.avail_out = (uInt)BLOCK;
	code = inflate(&d->gzip, Z_NO_FLUSH);
	done.taken = in.len - d->gzip.avail_in;
	done.made = BLOCK - d->gzip.avail_out;
	done.ended = code == Z_STREAM_END;
	if (done.ended)
		inflateReset(&d->gzip);
	else if (code != Z_OK && code != Z_BUF_ERROR)
		done.why = d->gzip.msg != NULL ? d->gzip.msg : "damaged";
	done.ours = code == Z_MEM_ERROR;
	return done;
}

static struct progress
run_zstd(struct decompress *d, struct slice in)
{
	ZSTD_inBuffer from = {in.ptr, in.len, 0};
	ZSTD_outBuffer to = {d->buffer, BLOCK, 0};
	struct progress done = {0, 0, false, NULL, false};
	size_t code;

	if (d->zstd == NULL) {
		d->zstd = ZSTD_createDCtx();
		if (d->zstd == NULL) {
			done.why = "no memory";
			done.ours = true;
			return done;
		}
		ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
	}
	code = ZSTD_decompressStream(d->zstd, &to, &from);
	done.taken = from.pos;
	done.made = to.pos;
	done.ended = code == 0;
	if (ZSTD_isError(code))
		done.why = ZSTD_getErrorName(code);
	done.ours = ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation;
	return done;
}

/*
 * gzip files may be padded with zeros; anything else after the last member must be another member.
 */
static int
skip_padding(struct decompress *d, struct slice *in, struct err *err)
{
	while (in->len > 0 && in->ptr[0] == '\0' && d->between) {
		*in = slice_of(in->ptr + 1, in->len - 1);
		d->padding = true;
	}
	if (d->padding && in->len > 0)
		return err_set(err, ERR_OBJECT, "gzip: garbage after the end");
	return 0;
}

static int
check_bomb(const struct decompress *d, struct err *err)
{
	if (d->out > BOMB_BYTES && d->out / BOMB_RATIO > d->in)
		return err_set(err, ERR_OBJECT, "compressed more than 1000 to 1: refused as a decompression bomb");
	return 0;
}

/*
 * One call of the decoder. Returns 1 if that made bytes, 0 if more input is needed, 2 to call
 * again, -1.
 */
static int
decode_some(struct decompress *d, struct slice *in, struct slice *piece, struct err *err)
{
	bool is_gzip = d->format == FORMAT_GZIP;
	const char *name = is_gzip ? "gzip" : "zstd";
	struct progress done;

	if (is_gzip && skip_padding(d, in, err) < 0)
		return -1;
	if (in->len == 0 && !d->pending)
		return 0;
	if (d->buffer == NULL)
		d->buffer = mem_alloc(BLOCK);
	done = is_gzip ? run_gzip(d, *in) : run_zstd(d, *in);
	if (done.why != NULL)
		return err_set(err, done.ours ? ERR_TEMPORARY : ERR_OBJECT, "%s: %s", name, done.why);
	*in = slice_of(in->ptr + done.taken, in->len - done.taken);
	d->in += done.taken;
	d->out += done.made;
	d->pending = done.made == BLOCK && !done.ended;
	if (done.ended)
		d->between = true;
	else if (done.taken > 0)
		d->between = false;
	if (check_bomb(d, err) < 0)
		return -1;
	*piece = slice_of(d->buffer, done.made);
	return done.made > 0 ? 1 : 2;
}

static int
next_plain(struct decompress *d, struct slice *piece)
{
	struct slice *from = d->first.len > 0 ? &d->first : &d->block;

	*piece = *from;
	*from = slice_of("", 0);
	return piece->len > 0;
}

struct decompress *
decompress_new(void)
{
	return mem_zero(1, sizeof(struct decompress));
}

void
decompress_free(struct decompress *d)
{
	if (d == NULL)
		return;
	if (d->has_gzip)
		inflateEnd(&d->gzip);
	ZSTD_freeDCtx(d->zstd);
	free(d->buffer);
	free(d);
}

void
decompress_start(struct decompress *d)
{
	d->format = FORMAT_UNKNOWN;
	d->head_len = 0;
	d->first = d->block = slice_of("", 0);
	d->finished = d->between = d->padding = d->pending = false;
	d->in = d->out = 0;
}

void
decompress_feed(struct decompress *d, struct slice block)
{
	d->block = block;
}

void
decompress_finish(struct decompress *d)
{
	d->finished = true;
}

int
decompress_next(struct decompress *d, struct slice *piece, struct err *err)
{
	int result;

	if (d->format == FORMAT_UNKNOWN)
		detect_format(d);
	if (d->format == FORMAT_UNKNOWN)
		return 0;
	if (d->format == FORMAT_PLAIN)
		return next_plain(d, piece);
	do {
		result = decode_some(d, d->first.len > 0 ? &d->first : &d->block, piece, err);
	} while (result == 2);
	if (result == 0 && d->finished && !d->between)
		return err_set(err, ERR_OBJECT, "%s: cut off", d->format == FORMAT_GZIP ? "gzip" : "zstd");
	return result;
}

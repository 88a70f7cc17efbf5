/*
 * Compressed objects: which kind a name asks for, and the writing. The same bytes in give the same
 * bytes out, however they are cut into blocks.
 */
#ifndef STREAMS_COMPRESS_H
#define STREAMS_COMPRESS_H

#include <stdbool.h>

#include "base/buf.h"

enum compression { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD };

/* By the end of the name: .gz, .zst. */
enum compression compression_of_name(struct slice name);

/* "gzip" or "zstd". False for anything else. */
bool compression_parse(const char *text, enum compression *kind);

const char *compression_suffix(enum compression kind);       /* ".gz", ".zst", "" */
const char *compression_content_type(enum compression kind); /* NULL for none */

struct compress;

struct compress *compress_new(enum compression kind);
void compress_free(struct compress *c);
enum compression compress_kind(const struct compress *c);

/* A new object; forgets the one before. */
void compress_start(struct compress *c);

/* The next block. It must not move or change until compress_next() has returned 0. */
void compress_feed(struct compress *c, struct slice block);

/* No more blocks: compress_next() gives the rest. */
void compress_finish(struct compress *c);

/*
 * Returns 1 with a piece of the compressed stream, valid until the next call; 0 if it needs more
 * input.
 */
int compress_next(struct compress *c, struct slice *piece);

#endif

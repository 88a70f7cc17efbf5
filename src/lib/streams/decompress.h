/*
 * The content of a compressed object. Its first bytes show the format: gzip and zstd are expanded,
 * also several members or frames in a row; anything else passes unchanged, without a copy.
 *
 *	decompress_start(d);
 *	for each block: decompress_feed(d, block); while (decompress_next(d, &piece, &err) == 1) use(piece);
 *	decompress_finish(d); while (decompress_next(d, &piece, &err) == 1) use(piece);
 */
#ifndef STREAMS_DECOMPRESS_H
#define STREAMS_DECOMPRESS_H

#include "base/buf.h"
#include "base/err.h"

struct decompress;

struct decompress *decompress_new(void);
void decompress_free(struct decompress *d);

/* A new object; forgets the one before. */
void decompress_start(struct decompress *d);

/* The next block. It must not move or change until decompress_next() has returned 0. */
void decompress_feed(struct decompress *d, struct slice block);

/* No more blocks. */
void decompress_finish(struct decompress *d);

/*
 * Returns 1 with a piece of the content, valid until the next call; 0 if it needs more input; -1
 * with err (ERR_OBJECT) for a stream that is damaged, cut off, or a bomb: more than 1,000 bytes
 * from each over 1 GiB.
 */
int decompress_next(struct decompress *d, struct slice *piece, struct err *err);

#endif

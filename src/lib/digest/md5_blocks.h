/* The inner part of MD5: whole blocks, of one stream or of a stream a lane. */
#ifndef DIGEST_MD5_BLOCKS_H
#define DIGEST_MD5_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

enum { MD5_LANES = 16 };

/* `blocks` of 64 bytes. */
void md5_blocks(uint32_t state[4], const unsigned char *data, size_t blocks);

/* In lane i `blocks` (at least one) from data[i]; the states are the columns. */
typedef void md5_lanes_fn(uint32_t state[4][MD5_LANES], const unsigned char *const data[MD5_LANES], size_t blocks);

/* The ways to do it, from the best that this processor knows to one that any does; then NULL. */
md5_lanes_fn *const *md5_lanes(void);

#endif

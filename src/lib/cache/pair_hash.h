/*
 * The hash of a (company, title) pair, and how its parts are written in Redis.
 *
 * XXH3-128 of company, a NUL byte, title. A NUL cannot occur in either, so no two pairs share the
 * hashed text.
 */
#ifndef CACHE_PAIR_HASH_H
#define CACHE_PAIR_HASH_H

#include <stdint.h>

#include "base/buf.h"

#define BUCKET_DIGITS 5 /* 20 bits: good for a hundred million pairs; changes only together with cache_version */
#define FIELD_MAX 20    /* "-9223372036854775808" */
#define HASH_DIGITS 32

struct pair_hash {
	uint64_t high, low;
};

/* `scratch` is memory that is used again from call to call; its content does not matter. */
struct pair_hash pair_hash(struct slice company, struct slice title, struct buf *scratch);

/* Writes the BUCKET_DIGITS of the bucket, in hexadecimal. Returns the end of them. */
char *pair_hash_bucket(char *to, struct pair_hash hash);

/*
 * Writes the field, a signed decimal number of at most FIELD_MAX bytes, so that it ends at `end`.
 * Returns its start.
 */
char *pair_hash_field(char *end, struct pair_hash hash);

/* Writes the whole of it, HASH_DIGITS in hexadecimal. Returns the end of them. */
char *pair_hash_digits(char *to, struct pair_hash hash);

#endif

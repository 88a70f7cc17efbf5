/* The hash that decides where a pair is stored. */
#include "cache/pair_hash.h"

#include "base/hex.h"

#include <xxhash.h>

#include <string.h>

struct pair_hash
pair_hash(struct slice company, struct slice title, struct buf *scratch)
{
	XXH128_hash_t hash;

	scratch->len = 0;
	buf_reserve(scratch, company.len + 1 + title.len);
	if (company.len)
		memcpy(scratch->data, company.ptr, company.len);
	scratch->data[company.len] = '\0';
	if (title.len)
		memcpy(scratch->data + company.len + 1, title.ptr, title.len);
	hash = XXH3_128bits(scratch->data, company.len + 1 + title.len);
	return (struct pair_hash){hash.high64, hash.low64};
}

char *
pair_hash_bucket(char *to, struct pair_hash hash)
{
	for (int shift = 60; shift >= 64 - 4 * BUCKET_DIGITS; shift -= 4)
		*to++ = HEX_DIGITS[hash.high >> shift & 15];
	return to;
}

char *
pair_hash_field(char *end, struct pair_hash hash)
{
	/* two digits at a time */
	static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
								"40414243444546474849505152535455565758596061626364656667686970717273747576777879"
								"8081828384858687888990919293949596979899";
	bool negative = hash.low >> 63;
	uint64_t number = negative ? -hash.low : hash.low;

	for (; number >= 100; number /= 100) {
		end -= 2;
		memcpy(end, pairs + number % 100 * 2, 2);
	}
	if (number >= 10) {
		end -= 2;
		memcpy(end, pairs + number * 2, 2);
	} else {
		*--end = (char)('0' + number);
	}
	if (negative)
		*--end = '-';
	return end;
}

char *
pair_hash_digits(char *to, struct pair_hash hash)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		*to++ = HEX_DIGITS[hash.high >> shift & 15];
	for (int shift = 60; shift >= 0; shift -= 4)
		*to++ = HEX_DIGITS[hash.low >> shift & 15];
	return to;
}

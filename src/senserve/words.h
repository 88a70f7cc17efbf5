/* Numbers words 1, 2, 3, ... in the order in which they are added. Built once, then only read. */
#ifndef SENSERVE_WORDS_H
#define SENSERVE_WORDS_H

#include <stddef.h>
#include <stdint.h>

enum { WORDS_MAX = 1024 };

#define WORDS_HASH_START 2166136261u

struct words_entry {
	uint32_t hash;
	uint16_t id; /* 0: an empty slot */
	const char *text;
	size_t len;
};

struct words {
	struct words_entry slots[WORDS_MAX * 2];
	int count;
};

/* Returns the number of a lower-case word, which must outlive the table; 0 if the table is full. */
uint16_t words_add(struct words *words, const char *text, size_t len);

/*
 * Returns the number of a word, ignoring the case of ASCII letters, or 0 if it is not known. `hash`
 * is that of words_hash.
 */
uint16_t words_find(const struct words *words, const char *text, size_t len, uint32_t hash);

static inline unsigned char
words_lower(unsigned char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte + 32) : byte;
}

/* FNV-1a over lower-case bytes, one at a time: the words are short. */
static inline uint32_t
words_hash(uint32_t hash, unsigned char byte)
{
	return (hash ^ words_lower(byte)) * 16777619u;
}

#endif

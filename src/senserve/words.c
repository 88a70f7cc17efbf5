/* A hash table with open addressing, never more than half full. */
#include "senserve/words.h"

#include <stdbool.h>

enum { SLOTS = WORDS_MAX * 2 };

static bool
same_word(const struct words_entry *entry, const char *text, size_t len, uint32_t hash)
{
	if (entry->hash != hash || entry->len != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)entry->text[i] != words_lower((unsigned char)text[i]))
			return false;
	return true;
}

/* The slot of the word, or the empty one for it. */
static const struct words_entry *
slot_of(const struct words *words, const char *text, size_t len, uint32_t hash)
{
	uint32_t at = hash % SLOTS;

	while (words->slots[at].id != 0 && !same_word(&words->slots[at], text, len, hash))
		at = (at + 1) % SLOTS;
	return &words->slots[at];
}

uint16_t
words_add(struct words *words, const char *text, size_t len)
{
	uint32_t hash = WORDS_HASH_START;

	for (size_t i = 0; i < len; i++)
		hash = words_hash(hash, (unsigned char)text[i]);
	const struct words_entry *found = slot_of(words, text, len, hash);
	if (found->id == 0) {
		if (words->count == WORDS_MAX)
			return 0;
		words->slots[found - words->slots] = (struct words_entry){hash, (uint16_t)++words->count, text, len};
	}
	return found->id;
}

uint16_t
words_find(const struct words *words, const char *text, size_t len, uint32_t hash)
{
	return slot_of(words, text, len, hash)->id;
}

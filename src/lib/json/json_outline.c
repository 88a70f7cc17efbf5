/*
 * jsmn looks at one byte after the other, and most bytes of a posting stand inside of strings, where nothing can be of
 * interest but a quote, a backslash or a control byte. So jsmn gets an outline, which is the text without the insides of its
 * strings, `{"":"","":7}` for `{"name":"value","n":7}`; its tokens are then moved to where they are in the text.
 *
 * Without a backslash every second quote ends a string, and so the outline is JSON exactly where the text is, as far as
 * what was left out has no control byte (looked at here) and is UTF-8 (the caller's). What is not so simple (a backslash, many
 * tokens, a fault) is refused, and then jsmn reads the text itself: this is a short cut, and it alone never refuses a text.
 */
#include "json/json_internal.h"

#ifdef __SSE2__
#include <emmintrin.h>

enum {
	BLOCK = 64,     /* bytes looked at at once: a bit each in a word */
	OUTLINE = 1024, /* bytes of an outline: a posting's has about fifty */
};

struct outline {
	char bytes[OUTLINE];
	uint32_t places[OUTLINE]; /* where each of them is in the text */
	size_t len;
};

/* A bit for each byte of a block. */
struct marks {
	uint64_t quotes, control;
	bool backslash, high;
};

static struct marks
look_at(const char *block)
{
	struct marks marks = {0};
	__m128i backslashes = _mm_setzero_si128(), all = _mm_setzero_si128();

#pragma GCC unroll 4
	for (int i = 0; i < BLOCK / 16; i++) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)block + i);
		__m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
		__m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);

		marks.quotes |= (uint64_t)_mm_movemask_epi8(quotes) << 16 * i;
		marks.control |= (uint64_t)_mm_movemask_epi8(control) << 16 * i;
		backslashes = _mm_or_si128(backslashes, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
		all = _mm_or_si128(all, bytes);
	}
	marks.backslash = _mm_movemask_epi8(backslashes) != 0;
	marks.high = _mm_movemask_epi8(all) != 0;
	return marks;
}

/* From each set bit up to the next one, without that: of quotes, the strings with their first quote. */
static uint64_t
between(uint64_t bits)
{
#pragma GCC unroll 6
	for (int shift = 1; shift < BLOCK; shift *= 2)
		bits ^= bits << shift;
	return bits;
}

/* Adds the bytes of a block that are wanted. */
static void
keep(struct outline *outline, const char *block, uint32_t place, uint64_t wanted)
{
	size_t n = outline->len;

	for (; wanted != 0; wanted &= wanted - 1) {
		size_t i = (size_t)__builtin_ctzll(wanted);

		outline->bytes[n] = block[i];
		outline->places[n++] = place + (uint32_t)i;
	}
	outline->len = n;
}

/* Returns false where the text has none. */
static bool
draw(struct outline *outline, struct slice text, bool *high)
{
	uint64_t open = 0; /* all bits: the block starts within a string */
	char rest[BLOCK];

	outline->len = 0;
	*high = false;
	for (size_t at = 0; at < text.len; at += BLOCK) {
		const char *block = text.ptr + at;
		size_t left = text.len - at;
		struct marks marks;
		uint64_t inside, end = 0;

		if (left < BLOCK) {
			memset(rest, ' ', sizeof(rest));
			memcpy(rest, block, left);
			block = rest;
			end = UINT64_MAX << left;
		}
		marks = look_at(block);
		inside = between(marks.quotes) ^ open;
		if (marks.backslash || (marks.control & inside) != 0 || outline->len > OUTLINE - BLOCK)
			return false;
		*high |= marks.high;
		keep(outline, block, (uint32_t)at, (marks.quotes | ~inside) & ~end);
		open = inside >> (BLOCK - 1) ? UINT64_MAX : 0;
	}
	return open == 0;
}

bool
json_tokenise_outline(struct json *json, bool *high)
{
	struct outline outline;
	jsmn_parser parser = {.toksuper = -1}; /* jsmn_init */

	if (!draw(&outline, json->text, high) ||
	    json_jsmn(&parser, outline.bytes, outline.len, json->tokens, (unsigned)json->capacity) < 0)
		return false;
	json->count = (int)parser.toknext;
	for (int i = 0; i < json->count; i++) {
		jsmntok_t *token = &json->tokens[i];
		bool string = token->type == JSMN_STRING; /* its quotes are no part of it */

		token->start = (int)outline.places[token->start - string] + string;
		token->end = (int)outline.places[token->end - !string] + !string;
	}
	return true;
}

#else

bool
json_tokenise_outline(struct json *json, bool *high)
{
	(void)json;
	(void)high;
	return false;
}
#endif

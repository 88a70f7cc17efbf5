/*
 * jsmn looks at one byte after the other, and most bytes of a posting stand inside of strings,
 * where nothing can be of interest but a quote, an escape or a control byte. So jsmn gets an
 * outline, which is the text without the insides of its strings, `{"":"","":7}` for
 * `{"name":"value","n":7}`; its tokens are then moved to where they are in the text.
 *
 * Every second quote that is not escaped ends a string, and a backslash stays with what may belong
 * to its escape. So the outline is JSON exactly where the text is, as far as what was left out has
 * no control byte (looked at here) and is UTF-8 (the caller's). What does not fit (many tokens,
 * many escapes) or has a fault is refused, and then jsmn reads the text itself: this is a short
 * cut, and it alone never refuses a text.
 *
 * Measured by senenrich with all pairs in its memo (bench/hit_path.bash): without the outline it
 * takes 1.25 times the CPU time. SIMDe makes SSE2 of it, or what other processors have.
 */
#include "json/json_internal.h"

#include <simde/x86/sse2.h>

enum {
	ESCAPE = 6,     /* bytes of \u00e9 */
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
	uint64_t quotes, backslashes, control;
	bool high;
};

static struct marks
look_at(const char *block)
{
	struct marks marks = {0};
	simde__m128i all = simde_mm_setzero_si128();

#pragma GCC unroll 4
	for (int i = 0; i < BLOCK / 16; i++) {
		simde__m128i bytes = simde_mm_loadu_si128(block + 16 * i);
		simde__m128i quotes = simde_mm_cmpeq_epi8(bytes, simde_mm_set1_epi8('"'));
		simde__m128i backslashes = simde_mm_cmpeq_epi8(bytes, simde_mm_set1_epi8('\\'));
		simde__m128i control = simde_mm_cmpeq_epi8(simde_mm_min_epu8(bytes, simde_mm_set1_epi8(0x1f)), bytes);

		marks.quotes |= (uint64_t)simde_mm_movemask_epi8(quotes) << 16 * i;
		marks.control |= (uint64_t)simde_mm_movemask_epi8(control) << 16 * i;
		marks.backslashes |= (uint64_t)simde_mm_movemask_epi8(backslashes) << 16 * i;
		all = simde_mm_or_si128(all, bytes);
	}
	marks.high = simde_mm_movemask_epi8(all) != 0;
	return marks;
}

/* What the backslashes of a block have to say to the next one. */
struct escapes {
	uint64_t escaped; /* a bit: its first byte is */
	uint64_t kept;    /* its first bytes that may belong to an escape */
	bool any;
};

/* Takes the quotes that are escaped out of the marks. Returns what may belong to escapes. */
static uint64_t
look_for_escapes(struct escapes *escapes, struct marks *marks)
{
	uint64_t left = marks->backslashes & ~escapes->escaped;
	uint64_t escaped = escapes->escaped, kept = marks->backslashes | escapes->kept;

	*escapes = (struct escapes){.any = true};
	for (int i = 1; i < ESCAPE; i++) {
		kept |= marks->backslashes << i;
		escapes->kept |= marks->backslashes >> (BLOCK - i);
	}
	while (left != 0) {
		uint64_t first = left & -left; /* it escapes what is next, be that a backslash too */

		escaped |= first << 1;
		escapes->escaped |= first >> (BLOCK - 1);
		left &= ~(first | first << 1);
	}
	marks->quotes &= ~escaped;
	return kept;
}

/*
 * From each set bit up to the next one, without that: of quotes, the strings with their first
 * quote.
 */
static uint64_t
between_bits(uint64_t bits)
{
#pragma GCC unroll 6
	for (int shift = 1; shift < BLOCK; shift *= 2)
		bits ^= bits << shift;
	return bits;
}

/* Adds the bytes of a block that are wanted. */
static void
keep_bytes(struct outline *outline, const char *block, uint32_t place, uint64_t wanted)
{
	size_t n = outline->len;

	for (; wanted != 0; wanted &= wanted - 1) {
		size_t i = (size_t)__builtin_ctzll(wanted);

		outline->bytes[n] = block[i];
		outline->places[n++] = place + (uint32_t)i;
	}
	outline->len = n;
}

/* Returns false if the text has none. */
static bool
draw_outline(struct outline *outline, struct slice text, bool *high, bool *plain)
{
	uint64_t open = 0; /* all bits: the block starts within a string */
	struct escapes escapes = {0};
	char rest[BLOCK];

	outline->len = 0;
	*high = false;
	for (size_t at = 0; at < text.len; at += BLOCK) {
		const char *block = text.ptr + at;
		size_t left = text.len - at;
		struct marks marks;
		uint64_t inside, kept = 0, end = 0;

		if (left < BLOCK) {
			memset(rest, ' ', sizeof(rest));
			memcpy(rest, block, left);
			block = rest;
			end = UINT64_MAX << left;
		}
		marks = look_at(block);
		if ((marks.backslashes | escapes.escaped | escapes.kept) != 0)
			kept = look_for_escapes(&escapes, &marks);
		inside = between_bits(marks.quotes) ^ open;
		if ((marks.control & inside) != 0 || outline->len > OUTLINE - BLOCK)
			return false;
		*high |= marks.high;
		keep_bytes(outline, block, (uint32_t)at, (marks.quotes | kept | ~inside) & ~end);
		open = inside >> (BLOCK - 1) ? UINT64_MAX : 0;
	}
	*plain = !escapes.any;
	return open == 0;
}

bool
json_tokenise_outline(struct json *json, bool *high)
{
	struct outline outline;
	jsmn_parser parser = {.toksuper = -1}; /* jsmn_init */

	if (!draw_outline(&outline, json->text, high, &json->plain) ||
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

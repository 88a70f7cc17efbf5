/*
 * All titles are put together once, at the start (some ten thousand); companies from three words each
 * time. Neighbouring numbers are spread over the whole table by a multiplication modulo its size.
 */
#include "sengen/pairs.h"

#include <stdlib.h>

#include "base/mem.h"
#include "sengen/vocabulary.h"

/* A prime, so that it divides no table size: multiplying by it modulo the size only reorders. Near 2^31 / golden ratio. */
#define SPREAD UINT64_C(1327217909)

struct words {
	struct slice *words;
	uint64_t count;
};

struct pairs {
	struct buf text; /* of the titles */
	size_t *ends;    /* of each title in it */
	uint64_t titles;
	struct words company[PATTERN_LISTS];
	uint64_t count;
};

static uint64_t
list_length(word_list list)
{
	uint64_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

static uint64_t
pattern_size(const struct pattern *pattern)
{
	uint64_t size = 1;

	for (int i = 0; i < PATTERN_LISTS && pattern->lists[i]; i++)
		size *= list_length(pattern->lists[i]);
	return size;
}

static void
append(struct buf *to, const char *text)
{
	if (text)
		buf_append_str(to, text);
}

/* Combination number n of a pattern. */
static void
pattern_write(const struct pattern *pattern, uint64_t n, struct buf *to)
{
	for (int i = 0; i < PATTERN_LISTS && pattern->lists[i]; i++) {
		uint64_t length = list_length(pattern->lists[i]);
		append(to, pattern->before[i]);
		append(to, pattern->lists[i][n % length]);
		n /= length;
	}
	append(to, pattern->after);
}

static void
make_titles(struct pairs *pairs)
{
	for (const struct pattern *p = title_patterns; p->lists[0]; p++)
		pairs->titles += pattern_size(p);
	pairs->ends = mem_zero(pairs->titles, sizeof *pairs->ends);
	uint64_t t = 0;
	for (const struct pattern *p = title_patterns; p->lists[0]; p++) {
		for (uint64_t n = 0; n < pattern_size(p); n++) {
			pattern_write(p, n, &pairs->text);
			pairs->ends[t++] = pairs->text.len;
		}
	}
}

static struct words
make_words(word_list list)
{
	struct words words = {NULL, list_length(list)};

	words.words = mem_zero(words.count, sizeof *words.words);
	for (uint64_t i = 0; i < words.count; i++)
		words.words[i] = slice_of_str(list[i]);
	return words;
}

struct pairs *
pairs_new(void)
{
	struct pairs *pairs = mem_zero(1, sizeof *pairs);

	make_titles(pairs);
	pairs->count = pairs->titles;
	for (int i = 0; i < PATTERN_LISTS; i++) {
		pairs->company[i] = make_words(company_lists[i]);
		pairs->count *= pairs->company[i].count;
	}
	if (pairs->count > UINT32_MAX)
		abort(); /* a table grew: the multiplication in pairs_get would overflow */
	return pairs;
}

void
pairs_free(struct pairs *pairs)
{
	if (!pairs)
		return;
	for (int i = 0; i < PATTERN_LISTS; i++)
		free(pairs->company[i].words);
	free(pairs->ends);
	buf_release(&pairs->text);
	free(pairs);
}

uint64_t
pairs_count(const struct pairs *pairs)
{
	return pairs->count;
}

uint64_t
pairs_titles(const struct pairs *pairs)
{
	return pairs->titles;
}

void
pairs_get(const struct pairs *pairs, uint64_t k, struct pair *pair)
{
	uint64_t n = k * SPREAD % pairs->count; /* both below 2^32 */
	uint64_t t = n % pairs->titles;
	size_t start = t > 0 ? pairs->ends[t - 1] : 0;

	pair->title = slice_of(pairs->text.data + start, pairs->ends[t] - start);
	n /= pairs->titles;
	for (int i = 0; i < PATTERN_LISTS; i++) {
		const struct words *words = &pairs->company[i];
		pair->company[i] = words->words[n % words->count];
		n /= words->count;
	}
}

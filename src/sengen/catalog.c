/*
 * All titles (some ten thousand) are built once, at the start; companies are put together from
 * three words each time. Neighbouring numbers are spread over the whole table by a multiplication
 * modulo its size.
 */
#include "sengen/catalog.h"

#include <stdlib.h>

#include "base/mem.h"
#include "sengen/vocabulary.h"

/*
 * A prime, so it divides no table size, and multiplying by it modulo the size only reorders. It is
 * near 2^31 / golden ratio.
 */
#define SPREAD UINT64_C(1327217909)

struct words {
	struct slice *words;
	uint64_t count;
};

struct catalog {
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
append_if_set(struct buf *to, const char *text)
{
	if (text)
		buf_append_str(to, text);
}

/* Writes combination n of a pattern. */
static void
write_pattern(const struct pattern *pattern, uint64_t n, struct buf *to)
{
	for (int i = 0; i < PATTERN_LISTS && pattern->lists[i]; i++) {
		uint64_t length = list_length(pattern->lists[i]);
		append_if_set(to, pattern->before[i]);
		/* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): no list is empty */
		append_if_set(to, pattern->lists[i][n % length]);
		n /= length;
	}
	append_if_set(to, pattern->after);
}

static void
make_titles(struct catalog *catalog)
{
	for (const struct pattern *p = title_patterns; p->lists[0]; p++)
		catalog->titles += pattern_size(p);
	catalog->ends = mem_zero(catalog->titles, sizeof *catalog->ends);
	uint64_t t = 0;
	for (const struct pattern *p = title_patterns; p->lists[0]; p++) {
		for (uint64_t n = 0; n < pattern_size(p); n++) {
			write_pattern(p, n, &catalog->text);
			catalog->ends[t++] = catalog->text.len;
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

struct catalog *
catalog_new(void)
{
	struct catalog *catalog = mem_zero(1, sizeof *catalog);

	make_titles(catalog);
	catalog->count = catalog->titles;
	for (int i = 0; i < PATTERN_LISTS; i++) {
		catalog->company[i] = make_words(company_lists[i]);
		catalog->count *= catalog->company[i].count;
	}
	if (catalog->count > UINT32_MAX)
		abort(); /* a table grew: the multiplication in catalog_get would overflow */
	return catalog;
}

void
catalog_free(struct catalog *catalog)
{
	if (!catalog)
		return;
	for (int i = 0; i < PATTERN_LISTS; i++)
		free(catalog->company[i].words);
	free(catalog->ends);
	buf_release(&catalog->text);
	free(catalog);
}

uint64_t
catalog_count(const struct catalog *catalog)
{
	return catalog->count;
}

uint64_t
catalog_titles(const struct catalog *catalog)
{
	return catalog->titles;
}

void
catalog_get(const struct catalog *catalog, uint64_t k, struct pair *pair)
{
	uint64_t n = k * SPREAD % catalog->count; /* both below 2^32 */
	uint64_t t = n % catalog->titles;
	size_t start = t > 0 ? catalog->ends[t - 1] : 0;

	pair->title = slice_of(catalog->text.data + start, catalog->ends[t] - start);
	n /= catalog->titles;
	for (int i = 0; i < PATTERN_LISTS; i++) {
		const struct words *words = &catalog->company[i];
		pair->company[i] = words->words[n % words->count];
		n /= words->count;
	}
}

/* Made-up postings: pairs that differ, Zipf's law, forms that are what they say they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <xxhash.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/json.h"
#include "sengen/catalog.h"
#include "sengen/line.h"
#include "sengen/vocabulary.h"
#include "sengen/zipf.h"
#include "senserve/match.h"
#include "senserve/seen.h"

static void
company_of(const struct pair *pair, struct buf *to)
{
	buf_reset(to);
	for (int i = 0; i < PAIR_PIECES; i++)
		buf_append_slice(to, pair->company[i]);
}

static void
pairs_differ(void **state)
{
	struct catalog *catalog = catalog_new();
	struct seen seen = {0};
	struct buf company = BUF_INIT;
	struct pair pair;

	(void)state;
	assert_true(catalog_count(catalog) > 20000000);
	for (uint64_t k = 0; k < 2000000; k++) {
		catalog_get(catalog, k, &pair);
		company_of(&pair, &company);
		uint64_t seed = XXH3_64bits(company.data, company.len);
		assert_false(seen_add(&seen, XXH3_64bits_withSeed(pair.title.ptr, pair.title.len, seed)));
	}
	seen_release(&seen);
	buf_release(&company);
	catalog_free(catalog);
}

/* The numbers cover companies x titles one to one, so it is enough that neither list holds anything twice. */
static void
no_company_and_no_title_comes_twice(void **state)
{
	struct catalog *catalog = catalog_new();
	struct seen companies = {0}, titles = {0};
	struct buf text = BUF_INIT;
	struct pair pair;

	(void)state;
	for (const char *const *a = company_lists[0]; *a; a++)
		for (const char *const *b = company_lists[1]; *b; b++)
			for (const char *const *c = company_lists[2]; *c; c++) {
				buf_reset(&text);
				buf_printf(&text, "%s%s%s", *a, *b, *c);
				assert_false(seen_add(&companies, XXH3_64bits(text.data, text.len)));
			}
	assert_true(companies.count * catalog_titles(catalog) == catalog_count(catalog));
	for (uint64_t k = 0; titles.count < catalog_titles(catalog) && k < 2000000; k++) {
		catalog_get(catalog, k, &pair);
		seen_add(&titles, XXH3_64bits(pair.title.ptr, pair.title.len));
	}
	assert_int_equal(titles.count, catalog_titles(catalog));
	seen_release(&companies);
	seen_release(&titles);
	buf_release(&text);
	catalog_free(catalog);
}

static void
every_level_has_its_share(void **state)
{
	struct catalog *catalog = catalog_new();
	struct match *match = match_new();
	int count[8] = {0};

	(void)state;
	for (uint64_t k = 0; k < 100000; k++) {
		struct pair pair;
		catalog_get(catalog, k, &pair);
		count[match_level(match, pair.title, NULL)]++;
	}
	for (int level = 1; level <= 7; level++)
		if (count[level] < 1000 || count[level] > 50000)
			fail_msg("level %d: %d of 100000", level, count[level]);
	match_free(match);
	catalog_free(catalog);
}

/* The expected count of k among `draws` is draws / (k * H(n)); five standard deviations are allowed. */
static void
zipf_follows_its_law(void **state)
{
	enum { N = 1000, DRAWS = 1000000 };
	static double seen[N + 1];
	struct random random = {42};
	struct zipf zipf;
	double harmonic = 0;

	(void)state;
	zipf_init(&zipf, N);
	for (int k = 1; k <= N; k++)
		harmonic += 1.0 / k;
	for (int i = 0; i < DRAWS; i++) {
		uint64_t k = zipf_next(&zipf, &random);
		assert_true(k >= 1 && k <= N);
		seen[k]++;
	}
	for (int k = 1; k <= N; k++) {
		double expected = DRAWS / (k * harmonic), off = seen[k] - expected;
		if (off * off > 25 * expected)
			fail_msg("%d came %.0f times, not about %.0f", k, seen[k], expected);
	}
}

static void
zipf_of_few_and_of_many(void **state)
{
	struct random random = {7};
	struct zipf zipf;
	uint64_t most = 0;

	(void)state;
	zipf_init(&zipf, 1);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(zipf_next(&zipf, &random), 1);
	zipf_init(&zipf, 20000000);
	for (int i = 0; i < 1000000; i++) {
		uint64_t k = zipf_next(&zipf, &random);
		assert_true(k >= 1 && k <= 20000000);
		most = k > most ? k : most;
	}
	assert_true(most > 19000000);
}

/* Whether a line is a posting by the rules: an object with two right strings, the title not empty. */
static bool
is_posting(struct slice line, struct buf *scratch, struct slice *company, struct slice *title)
{
	const struct slice names[] = {SLICE("company"), SLICE("title")};
	struct json json = {0};
	const char *why;
	int values[2];
	bool good = false;

	buf_reset(scratch);
	buf_reserve(scratch, line.len * 2); /* so that the first slice stays where it is */
	if (json_parse(&json, line, &why) && json_is_object(&json)) {
		json_members(&json, names, 2, values);
		good = values[0] >= 0 && values[1] >= 0 && json_string(&json, values[0], scratch, company, &why) &&
		       json_string(&json, values[1], scratch, title, &why) && title->len > 0;
	}
	json_release(&json);
	return good;
}

static struct posting
some_posting(struct catalog *catalog)
{
	struct posting posting = {.id = 123, .place = SLICE("Berlin"), .scraped_on = 1756741199};

	catalog_get(catalog, 0, &posting.pair);
	return posting;
}

static void
plain_lines(void **state)
{
	struct catalog *catalog = catalog_new();
	struct posting posting = some_posting(catalog);
	struct buf line = BUF_INIT;

	(void)state;
	line_plain(&line, &posting);
	assert_string_equal(buf_cstr(&line),
	                    "{\"url\":\"https://jobs.example.com/123\",\"company\":\"Abbot\",\"title\":\"Account "
	                    "Receivable Intern\",\"location\":\"Berlin\",\"scraped_on\":1756741199}\n");
	buf_release(&line);
	catalog_free(catalog);
}

/* No word needs escaping, whatever pair it is: else lines would be broken. */
static void
words_need_no_escaping(void **state)
{
	struct catalog *catalog = catalog_new();
	struct buf line = BUF_INIT, scratch = BUF_INIT;

	(void)state;
	for (uint64_t k = 0; k < 200000; k++) {
		struct posting posting = {.place = SLICE("Berlin")};
		struct slice company, title;
		catalog_get(catalog, k, &posting.pair);
		buf_reset(&line);
		line_plain(&line, &posting);
		assert_true(is_posting(slice_of(line.data, line.len - 1), &scratch, &company, &title));
		assert_true(slice_equal(title, posting.pair.title));
	}
	for (const char *const *place = locations; *place; place++)
		assert_null(strpbrk(*place, "\"\\"));
	buf_release(&line);
	buf_release(&scratch);
	catalog_free(catalog);
}

static void
messy_lines_are_postings_and_bad_ones_are_not(void **state)
{
	struct catalog *catalog = catalog_new();
	struct posting posting = some_posting(catalog);
	struct buf line = BUF_INIT, scratch = BUF_INIT;
	struct slice company, title;

	(void)state;
	for (int n = 0; n < line_messy_forms(); n++) {
		buf_reset(&line);
		line_messy(&line, &posting, (uint64_t)n);
		assert_null(memchr(line.data, '\n', line.len - 1));
		if (!is_posting(slice_of(line.data, line.len - 1), &scratch, &company, &title))
			fail_msg("not a posting: %.300s", buf_cstr(&line));
	}
	for (int n = 0; n < line_bad_forms(); n++) {
		buf_reset(&line);
		line_bad(&line, &posting, (uint64_t)n);
		assert_null(memchr(line.data, '\n', line.len - 1));
		/* A line like a control record is forged whatever else it holds. */
		if (memcmp(line.data, "{\"@\":", 5) != 0 &&
		    is_posting(slice_of(line.data, line.len - 1), &scratch, &company, &title))
			fail_msg("a posting: %.300s", buf_cstr(&line));
	}
	buf_release(&line);
	buf_release(&scratch);
	catalog_free(catalog);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_differ),
		cmocka_unit_test(no_company_and_no_title_comes_twice),
		cmocka_unit_test(every_level_has_its_share),
		cmocka_unit_test(zipf_follows_its_law),
		cmocka_unit_test(zipf_of_few_and_of_many),
		cmocka_unit_test(plain_lines),
		cmocka_unit_test(words_need_no_escaping),
		cmocka_unit_test(messy_lines_are_postings_and_bad_ones_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

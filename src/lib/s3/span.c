/* Names as times: see span.h. */
#include "s3/span.h"

#define DIGITS 10
#define FIRST INT64_C(1000000000) /* of ten digits */
#define PARTS 8

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
number_at(const struct s3_page *page, size_t i, struct slice prefix, int64_t *number)
{
	return s3_span_number(s3_page_key(page, i), prefix, number);
}

/* A page of so few keys that it has no eighths. */
static int64_t
span_of_few(const struct s3_page *page, struct slice prefix)
{
	int64_t first, last;

	if (page->count < 2 || !number_at(page, 0, prefix, &first) || !number_at(page, page->count - 1, prefix, &last))
		return 0;
	return last > first ? last - first : 1;
}

bool
s3_span_number(struct slice key, struct slice prefix, int64_t *number)
{
	const char *text = key.ptr + prefix.len;
	int64_t value = 0;

	if (key.len < prefix.len + DIGITS || text[0] == '0')
		return false;
	for (int i = 0; i < DIGITS; i++) {
		if (!is_digit(text[i]))
			return false;
		value = value * 10 + (text[i] - '0');
	}
	if (key.len > prefix.len + DIGITS && is_digit(text[DIGITS]))
		return false;
	*number = value;
	return true;
}

int64_t
s3_span_place(struct slice key, struct slice prefix)
{
	int64_t value = 0;

	for (size_t i = 0; i < DIGITS; i++) {
		char c = prefix.len + i < key.len ? key.ptr[prefix.len + i] : '\0';

		/*
		 * A byte that is not a digit: all numbers that begin like this come after it, or all of
		 * them before it.
		 */
		if (!is_digit(c)) {
			value += c > '9';
			for (; i < DIGITS; i++)
				value *= 10;
			value--;
			break;
		}
		value = value * 10 + (c - '0');
	}
	return value >= FIRST ? value : 0;
}

int64_t
s3_span_of_page(const struct s3_page *page, struct slice prefix)
{
	size_t step = page->count > 0 ? (page->count - 1) / PARTS : 0;
	int64_t count = (int64_t)page->count, before, sum = 0, least = INT64_MAX, most = 0;

	if (step == 0)
		return span_of_few(page, prefix);
	if (!number_at(page, 0, prefix, &before))
		return 0;
	for (size_t i = 1; i <= PARTS; i++) {
		int64_t number, span;

		if (!number_at(page, i * step, prefix, &number))
			return 0;
		span = number - before;
		sum += span;
		least = span < least ? span : least;
		most = span > most ? span : most;
		before = number;
	}
	/*
	 * Names at regular intervals: all but one, because a range is only known to be complete if a
	 * key after it came.
	 */
	if (least == most)
		sum = least * (count - 1) / (int64_t)step;
	else
		sum = (sum - most) * count / (PARTS - 1) / (int64_t)step * 9 / 10;
	return sum > 0 ? sum : 1;
}

int64_t
s3_span_learn(int64_t known, int64_t seen)
{
	if (seen == 0 || known == 0)
		return seen != 0 ? seen : known;
	if (seen > known * 2 || seen < known / 2)
		return seen;
	return (known + seen) / 2;
}

int64_t
s3_span_end(int64_t from, int64_t span, int64_t horizon)
{
	if (span < 1)
		span = 1;
	return from >= horizon || span >= horizon - from ? S3_SPAN_OPEN : from + span;
}

int64_t
s3_span_pieces(int64_t rest, int64_t span)
{
	int64_t pieces;

	if (span < 1)
		return 1;
	pieces = rest / span;
	return pieces >= 2 ? pieces : 1;
}

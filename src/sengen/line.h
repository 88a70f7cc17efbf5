/* One posting as a line: plain, unusual but valid, or bad. */
#ifndef SENGEN_LINE_H
#define SENGEN_LINE_H

#include <stdint.h>

#include "base/buf.h"
#include "sengen/catalog.h"

struct posting {
	struct pair pair;
	uint64_t id;        /* the number in its url */
	struct slice place; /* its location, which needs no escaping */
	int64_t scraped_on;
};

/* Appends the line with its '\n'. */
void line_plain(struct buf *to, const struct posting *posting);

/*
 * Unusual form n (modulo their number): valid JSON and a valid posting, but with escapes, odd
 * members or odd bytes. Its pair may differ from posting->pair: the form adds to company and title.
 */
void line_messy(struct buf *to, const struct posting *posting, uint64_t n);

/* Bad form n: a line that every reader of postings must reject. */
void line_bad(struct buf *to, const struct posting *posting, uint64_t n);

/* How many forms there are. */
int line_messy_forms(void);
int line_bad_forms(void);

#endif

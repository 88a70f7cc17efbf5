/* One posting as a line: the usual one, an awkward but right one, a bad one. */
#ifndef SENGEN_LINE_H
#define SENGEN_LINE_H

#include <stdint.h>

#include "base/buf.h"
#include "sengen/catalog.h"

struct posting {
	struct pair pair;
	uint64_t id;        /* in its url */
	struct slice place; /* its location; needs no escaping */
	int64_t scraped_on;
};

/* Appends the line with its '\n'. */
void line_plain(struct buf *to, const struct posting *posting);

/*
 * Awkward form number n (taken modulo their count): right JSON and a right posting, but with escapes, odd
 * members, odd bytes. Its pair may be another one than posting->pair: the form adds to company and title.
 */
void line_messy(struct buf *to, const struct posting *posting, uint64_t n);

/* Bad form number n: a line that every reader of postings must reject. */
void line_bad(struct buf *to, const struct posting *posting, uint64_t n);

/* How many forms there are. */
int line_messy_forms(void);
int line_bad_forms(void);

#endif

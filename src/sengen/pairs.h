/*
 * Pair number k: a company and a title. A pure function: the same k is the same pair in every run and
 * on every machine, and different k are different pairs.
 */
#ifndef SENGEN_PAIRS_H
#define SENGEN_PAIRS_H

#include <stdint.h>

#include "base/buf.h"

struct pairs;

struct pairs *pairs_new(void);
void pairs_free(struct pairs *pairs);

/* How many there are: well over 20 million. */
uint64_t pairs_count(const struct pairs *pairs);
uint64_t pairs_titles(const struct pairs *pairs);

enum { PAIR_PIECES = 3 };

struct pair {
	struct slice company[PAIR_PIECES]; /* its pieces, to be written one behind the other */
	struct slice title;
};

/* Pair k, below pairs_count. The slices live as long as `pairs`; nothing in them needs escaping in JSON. */
void pairs_get(const struct pairs *pairs, uint64_t k, struct pair *pair);

#endif

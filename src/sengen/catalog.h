/*
 * Pair number k: a company and a title. It is a pure function: the same k gives the same pair in
 * every run and on every machine, and different k give different pairs.
 */
#ifndef SENGEN_CATALOG_H
#define SENGEN_CATALOG_H

#include <stdint.h>

#include "base/buf.h"

enum { PAIR_PIECES = 3 };

struct pair {
	struct slice company[PAIR_PIECES]; /* its pieces, to be written one after the other */
	struct slice title;
};

struct catalog;

struct catalog *catalog_new(void);
void catalog_free(struct catalog *catalog);

/* How many pairs there are: well over 20 million. */
uint64_t catalog_count(const struct catalog *catalog);
uint64_t catalog_titles(const struct catalog *catalog);

/*
 * Returns pair k, which must be below catalog_count. The slices live as long as the catalog, and
 * need no escaping in JSON.
 */
void catalog_get(const struct catalog *catalog, uint64_t k, struct pair *pair);

#endif

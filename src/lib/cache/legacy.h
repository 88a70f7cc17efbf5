/*
 * The predecessor's cache: for each pair a string "company:title" in the same database, its value
 * the digit.
 *
 * Where such a key holds more than one ':', it does not say where the company ends: ("a:b", "c")
 * and ("a", "b:c") share "a:b:c", and its value is that of whichever was asked for first. Such a
 * key is believed of nobody: only pairs that hold no ':' themselves are looked up under it.
 */
#ifndef CACHE_LEGACY_H
#define CACHE_LEGACY_H

#include <stdbool.h>

#include "base/buf.h"

/* Whether the predecessor's key of this pair is that of no other pair. */
bool legacy_is_plain(struct slice company, struct slice title);

/* Where a key with more than one ':' is taken apart. */
enum legacy_split { LEGACY_NOWHERE, LEGACY_FIRST, LEGACY_LAST };

enum legacy_key {
	LEGACY_PAIR,      /* *company and *title are set */
	LEGACY_AMBIGUOUS, /* more than one ':', and LEGACY_NOWHERE */
	LEGACY_OWN,       /* a key of this product: "seniority:...:..." */
	LEGACY_OTHER,     /* no pair's: no ':', nothing behind it, not UTF-8, or a NUL */
};

/* What a key may be, by its name alone. The slices point into it. */
enum legacy_key legacy_parse(struct slice key, enum legacy_split split, struct slice *company, struct slice *title);

#endif

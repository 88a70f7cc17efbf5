/*
 * The predecessor's cache: for each pair a string "company:title" in the same database, its value
 * the digit.
 *
 * A key with more than one ':' does not show where the company ends: ("a:b", "c") and ("a", "b:c")
 * share "a:b:c", and its value belongs to the one that was asked for first. Such a key is not
 * trusted: only pairs without ':' are looked up under it.
 */
#ifndef CACHE_LEGACY_H
#define CACHE_LEGACY_H

#include <stdbool.h>

#include "base/buf.h"

/* Whether the predecessor's key of this pair is that of no other pair. */
bool legacy_is_plain(struct slice company, struct slice title);

/* Where to split a key with more than one ':'. */
enum legacy_split { LEGACY_NOWHERE, LEGACY_FIRST, LEGACY_LAST };

enum legacy_key {
	LEGACY_PAIR,      /* *company and *title are set */
	LEGACY_AMBIGUOUS, /* more than one ':', and LEGACY_NOWHERE */
	LEGACY_OWN,       /* a key of this product: "seniority:...:..." */
	LEGACY_OTHER,     /* not a pair's key: no ':', nothing after it, not UTF-8, or a NUL */
};

/* What a key may be, by its name alone. The slices point into it. */
enum legacy_key legacy_parse(struct slice key, enum legacy_split split, struct slice *company, struct slice *title);

#endif

/* The predecessor's names for pairs. */
#include "cache/legacy.h"

static bool
has_byte(struct slice text, char byte)
{
	return text.len > 0 && memchr(text.ptr, byte, text.len) != NULL;
}

bool
legacy_is_plain(struct slice company, struct slice title)
{
	return !has_byte(company, ':') && !has_byte(title, ':');
}

enum legacy_key
legacy_parse(struct slice key, enum legacy_split split, struct slice *company, struct slice *title)
{
	const char *first = key.len ? memchr(key.ptr, ':', key.len) : NULL;
	const char *last = key.len ? memrchr(key.ptr, ':', key.len) : NULL;
	const char *colon = split == LEGACY_LAST ? last : first;

	if (colon == NULL || has_byte(key, '\0') || !slice_is_utf8(key))
		return LEGACY_OTHER;
	/* buckets, the cursor, and keys of later versions */
	if (first != last && slice_starts_with(key, SLICE("seniority:")))
		return LEGACY_OWN;
	if (first != last && split == LEGACY_NOWHERE)
		return LEGACY_AMBIGUOUS;
	*company = slice_of(key.ptr, (size_t)(colon - key.ptr));
	*title = slice_of(colon + 1, key.len - company->len - 1);
	return title->len > 0 ? LEGACY_PAIR : LEGACY_OTHER;
}

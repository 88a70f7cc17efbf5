/*
 * The layout of the store: the buckets and prefixes of the settings, and the names that follow from
 * them.
 *
 *   raw_prefix + NAME     in input_bucket   a source; NAME is unix seconds and any suffix
 *   mod_prefix + NAME     in output_bucket  what becomes of it
 *   reject_prefix + NAME  in output_bucket  its rejected postings
 *
 * The strings belong to the settings and live as long.
 */
#ifndef STREAMS_LAYOUT_H
#define STREAMS_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "settings/settings.h"

struct layout {
	const char *input_bucket;  /* NULL: not set; a program that needs it asks settings_require() */
	const char *output_bucket; /* the same */
	const char *raw_prefix;    /* never NULL */
	const char *mod_prefix;
	const char *reject_prefix;
};

/*
 * Takes the names from the settings. Returns -1 with err (ERR_USAGE) if two of the prefixes lie in
 * the same bucket one inside another (or are the same): outputs would be listed as sources, or
 * overwrite each other.
 */
int layout_load(struct layout *layout, const struct settings *settings, struct err *err);

/*
 * The key of a source's output, or of its rejects: appended to *key. False if the source is not
 * inside raw_prefix, or has no name after it; then *key is as it was.
 */
bool layout_output_key(const struct layout *layout, struct slice source_key, struct buf *key);
bool layout_reject_key(const struct layout *layout, struct slice source_key, struct buf *key);

enum layout_why {
	LAYOUT_NUMBER,       /* it has a number */
	LAYOUT_OUTSIDE,      /* not inside raw_prefix */
	LAYOUT_NO_NUMBER,    /* does not start with a digit */
	LAYOUT_LEADING_ZERO, /* 0 alone too: no posting is of 1970's first second */
	LAYOUT_FOLDER,       /* a '/' after the number */
	LAYOUT_FUTURE,       /* more than a year after `now`: milliseconds, a typing error */
};

/* The number of a source's name: its unix seconds. */
enum layout_why layout_number(struct slice key, struct slice raw_prefix, int64_t now, int64_t *number);

/* "no number", "leading zeros", ...: for a message. */
const char *layout_why_text(enum layout_why why);

#endif

/*
 * Percent-encoding (RFC 3986, section 2.1): of paths, queries, metadata and the keys in listings.
 */
#ifndef HTTP_PERCENT_H
#define HTTP_PERCENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Appends `text`, with all but A-Z a-z 0-9 - . _ ~ encoded, as SigV4 demands it; `keep_slash`
 * leaves '/' too.
 */
void percent_encode(struct buf *to, struct slice text, bool keep_slash);

/*
 * Decodes in place; returns the length that is left. A space may be "%20", or '+' as AWS writes it;
 * a '%' without two digits stays.
 */
size_t percent_decode(char *text, size_t len);

#endif

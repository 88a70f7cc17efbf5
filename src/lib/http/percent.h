/* Percent-encoding (RFC 3986, section 2.1), as it comes in listings and metadata. sigv4_encode() puts it on. */
#ifndef HTTP_PERCENT_H
#define HTTP_PERCENT_H

#include <stddef.h>

/* In place; returns the length that is left. A space may be "%20", or '+' as AWS writes it; a '%' without two digits stays. */
size_t percent_decode(char *text, size_t len);

#endif

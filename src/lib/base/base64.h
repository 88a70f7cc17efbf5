/* Base64 (RFC 4648 section 4), with padding, no line ends. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>

#include "base/buf.h"

void base64_encode(struct buf *to, struct slice bytes);
/* Appends the bytes; false, and nothing appended, if `text` is not what base64_encode() makes. */
bool base64_decode(struct buf *to, struct slice text);

#endif

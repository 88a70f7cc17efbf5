/* Base64 (RFC 4648 section 4), with padding, no line ends. */
#ifndef JSON_BASE64_H
#define JSON_BASE64_H

#include <stdbool.h>

#include "base/buf.h"

void base64_encode(struct buf *to, struct slice bytes);
bool base64_decode(struct buf *to, struct slice text);

#endif

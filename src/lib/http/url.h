/* URLs: the parts that are sent, and a check with the HTTP client's own parser. */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * Appends the host of "https://host:port/path" as the Host header has it: without the scheme's own
 * port.
 */
void url_host_header(const char *url, struct buf *to);

struct url {
	char scheme[16];
	char host[256]; /* an IPv6 address in brackets */
};

/*
 * Parses an http or https URL, with the same parser as the request, so that a check and the request
 * see the same host. Returns false if it is not such a URL, or has a user in it.
 */
bool url_parse(const char *text, struct url *url);

#endif

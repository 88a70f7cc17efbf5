/* URLs: see url.h. */
#include "http/url.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
url_host_header(const char *url, struct buf *to)
{
	const char *host = strstr(url, "://") + 3;
	const char *own = strncmp(url, "https:", 6) == 0 ? ":443" : ":80";
	struct slice rest = slice_of(host, strcspn(host, "/"));

	if (slice_ends_with(rest, slice_of_str(own)))
		rest.len -= strlen(own);
	buf_append_slice(to, rest);
}

bool
url_parse(const char *text, struct url *url)
{
	CURLU *parts = curl_url();
	char *scheme = NULL, *host = NULL, *user = NULL;
	bool ok;

	if (parts == NULL)
		abort();
	ok = !curl_url_set(parts, CURLUPART_URL, text, 0) && !curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) &&
	     !curl_url_get(parts, CURLUPART_HOST, &host, 0) &&
	     curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
	     (strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0) && strlen(host) < sizeof(url->host);
	if (ok) {
		snprintf(url->scheme, sizeof(url->scheme), "%s", scheme);
		snprintf(url->host, sizeof(url->host), "%s", host);
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_url_cleanup(parts);
	return ok;
}

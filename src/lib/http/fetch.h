/*
 * One small HTTP request, done at once and on a connection of its own: for credentials (instance
 * metadata, container endpoints, STS). Objects go through http/http.h. No redirect is followed.
 */
#ifndef HTTP_FETCH_H
#define HTTP_FETCH_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct fetch {
	const char *method; /* "GET", "PUT", "POST" */
	const char *url;
	const char *const *headers; /* "Name: value" lines, NULL at the end; or NULL */
	struct slice body;
	const char *ca_bundle; /* AWS_CA_BUNDLE or NULL: the system's */
	bool no_proxy;         /* for link-local addresses: never through a proxy */
	long connect_timeout_ms;
	long timeout_ms; /* of the whole */
};

/*
 * Returns the HTTP status with the answer's body (up to 1 MiB) in `reply`, or -1 with err
 * (ERR_TEMPORARY; the text says what curl said, not what was asked).
 */
int fetch_run(const struct fetch *fetch, struct buf *reply, struct err *err);

#endif

/*
 * The identity of a piece of work: from which server, bucket and prefix to which. The cursor, the
 * lock of a run and the history belong to one identity, so that two servers with buckets of the
 * same name are never confused:
 *
 *	aws|rl-data/job-postings-raw/>aws|rl-data/job-postings-mod/
 *	https://minio.example:9000|rl-data/job-postings-raw/>https://minio.example:9000|rl-data/job-postings-mod/
 *	file:///srv/postings|rl-data/job-postings-raw/>file:///srv/postings|rl-data/job-postings-mod/
 *
 * The server is the endpoint in force, wherever it was set (aws/endpoint.h). All of AWS's endpoints
 * of a partition are one: its name. A folder's path has its links resolved. Any other server is
 * scheme, host in lower case, port if it is not the scheme's default, and path. No name is
 * resolved: two names of one server are two identities. No secret is part of it.
 */
#ifndef AWS_IDENTITY_H
#define AWS_IDENTITY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "settings/settings.h"

struct identity {
	char *text;    /* as above: printable ASCII without blanks, braces, quotes and backslashes */
	char *servers; /* only they: "aws>aws" */
	char *older;   /* without them, as older versions had it: "rl-data/job-postings-raw/>rl-data/job-postings-mod/" */
	bool custom;   /* a server is in force that is not AWS's: what an older version stored may be of any server */
};

/*
 * Of these settings. Returns -1 with err (ERR_USAGE): a bucket is not set, an endpoint or AWS's
 * files cannot be understood, or the store's folder is not there.
 */
int identity_find(const struct settings *settings, struct identity *identity, struct err *err);

/* Releases what identity_find() filled; {0} is fine. */
void identity_release(struct identity *identity);

/*
 * Appends the server of an endpoint (NULL: AWS's own in this region), as it is in an identity;
 * *custom: it is not AWS's. Returns -1 with err (ERR_USAGE) if `origin` has set one that cannot be
 * understood, or whose folder is not there.
 */
int identity_append_server(struct buf *to, const char *endpoint, const char *origin, const char *region, bool *custom,
                           struct err *err);

#endif

/* S3 as a kind of store. */
#ifndef S3_BACKEND_H
#define S3_BACKEND_H

#include "store/backend.h"

/*
 * The bucket's server, the credentials and the region come from the settings and AWS's own
 * configuration.
 */
struct store *s3_store_open(const struct settings *settings, struct err *err);

#endif

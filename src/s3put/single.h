/* Stores stdin as one object. */
#ifndef S3PUT_SINGLE_H
#define S3PUT_SINGLE_H

#include <stdint.h>

#include "base/err.h"
#include "base/io.h"
#include "s3put/sink.h"

/*
 * Stores all of stdin as one object and writes its receipt, {"key":...,"etag":...,"bytes":...}.
 * Returns 0 with *bytes, or -1 with err, having stored nothing; err is empty if a signal asks to
 * stop.
 */
int single_run(struct store *store, const char *bucket, const char *key, enum compression compress,
               const struct store_put_options *options, struct out *out, int64_t *bytes, struct err *err);

#endif

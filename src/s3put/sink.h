/*
 * One object being written, compressed if its name says so. {0} is a closed one; the compressor's
 * memory is reused for the next object.
 */
#ifndef S3PUT_SINK_H
#define S3PUT_SINK_H

#include "store/store.h"
#include "streams/compress.h"

struct sink {
	struct store_put *put; /* NULL: not open */
	enum compression kind;
	struct compress *compress;
};

/* If it compresses, it sets the content type of `options`. */
void sink_open(struct sink *sink, struct store *store, const char *bucket, const char *key, enum compression kind,
               struct store_put_options options);
int sink_write(struct sink *sink, struct slice data, struct err *err);
/*
 * Everything is written; sink_commit() starts to make it an object, store_put_wait() reports when
 * it is one.
 */
int sink_finish(struct sink *sink, struct err *err);
void sink_commit(struct sink *sink);
/* Closes it: aborts the object unless it is committed. */
void sink_close(struct sink *sink);
void sink_release(struct sink *sink);

#endif

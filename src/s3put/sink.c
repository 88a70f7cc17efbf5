/* Bytes on their way into an object, through a compressor or not. */
#include "s3put/sink.h"

static int
write_compressed(struct sink *sink, struct err *err)
{
	struct slice piece;

	while (compress_next(sink->compress, &piece))
		if (store_put_write(sink->put, piece.ptr, piece.len, err) < 0)
			return -1;
	return 0;
}

void
sink_open(struct sink *sink, struct store *store, const char *bucket, const char *key, enum compression kind,
          struct store_put_options options)
{
	sink->kind = kind;
	if (kind != COMPRESSION_NONE) {
		options.content_type = compression_content_type(kind);
		if (sink->compress != NULL && compress_kind(sink->compress) != kind) {
			compress_free(sink->compress);
			sink->compress = NULL;
		}
		if (sink->compress == NULL)
			sink->compress = compress_new(kind);
		compress_start(sink->compress);
	}
	sink->put = store_put_open(store, bucket, key, &options);
}

int
sink_write(struct sink *sink, struct slice data, struct err *err)
{
	if (sink->kind == COMPRESSION_NONE)
		return store_put_write(sink->put, data.ptr, data.len, err);
	compress_feed(sink->compress, data);
	return write_compressed(sink, err);
}

int
sink_finish(struct sink *sink, struct err *err)
{
	if (sink->kind == COMPRESSION_NONE)
		return 0;
	compress_finish(sink->compress);
	return write_compressed(sink, err);
}

void
sink_commit(struct sink *sink)
{
	store_put_commit(sink->put);
}

void
sink_close(struct sink *sink)
{
	store_put_free(sink->put);
	sink->put = NULL;
}

void
sink_release(struct sink *sink)
{
	sink_close(sink);
	compress_free(sink->compress);
	sink->compress = NULL;
}

/*
 * What a kind of store provides. store.h's functions only call through the table; a kind embeds the
 * structs below as the first member of its own, so that a pointer to one is a pointer to the other.
 *
 * For names in error texts use store_err_name(): every error of a list, get or put reads
 * "s3://bucket/key: GET: 404 NoSuchKey (details)", for every kind of store.
 */
#ifndef STORE_BACKEND_H
#define STORE_BACKEND_H

#include "base/latency.h"
#include "store/store.h"

struct store_ops {
	void (*free)(struct store *store);
	int (*wait)(struct store *store, int fd, int timeout_ms);
	int64_t (*retries)(const struct store *store);
	int (*describe)(struct store *store, struct buf *to, struct err *err);

	struct store_list *(*list_open)(struct store *store, const char *bucket, const char *prefix,
	                                const char *start_after);
	int (*list_next)(struct store_list *list, struct store_object *object, struct err *err);
	void (*list_free)(struct store_list *list);

	struct store_get *(*get_open)(struct store *store, const char *bucket, const char *key,
	                              const struct store_get_options *options);
	int (*get_read)(struct store_get *get, bool wait, struct slice *data, struct err *err);
	void (*get_free)(struct store_get *get);
	bool (*get_room)(const struct store *store, size_t parallel); /* NULL: never */

	struct store_put *(*put_open)(struct store *store, const char *bucket, const char *key,
	                              const struct store_put_options *options);
	int (*put_write)(struct store_put *put, const void *data, size_t len, struct err *err);
	void (*put_commit)(struct store_put *put);
	int (*put_wait)(struct store_put *put, bool wait, struct store_info *info, struct err *err);
	void (*put_free)(struct store_put *put);

	struct store_look *(*look_open)(struct store *store, const char *bucket, const char *key);
	int (*look_wait)(struct store_look *look, bool wait, struct store_info *info, struct err *err);
	void (*look_free)(struct store_look *look);

	int (*remove)(struct store *store, const char *bucket, const char *key, struct err *err);
};

struct store {
	const struct store_ops *ops;
	struct latency latency; /* of requests, if the kind makes any */
	int64_t clock_ahead;    /* its clock minus ours, seconds, as last heard of */
};

struct store_list {
	struct store *store;
};

struct store_get {
	struct store *store;
	struct store_info info; /* {-1, "", ""} until it is known */
};

struct store_put {
	struct store *store;
};

struct store_look {
	struct store *store;
};

/*
 * The provenance as metadata: calls `add` for each of "source", "source-etag" and "cache-version"
 * that is to be kept. Both kinds keep the same names and texts, so that tools which copy metadata
 * carry them over. Values are percent-encoded, since a header holds no more than ASCII, and short
 * enough for S3's 2 KB.
 */
void store_provenance_write(const struct store_provenance *provenance,
                            void (*add)(void *context, const char *name, const char *value), void *context);
/* Takes the percent-encoding off "source-etag"; "" if it does not fit, or text is NULL. */
void store_provenance_read_etag(const char *text, char to[128]);

/* Sets "s3://bucket/key" as the error's object; a very long key is cut. Returns -1. */
int store_err_name(struct err *err, const char *bucket, const char *key);

#endif

/*
 * A store: buckets of objects. Two kinds behind one interface: S3 over HTTP(S), and the embedded
 * one (endpoint_url: file:///folder: a bucket is a folder, an object a file).
 *
 * One thread, many transfers: gets and puts that were started go on whenever the program is inside
 * a function of this module that waits (store_wait, store_get_read, store_put_wait,
 * store_list_next). Nothing here prints errors or exits; retries are made inside and reported as
 * warnings.
 *
 * Ownership: a list, get or put is freed by its own _free, which also ends it (an unfinished put is
 * aborted and leaves no object), and before its store. Strings handed in are copied.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/latency.h"
#include "settings/settings.h"

struct store;

/* Which store, and everything it needs, comes from the settings (endpoint_url, AWS_*). */
struct store *store_open(const struct settings *settings, struct err *err);
void store_free(struct store *store);

/*
 * Lets transfers move on until something changes for any of them, `fd` (or -1) is readable, or
 * timeout_ms (-1: none) has passed. Returns 1 if fd is readable, 0 otherwise, -1 if a signal asks
 * the program to stop.
 */
int store_wait(struct store *store, int fd, int timeout_ms);

/* Unix seconds by the store's clock, if its answers have shown it; else by ours. */
int64_t store_clock(const struct store *store);

/* How many requests were tried again, for the statistics. */
int64_t store_retries(const struct store *store);
/*
 * The server's response times: until its answer begins, or until it has taken a body and answered;
 * each try counts. Empty for the embedded store.
 */
const struct latency *store_latency(const struct store *store);

/*
 * Errors of a list, get or put name the object ("s3://bucket/key") and the operation, and carry
 * what the store said: see base/err.h.
 */
/*
 * Describes the store and the credentials in use, as "name: value" lines without secrets. Waits for
 * the credentials; returns -1 with err if there are none.
 */
int store_describe(struct store *store, struct buf *to, struct err *err);

/* One object of a listing. */
struct store_object {
	struct slice key; /* valid until the next store_list_next */
	int64_t size;
	struct slice etag;          /* without quotes */
	int64_t modified;           /* unix seconds; -1: not known */
	struct slice storage_class; /* valid as long as key; len 0: not known */
};

/*
 * Keys with this prefix, those after `start_after` (a whole key, exclusive; "" for all), in byte
 * order.
 */
struct store_list *store_list_open(struct store *store, const char *bucket, const char *prefix,
                                   const char *start_after);
/* Returns 1 with *object, 0 at the end, -1 with err. */
int store_list_next(struct store_list *list, struct store_object *object, struct err *err);
void store_list_free(struct store_list *list);

/*
 * What is known of an object; during a download, complete once the first bytes or the end are
 * there.
 */
struct store_info {
	int64_t size; /* -1: not known */
	char etag[128];
	char source_etag[128]; /* of its provenance; "": not known */
};

/* What a listing has said of an object; the download is compared with it. */
struct store_get_options {
	int64_t size;     /* -1: not known */
	const char *etag; /* NULL or "": not known */
};

/*
 * Starts a download (returns at once; the transfer may wait for a free connection). The amount that
 * is received ahead of reading is bounded. If the connection breaks, the download continues where
 * it stopped. `options` may be NULL.
 */
struct store_get *store_get_open(struct store *store, const char *bucket, const char *key,
                                 const struct store_get_options *options);
/*
 * The next bytes, in a slice that is valid until the next call for the same get. Returns 1 with
 * bytes, 0 at the end (all of it came, and size and checksum were right), -1 with err, and, only if
 * !wait, 2 for "nothing yet".
 */
int store_get_read(struct store_get *get, bool wait, struct slice *data, struct err *err);
const struct store_info *store_get_info(const struct store_get *get);
void store_get_free(struct store_get *get);
/*
 * Whether one get more is worth its memory though `parallel` are open already: because of some of
 * these all has come and only waits to be read, so that fewer than `parallel` are under way.
 */
bool store_get_room(const struct store *store, size_t parallel);

/*
 * The origin of an object: stored with it as metadata (the embedded store: as extended attributes,
 * if the file system has them). Members that are NULL or "" are left out.
 */
struct store_provenance {
	const char *source; /* its key */
	const char *source_etag;
	const char *cache_version;
};

struct store_put_options {
	const char *content_type; /* NULL: application/x-ndjson */
	struct store_provenance provenance;
	bool no_clobber; /* fail if the key exists */
	bool dry_run;    /* check everything that can be checked here, store nothing */
};

/*
 * Starts an object. Bytes may go out while it is written, but it does not exist before the commit.
 */
struct store_put *store_put_open(struct store *store, const char *bucket, const char *key,
                                 const struct store_put_options *options);
/* Adds bytes; waits if too many are on their way. Returns 0, or -1 with err. */
int store_put_write(struct store_put *put, const void *data, size_t len, struct err *err);
/* All bytes are written: begin to make it an object. Does not wait. */
void store_put_commit(struct store_put *put);
/*
 * Whether the commit is through. Returns 1 with *info (the stored size and etag), -1 with err, and,
 * only if !wait, 2 for "not yet". After 1 the object is there and durable.
 */
int store_put_wait(struct store_put *put, bool wait, struct store_info *info, struct err *err);
void store_put_free(struct store_put *put);

/* Starts to read what is known of an object, without downloading it. */
struct store_look *store_look_open(struct store *store, const char *bucket, const char *key);
/*
 * Returns 1 with *info, 0 if no such object is there, -1 with err, and, only if !wait, 2 for "not
 * yet".
 */
int store_look_wait(struct store_look *look, bool wait, struct store_info *info, struct err *err);
void store_look_free(struct store_look *look);

/* Deletes an object, and waits for it; succeeds if there is none. Returns 0, or -1 with err. */
int store_remove(struct store *store, const char *bucket, const char *key, struct err *err);

#endif

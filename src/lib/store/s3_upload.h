/*
 * An object on its way to S3, as s3_put.c (the whole, and small objects) and s3_multipart.c (large ones, in
 * parts) share it. The two meet at a few steps: everything here runs in s3_pump's on_done functions.
 */
#ifndef STORE_S3_UPLOAD_H
#define STORE_S3_UPLOAD_H

#include "store/s3.h"

/* Up to this an object is one PUT; above it is uploaded in parts, the first ones of this size. */
#define S3_PUT_MAX (8u * 1024 * 1024)
#define S3_PARTS_MAX 10000
/* Parts on their way at once, and one more for the last part, so that commit need not wait. */
#define S3_PARTS_AT_ONCE 4
#define S3_SLOTS (S3_PARTS_AT_ONCE + 1)

struct s3_upload;

struct s3_part {
	struct s3_upload *upload;
	int number; /* 0: the slot is free */
	struct buf data;
	struct s3_request *request; /* NULL: waits for the upload id */
};

struct s3_multipart {
	char *id;  /* of the upload; NULL: not known yet */
	int parts; /* begun so far */
	struct s3_part slots[S3_SLOTS];
	char **etags;   /* of part n at [n - 1]; NULL: not there yet */
	uint32_t *crcs; /* likewise, where they are sent */
	int etags_cap;
	int stored; /* parts that are there */
	struct buf manifest;
	bool completed; /* whether or not we know it: no abort any more */
};

struct s3_upload {
	struct store_put put;
	struct s3 *s3;
	struct s3_bucket *bucket;
	char *key;
	char *content_type;
	char *source;
	bool no_clobber;
	bool dry_run;
	struct buf data; /* not yet sent: all of a small object, or the part that is being filled */
	int64_t written;
	bool committed;
	bool over; /* stored, or err says why not */
	struct err err;
	char etag[128];
	struct s3_request *request; /* the one step under way: HEAD, PUT, create, complete; NULL: none */
	struct s3_multipart *multi; /* NULL: small so far */
};

/* s3_put.c: the ends, and what both kinds of upload do. */
void s3_upload_done(struct s3_upload *upload);
void s3_upload_fail(struct s3_upload *upload, const struct err *err);
/* The headers of a new object: type, metadata, storage class and so on. */
void s3_upload_headers(struct s3_upload *upload, struct s3_request *request);
/* The next step; its headers, body and start are the caller's. The step before is over and is freed. */
struct s3_request *s3_upload_step(struct s3_upload *upload, const char *verb, const char *method,
                                  void (*on_done)(struct s3_request *request));
/* s3_multipart.c */
/* How large part n (1, 2, ...) is. */
size_t s3_part_size(int number);
/* upload->data is a part; takes it over. There must be a free slot. */
void s3_multipart_add(struct s3_upload *upload);
/* Whether another part can be taken on; the spare slot does not count. */
bool s3_multipart_has_room(const struct s3_upload *upload);
/* All parts are added: complete the upload as soon as they are there. */
void s3_multipart_commit(struct s3_upload *upload);
/* Ends all requests, takes back what is stored (by a request that goes on by itself), frees. */
void s3_multipart_drop(struct s3_upload *upload);

#endif

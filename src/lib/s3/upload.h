/*
 * An object on its way to S3. put.c has the operations, and sends small objects; multipart.c sends
 * large ones in parts, which multipart_complete.c puts together. All stand on upload.c, which has
 * the states, and upload_confirm.c. Everything here runs in s3_pump's on_done functions.
 */
#ifndef S3_UPLOAD_H
#define S3_UPLOAD_H

#include "s3/s3.h"

/* Up to this an object is one PUT; above it is uploaded in parts, the first ones of this size. */
#define S3_PUT_MAX (8u * 1024 * 1024)
#define S3_PARTS_MAX 10000
/* Parts on their way at once, and one more for the last part, so that commit need not wait. */
#define S3_PARTS_AT_ONCE 4
#define S3_SLOTS (S3_PARTS_AT_ONCE + 1)

struct s3_upload;

enum s3_upload_state {
	S3_UPLOAD_FILLING,    /* nothing is sent yet */
	S3_UPLOAD_LOOKING,    /* --no-clobber: asks whether anything is there */
	S3_UPLOAD_PUTTING,    /* all of it goes in one request */
	S3_UPLOAD_CREATING,   /* in parts: asks for an upload id */
	S3_UPLOAD_SENDING,    /* parts are on their way, or are waited for */
	S3_UPLOAD_COMPLETING, /* asks the store to put them together */
	S3_UPLOAD_CONFIRMING, /* checks what is stored, because the answer did not show the result */
	S3_UPLOAD_STORED,
	S3_UPLOAD_FAILED, /* err says why */
	S3_UPLOAD_STATES
};

/* What a HEAD finds under the name. */
enum s3_seen {
	S3_SEEN_NOTHING,
	S3_SEEN_OURS,    /* what this upload sent; its etag is in upload->etag */
	S3_SEEN_SAME,    /* the same content, but sent by another; likewise */
	S3_SEEN_OTHER,   /* something else */
	S3_SEEN_UNKNOWN, /* no answer of the store's */
};

struct s3_part {
	struct s3_upload *upload;
	int number; /* 0: the slot is free */
	struct buf data;
	struct s3_request *request; /* NULL: waits for the upload id */
};

struct s3_multipart {
	char *id;  /* of the upload; NULL: the store has none, or none any more */
	int parts; /* started so far */
	struct s3_part slots[S3_SLOTS];
	char **etags;   /* of part n at [n - 1]; NULL: not there yet */
	uint32_t *crcs; /* the same, if they are sent */
	int etags_cap;
	int stored; /* parts that are there */
	struct buf manifest;
};

struct s3_upload {
	struct store_put put;
	struct s3 *s3;
	struct s3_bucket *bucket;
	char *key;
	char *content_type;
	struct s3_header provenance[3];
	int provenance_count;
	char token[17]; /* kept with the object as metadata, by which we know our own */
	bool no_clobber;
	bool dry_run;
	struct buf data; /* not yet sent: all of a small object, or the part that is being filled */
	int64_t written;
	bool committed;             /* the caller has given all of it */
	enum s3_upload_state state; /* changed by s3_upload_move() alone */
	struct err err;
	char etag[128];
	struct s3_request *request; /* the one step under way, or looked after: PUT, create, complete; NULL: none */
	struct s3_request *look;    /* the HEAD of s3_upload_look(); NULL: none was sent yet */
	void (*on_seen)(struct s3_upload *upload, enum s3_seen seen, const struct err *err);
	void (*if_absent)(struct s3_upload *upload); /* what s3_upload_if_absent() goes on with */
	struct s3_multipart *multi;                  /* NULL: small so far */
};

/* upload.c */
/* Moves it to a state. One that cannot follow on its state is a bug, and ends the program. */
void s3_upload_move(struct s3_upload *upload, enum s3_upload_state to);
bool s3_upload_may_follow(enum s3_upload_state from, enum s3_upload_state to);
bool s3_upload_is_over(const struct s3_upload *upload);
/* S3_UPLOAD_FAILED, for this reason; nothing if it is over already. */
void s3_upload_fail(struct s3_upload *upload, const struct err *err);
/* The headers of a new object: type, metadata, storage class and so on. */
void s3_upload_headers(struct s3_upload *upload, struct s3_request *request);
/*
 * The next step; its headers, body and start are the caller's. The step before is over and is
 * freed.
 */
struct s3_request *s3_upload_step(struct s3_upload *upload, const char *verb, const char *method,
                                  void (*on_done)(struct s3_request *request));
/* --no-clobber: goes on with `next` if nothing is there, else fails the upload. */
void s3_upload_if_absent(struct s3_upload *upload, void (*next)(struct s3_upload *upload));
/* upload_confirm.c */
/* Makes the token by which s3_upload_look() knows its own. */
void s3_upload_mark(struct s3_upload *upload);
/*
 * The etag of the whole, if it is the MD5 of the parts' MD5s, as it mostly is; "" if those are not
 * known.
 */
void s3_upload_etag_of_parts(const struct s3_upload *upload, char *to, size_t size);
/*
 * Checks what is stored now, and calls on_seen: `err` is the reason if it is S3_SEEN_UNKNOWN, and
 * has no meaning otherwise. upload->request is unchanged.
 */
void s3_upload_look(struct s3_upload *upload,
                    void (*on_seen)(struct s3_upload *upload, enum s3_seen seen, const struct err *err));
/* multipart.c */
/* How large part n (1, 2, ...) is. */
size_t s3_part_size(int number);
/* upload->data is a part; takes it over. There must be a free slot. */
void s3_multipart_add(struct s3_upload *upload);
/* Whether another part can be taken on; the spare slot does not count. */
bool s3_multipart_has_room(const struct s3_upload *upload);
/* All parts are added: complete the upload as soon as they are there. */
void s3_multipart_commit(struct s3_upload *upload);
/* Ends all requests, deletes what is stored (by a request that continues by itself), frees. */
void s3_multipart_drop(struct s3_upload *upload);
/* multipart_complete.c */
/* Puts the parts together, all of which are stored. */
void s3_multipart_complete(struct s3_upload *upload);

#endif

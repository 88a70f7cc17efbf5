/*
 * What the parts of the S3 store share.
 *
 *   backend.c     open, close; the table of operations
 *   get.c, put.c, listing.c, head.c, remove.c   the operations, on top of these:
 *   get_check.c, get_headers.c   whether what came is the object
 *   get_state.c   how far a GET is
 *   promise.c     what the headers of a GET promise, held against the listing
 *   offered.c     checksums that the store has of what is read
 *   readahead.c   what has come and is not read yet
 *   multipart.c, multipart_complete.c   large objects
 *   upload.c      what large and small objects have in common, and how far an upload is
 *   upload_confirm.c   what is there under a name that is being put
 *   list_window.c, span.c   a listing in parts, at once
 *   list.c        a list, page by page; list_order.c checks its order
 *   page_read.c, page_scan.c, page.c   a page, from its XML
 *   pump.c        the loop in which all of them move
 *   request_run.c one request with its retries
 *   request.c     how it is put together
 *   send.c        one try of it: URL, headers, signature
 *   checksum.c    CRC-32 and MD5 of uploads
 *   answer.c      the meaning of an answer: error texts, redirects, the clock
 *   answer_headers.c   its ETag; whether it is the store's at all
 *   redirect.c    where a redirect may lead
 *   fault.c       whose fault an error is, and whether it is retried: one table
 *   error_document.c   an <Error>
 *   url.c         where a bucket lives: host, path style or virtual host, region
 */
#ifndef S3_S3_H
#define S3_S3_H

#include "aws/credentials.h"
#include "aws/retry.h"
#include "aws/sigv4.h"
#include "base/random.h"
#include "http/http.h"
#include "s3/fault.h"
#include "s3/page.h"
#include "s3/readahead.h"
#include "store/backend.h"

#define S3_HEADERS_MAX 24
#define S3_BODIES_MAX 16
#define S3_REPLY_MAX (16u * 1024 * 1024) /* no page of a listing or <Error> comes near it */

/* How to send requests for one bucket. */
struct s3_bucket {
	struct s3_bucket *next;
	char *name;
	char *region;
	char *origin; /* "https://bucket.s3.eu-west-1.amazonaws.com" */
	char *path;   /* in front of "/key": "", or "/bucket" if it is not part of the host */
	bool redirect_told;
	bool wants_checksum; /* it refuses objects without one (Object Lock) */
};

struct s3_request;

struct s3 {
	struct store store;
	struct http *http;
	struct credentials *credentials;
	struct sigv4 *sigv4;
	struct s3_bucket *buckets;
	char *endpoint; /* "http://127.0.0.1:9000/base" without a '/' at its end; NULL: AWS */
	char *region;
	char *agent; /* User-Agent */
	bool anonymous;
	bool unsigned_payload; /* over TLS only */
	bool check_md5;
	bool sort_listing;
	int64_t list_parallel; /* requests for one listing at once */
	bool packed_told;      /* that something between us and the store compresses: answers are asked for without */
	bool md5_told;         /* the warning that an etag looks like an MD5 and is not one */
	bool check_crc32;
	bool ask_checksum;                                /* for the checksums that the store has */
	const char *storage_class, *sse, *sse_kms_key_id; /* of new objects; the settings' own; NULL: not sent */
	bool request_payer;
	int max_attempts;
	int64_t skew; /* the server's clock minus ours, seconds */
	bool skew_told;
	struct retry_quota quota;
	int64_t hold_until; /* the server is too busy: no request starts before (monotonic ms) */
	int64_t retries;
	struct random random;
	struct s3_request *first, *last;  /* all requests there are, in order of their start */
	int detached;                     /* of them, those for which nobody waits */
	struct readahead_pool readahead;  /* of downloads */
	size_t gets_running;              /* those of which more is to come */
	struct buf bodies[S3_BODIES_MAX]; /* of objects that were put, for the next */
	int bodies_count;
	long events; /* grows with everything that a caller may wait for */
	long events_seen;
};

enum s3_state {
	S3_IDLE,
	S3_WAITING,    /* until wake_ms */
	S3_NEEDS_KEYS, /* its turn has come, and the credentials are being asked for */
	S3_RUNNING,
	S3_DONE,
};

struct s3_header {
	const char *name;
	char *value;
};

/*
 * One request until it succeeds or fails for good. The caller fills the first part (the body stays
 * the caller's) and calls s3_request_start; on_done comes from inside s3_pump or s3_push.
 */
struct s3_request {
	struct s3 *s3;
	struct s3_bucket *bucket;
	const char *verb; /* in messages: "GET", "ListObjectsV2" */
	enum s3_op op;
	const char *method;
	char *key;                                /* "" for the bucket itself */
	const char *shown;                        /* in messages, after the bucket */
	struct buf query;                         /* encoded; s3_query_add */
	struct s3_header headers[S3_HEADERS_MAX]; /* s3_request_header */
	int header_count;
	struct slice body;
	bool has_body;
	bool body_errors; /* a 200 may hold an <Error> */
	bool as_stored;   /* the body is wanted as it is stored, compressed or not */
	int64_t patience_ms;
	void *owner;

	/* Takes the body of a 2xx; NULL: it is collected in `reply`. */
	enum http_body (*on_body)(struct s3_request *request, const char *data, size_t len);
	/*
	 * A 2xx came whole. Returns whether all else is to wait for s3_request_deliver(). NULL: it
	 * never waits.
	 */
	bool (*on_ended)(struct s3_request *request);
	/*
	 * Checks a complete 2xx answer. RETRY_NEVER with err->kind ERR_NONE: it is right. Else err has
	 * the fault and the result says whether a retry may help. NULL: no check.
	 */
	enum retry (*check)(struct s3_request *request, struct err *err);
	/* Before another try. NULL: nothing to adapt. */
	void (*on_retry)(struct s3_request *request);
	void (*on_done)(struct s3_request *request);

	/* the answer */
	struct err err; /* kind ERR_NONE: it succeeded */
	int status;
	struct buf reply;
	struct buf code; /* of the <Error>, for who must know */
	bool unsure;     /* an attempt that failed may have been carried out all the same */
	bool progressed; /* set by on_body: earlier attempts do not count */

	/* request.c's and request_run.c's own */
	enum s3_state state; /* changed by move_request() alone */
	struct http_call call;
	struct buf url;
	char payload_hash[65];
	int attempt;
	int taken;
	int moves;          /* to other regions and hosts */
	char *moved_to;     /* the origin that a redirect named, for this request alone */
	bool moved_in_host; /* the bucket is part of that host */
	char *refused_to;   /* the origin that a redirect named and that is not the endpoint's; NULL: none did */
	bool renewed;       /* fresh credentials were asked for */
	bool clock_set;
	bool checksum_sent; /* because the bucket wants one */
	bool detached;
	int64_t generation;   /* of the credentials that signed it */
	char sent_region[65]; /* that it was signed for */
	int64_t refused;      /* that generation, if the server called it expired */
	int64_t wake_ms;
	struct s3_request *prev, *next;
};

/* pump.c */
/*
 * One round for a loop that waits for something: moves everything on and, if that brought nothing
 * new, waits for the next that may. Returns -1 with err if a signal asks the program to stop.
 */
int s3_pump(struct s3 *s3, struct err *err);
/*
 * Sends started requests, as far as possible without waiting; for a caller who will be away for
 * some time.
 */
void s3_push(struct s3 *s3);
/* store_wait() */
int s3_wait(struct store *store, int fd, int timeout_ms);
/* Completes detached requests, regardless of signals, within a time limit. */
void s3_drain(struct s3 *s3);

/* url.c */
struct s3_bucket *s3_bucket_find(struct s3 *s3, const char *name);
/* The bucket is in this region. Returns whether that is news. */
bool s3_bucket_move(struct s3 *s3, struct s3_bucket *bucket, struct slice region);
void s3_buckets_free(struct s3 *s3);
bool s3_bucket_name_ok(const char *name);

/* request.c */
struct s3_request *s3_request_new(struct s3 *s3, struct s3_bucket *bucket, const char *verb, const char *method,
                                  const char *key);
void s3_query_add(struct s3_request *request, const char *name, const char *value);
/* `name` in lower case and static; value NULL removes it. */
void s3_request_header(struct s3_request *request, const char *name, const char *value);
/*
 * Whether it failed and waits for its next try. If it is freed then, the quota of retries gets its
 * tokens back.
 */
bool s3_request_is_tried_again(const struct s3_request *request);
/* Ends it, in any state, without on_done; NULL is fine. */
void s3_request_free(struct s3_request *request);
/* Lets it go on by itself: when it is over it is freed, after on_done if there is one. */
void s3_request_detach(struct s3_request *request);

/* request_run.c */
void s3_request_start(struct s3_request *request);
/*
 * For one that is over (on_done may call it): plans another try, as for an answer that failed; its
 * err is shown as the reason. Returns false if it was tried often enough.
 */
bool s3_request_again(struct s3_request *request);
/* Goes on with one that on_ended has held; does nothing for any other. */
void s3_request_deliver(struct s3_request *request);
/*
 * Starts requests that have waited long enough, or for credentials that are there now; returns
 * milliseconds until the next, or -1.
 */
int64_t s3_requests_wake(struct s3 *s3);

/* send.c */
/* Makes URL, headers and signature (credentials NULL: none) for this try, and sends it. */
void s3_send(struct s3_request *request, const struct aws_credentials *credentials);

/* answer.c */
enum s3_verdict {
	S3_SUCCESS,
	S3_FAILURE, /* for good; request->err is filled */
	S3_AGAIN,   /* worth a retry; request->err and *retry are filled */
	S3_AT_ONCE, /* something was learnt (region, clock, credentials): again, not counted */
};
enum s3_verdict s3_answer_judge(struct s3_request *request, enum retry *retry);

/* answer_headers.c */
/* The etag without its quotes; "" if there is none. */
void s3_answer_etag(const struct http_call *call, char *to, size_t size);
/* Whether the answer's etag is the MD5 of the object, according to its headers. */
bool s3_answer_etag_is_md5(const struct http_call *call, const char *etag);
/*
 * Whether the answer is a page of a proxy or a web server: HTML, and without the headers that S3
 * always sends.
 */
bool s3_answer_is_page(const struct http_call *call);

/* redirect.c */
/*
 * Whether requests for the bucket, which lives at `origin` ("https://host:port"), may be sent on to
 * the origin `to`. *in_host: the bucket is part of that host, and not of the path.
 */
bool s3_redirect_fits(const char *origin, const char *bucket, const char *to, bool *in_host);

/* error_document.c */
/* What an answer's <Error> says. */
struct s3_error {
	struct buf code, message, request_id, region;
};
/* Whether the document is an <Error>; `error` is to be released in any case. */
bool s3_error_read(struct slice xml, struct s3_error *error);
void s3_error_release(struct s3_error *error);

/* checksum.c */
/* Extends `crc`, that of the bytes before (0: none), by these bytes. */
uint32_t s3_checksum_more(uint32_t crc, const char *data, size_t len);
/* As S3 writes it. */
void s3_checksum_text(uint32_t crc, struct buf *to);
/* Adds the header for the request's body, and returns its CRC-32. */
uint32_t s3_checksum_send(struct s3_request *request);
/*
 * Adds Content-MD5 of the request's body, the one checksum that all servers with Object Lock know.
 */
void s3_checksum_md5(struct s3_request *request);

/* offered.c */
enum s3_offer { S3_OFFER_NONE, S3_OFFER_CRC32C, S3_OFFER_CRC64NVME, S3_OFFER_CRC32, S3_OFFER_SHA256, S3_OFFER_SHA1 };
/*
 * A checksum that the store has of an object, and the one of the bytes that arrived. {0}: there is
 * none.
 */
struct s3_offered {
	enum s3_offer kind;
	unsigned char wanted[32];
	uint64_t crc;
	void *digest; /* of the SHAs */
};
/* The cheapest checksum of the whole object that the answer offers. The one before is released. */
void s3_offered_find(struct s3_offered *offered, const struct http_call *call);
void s3_offered_add(struct s3_offered *offered, const char *data, size_t len);
/* Whether the bytes that were added match; true if there is none. */
bool s3_offered_fits(const struct s3_offered *offered);
/* "CRC-32C" */
const char *s3_offered_name(const struct s3_offered *offered);
void s3_offered_release(struct s3_offered *offered);

/* promise.c */
/* What the headers of a GET's 200 promise, in the light of what the listing said. */
struct s3_promise {
	char etag[128];
	int64_t size;    /* that must come; -1: not known */
	bool listed;     /* the listing said the same size under the same etag */
	bool packed;     /* compressed on the way, for those who accept that */
	bool as_stored;  /* the bytes are the stored ones: no compression was added or taken off on the way */
	bool open_ended; /* only the end of the connection will tell the end of the body */
};
/*
 * Returns 0, or -1 with err if it is not an answer of the store for that object. `listed` may be
 * NULL.
 */
int s3_promise_read(const struct http_call *call, const struct store_get_options *listed, struct s3_promise *promise,
                    struct err *err);

/* listing.c, get.c, put.c */
struct store_list *s3_list_open(struct store *store, const char *bucket, const char *prefix, const char *start_after);
int s3_list_next(struct store_list *list, struct store_object *object, struct err *err);
void s3_list_free(struct store_list *list);
struct store_get *s3_get_open(struct store *store, const char *bucket, const char *key,
                              const struct store_get_options *options);
int s3_get_read(struct store_get *get, bool wait, struct slice *data, struct err *err);
void s3_get_free(struct store_get *get);
bool s3_get_room(const struct store *store, size_t parallel);
struct store_put *s3_put_open(struct store *store, const char *bucket, const char *key,
                              const struct store_put_options *options);
int s3_put_write(struct store_put *put, const void *data, size_t len, struct err *err);
void s3_put_commit(struct store_put *put);
int s3_put_wait(struct store_put *put, bool wait, struct store_info *info, struct err *err);
void s3_put_free(struct store_put *put);
void s3_bodies_free(struct s3 *s3);
/*
 * The `check` of a HEAD. A proxy may answer in the store's place: a real object has an ETag, or
 * metadata of ours.
 */
enum retry s3_head_check(struct s3_request *request, struct err *err);
struct store_look *s3_look_open(struct store *store, const char *bucket, const char *key);
int s3_look_wait(struct store_look *look, bool wait, struct store_info *info, struct err *err);
void s3_look_free(struct store_look *look);
int s3_remove(struct store *store, const char *bucket, const char *key, struct err *err);

#endif

/*
 * A GET on its way. get.c moves the bytes and is the operation; what the headers of an answer say
 * is looked at in get_headers.c, and whether all that came is the object in get_check.c.
 */
#ifndef S3_GET_H
#define S3_GET_H

#include "digest/md5.h"
#include "s3/s3.h"

struct s3_get {
	struct store_get get;
	struct s3 *s3;
	char *key;
	struct store_get_options listed; /* what the caller knows of it; its etag is our copy */
	struct s3_request *request;
	struct readahead readahead;
	struct s3_promise promise; /* of the answer that began this download */
	int64_t received;          /* bytes of the object, in order and without gaps */
	int64_t skip;              /* of a whole object that came where a part was asked for */
	bool running;              /* its request is */
	bool looked;               /* at the headers of this try */
	bool handed;               /* the reader has had some of it */
	bool plain;                /* it came compressed on the way, and was asked for without */
	bool again;                /* the next try is to start anew */
	bool probing;              /* asks for what is behind the last byte */
	bool check_md5;            /* the etag is one */
	struct s3_offered offered;
	/*
	 * The MD5 that a download had instead of the etag's. If the next has the same, the etag is no
	 * MD5.
	 */
	unsigned char wrong[MD5_SIZE];
	int64_t wrong_len;
	int wrong_in; /* which download it was, counted from 1; 0: none */
	int download;
	/* The reader has bytes already, so the second download is only compared. */
	bool comparing;
	struct md5 md5_again;
	int64_t received_again;
	struct err err;
};

/* get_headers.c */
/* Forgets what came so far: the next try begins at the first byte. */
void s3_get_start_over(struct s3_get *get);
/*
 * Looks at the headers of a 2xx, before its first byte is taken; once for each try. Returns 0, or
 * -1 with err.
 */
int s3_get_look(struct s3_get *get, const struct http_call *call, struct err *err);
/* "bytes 100-199/1000"; *first is -1 for "bytes *" + "/1000". */
bool s3_get_parse_range(const char *text, int64_t *first, int64_t *total);

/* get_check.c */
/* Judges a 2xx that came whole by its own account: the `check` of the request. */
enum retry s3_get_check(struct s3_request *request, struct err *err);
/*
 * Judges a 416: nothing is behind the last byte, so the end was reached, if the size was not known
 * before. Returns whether another try is planned; if not, request->err says what is wrong, or has
 * kind ERR_NONE.
 */
bool s3_get_check_end(struct s3_get *get);

#endif

/*
 * A GET on its way. get.c moves the bytes and is the operation. get_headers.c reads what the
 * headers of an answer say, get_check.c decides whether all that came is the object, and
 * get_state.c has the states and what leads from one to another.
 */
#ifndef S3_GET_H
#define S3_GET_H

#include "digest/md5.h"
#include "s3/s3.h"

enum s3_get_state {
	S3_GET_IDLE,      /* nothing is asked for yet */
	S3_GET_ASKED,     /* asks for all of it, from the first byte */
	S3_GET_RESUMING,  /* requests the bytes after those that were received */
	S3_GET_COMING,    /* the headers are right: bytes come */
	S3_GET_HELD,      /* all came; its check waits for the reader */
	S3_GET_PROBING,   /* asks whether there is anything after the last byte */
	S3_GET_BEHIND,    /* the answer to that comes */
	S3_GET_HELD_END,  /* as S3_GET_HELD, after that answer */
	S3_GET_COMPARING, /* asks for all again, as the reader has bytes already */
	S3_GET_COMPARED,  /* they come, and are only compared */
	S3_GET_OVER,
	S3_GET_STATES
};

enum s3_get_event {
	S3_GET_HEADERS,    /* those of a 2xx, and they are right */
	S3_GET_WHOLE,      /* the answer has ended; the check waits */
	S3_GET_NO_MORE,    /* 416: there is nothing after the last byte */
	S3_GET_START_OVER, /* the content is wrong, and the reader has none of it; or nothing came */
	S3_GET_PROBE,      /* the content may be right, and its end is not sure */
	S3_GET_COMPARE,    /* the content is wrong, and the reader has some of it */
	S3_GET_TRY,        /* the first try, or another one */
	S3_GET_END,        /* it is read, it has failed, or nobody wants it */
	S3_GET_EVENTS
};

struct s3_get {
	struct store_get get;
	struct s3 *s3;
	char *key;
	struct store_get_options listed; /* what the caller knows of it; its etag is our copy */
	struct s3_request *request;
	struct readahead readahead;
	struct s3_promise promise; /* of the answer that began this download */
	int64_t received;          /* bytes of the object, in order and without gaps */
	int64_t skip;              /* of a whole object that was sent instead of a part */
	enum s3_get_state state;   /* changed by s3_get_move() alone */
	bool handed;               /* the reader has had some of it */
	bool plain;                /* it came compressed on the way, and was asked for without */
	bool check_md5;            /* the etag is one */
	struct s3_offered offered;
	/*
	 * The MD5 of a download that differed from the etag's. If the next one has the same, the etag
	 * is not an MD5.
	 */
	unsigned char wrong[MD5_SIZE];
	int64_t wrong_len;
	int wrong_in; /* which download it was, counted from 1; 0: none */
	int download;
	/* What S3_GET_COMPARED has brought. */
	struct md5 md5_again;
	int64_t received_again;
	struct err err;
};

/* get_state.c */
/* Moves it to its next state. An event that its state does not have is a bug, and ends the program. */
void s3_get_move(struct s3_get *get, enum s3_get_event event);
/* The next state; S3_GET_IDLE: the state does not have this event. */
enum s3_get_state s3_get_next_state(enum s3_get_state state, enum s3_get_event event);

/* get_headers.c */
/* Forgets the bytes received so far: the next try begins at the first byte. */
void s3_get_start_over(struct s3_get *get);
/*
 * Checks the headers of a 2xx, before its first byte is taken; once for each try. Returns 0, or -1
 * with err.
 */
int s3_get_look(struct s3_get *get, const struct http_call *call, struct err *err);
/* "bytes 100-199/1000"; *first is -1 for "bytes *" + "/1000". */
bool s3_get_parse_range(const char *text, int64_t *first, int64_t *total);

/* get_check.c */
/* Judges a 2xx that came whole by its own account: the `check` of the request. */
enum retry s3_get_check(struct s3_request *request, struct err *err);
/*
 * Judges a 416: there is nothing after the last byte, so the end was reached, if the size was not
 * known before. Returns whether another try is planned; if not, request->err has the fault, or kind
 * ERR_NONE.
 */
bool s3_get_check_end(struct s3_get *get);

#endif

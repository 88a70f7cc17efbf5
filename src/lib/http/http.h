/*
 * HTTP on curl's multi interface: many calls at once on one pool of connections, in one thread. A
 * call is one request and its answer: no redirect is followed, nothing is tried again, nothing is
 * signed here.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct http_options {
	const char *ca_bundle; /* NULL: the system's */
	int64_t connect_timeout_ms;
	int64_t stall_timeout_ms; /* a call that moves no byte for this long, while it is not paused, ends */
};

enum http_body { HTTP_TAKEN, HTTP_PAUSE, HTTP_REFUSED };

#define HTTP_WHY_SIZE 256

struct curl_slist;

enum http_end {
	HTTP_WHOLE,        /* a whole answer with some status */
	HTTP_UNREACHABLE,  /* no connection came about: nothing was sent */
	HTTP_BODY_REFUSED, /* by on_body */
	HTTP_BROKEN,       /* anything else: whether the request arrived is not known */
};

enum http_state {
	HTTP_IDLE,   /* not started, or over */
	HTTP_MOVING, /* under way */
	HTTP_PAUSED, /* by on_body */
	HTTP_HELD,   /* over, and on_done waits */
};

struct http_call {
	/* the request; owned by the caller and unchanged until the call is done */
	const char *method;
	const char *url;
	struct curl_slist *headers; /* http_add_header; freed with http_call_release */
	struct slice body;
	bool has_body;       /* send Content-Length even if body is empty */
	int64_t patience_ms; /* instead of stall_timeout_ms; 0: that one */
	/*
	 * Timeouts of a small call, instead of the engine's: for the whole call (0: it is not a small
	 * one), and until its request is sent. Both count only the time in http_poll: while the program
	 * does something else, nobody reads an answer that has arrived in time.
	 */
	int64_t timeout_ms;
	int64_t connect_timeout_ms;
	const char *ca_bundle; /* NULL: the engine's */
	bool no_proxy;         /* for link-local addresses: never through a proxy */

	/*
	 * The answer's body as it comes; its status and headers are known by then. HTTP_PAUSE: the same
	 * bytes come again after http_resume. HTTP_REFUSED ends the call. Must not start, cancel or
	 * resume calls.
	 */
	enum http_body (*on_body)(struct http_call *call, const char *data, size_t len);
	/*
	 * The transfer is over, and so are its bytes. Returns whether on_done is to wait for
	 * http_deliver(); until then the call holds no connection, and its headers stay. NULL: it never
	 * waits. Must not start, cancel or resume calls.
	 */
	bool (*on_ended)(struct http_call *call);
	/*
	 * The call is over; may free it, start it again or start others. Headers can be read until it
	 * returns.
	 */
	void (*on_done)(struct http_call *call);
	void *owner;

	/* the answer */
	enum http_end end;
	int status;
	char why[HTTP_WHY_SIZE]; /* if it did not end HTTP_WHOLE */
	/*
	 * How often curl sent the request: more than once if kept connections turned out dead under it.
	 * Each may have been carried out.
	 */
	int sends;
	bool timed_out; /* by its own timeouts */

	/* the engine's own */
	void *easy;            /* while under way, held and in on_done */
	int result;            /* curl's */
	enum http_state state; /* changed by move_call() alone */
	struct http_call *prev, *next;
	int64_t moved;      /* bytes up and down when last looked */
	int64_t moved_at;   /* by the engine's clock */
	int64_t started_at; /* by the engine's clock */
};

struct http;

struct http *http_new(const struct http_options *options);
void http_free(struct http *http); /* calls must be over or cancelled */

void http_start(struct http *http, struct http_call *call);
/* Ends a call under way or held without on_done; does nothing for one that is neither. */
void http_cancel(struct http *http, struct http_call *call);
/* Calls the on_done of a call that is held; does nothing for one that is not. */
void http_deliver(struct http *http, struct http_call *call);
/* Takes up a call that on_body paused. May call on_body. */
void http_resume(struct http_call *call);

/*
 * Moves all calls as far as possible without waiting, and ends those that stall or take too long.
 */
void http_perform(struct http *http);
/*
 * Waits for work for http_perform, for fd or also_fd (-1: none) to be readable, or timeout_ms.
 * Returns whether fd is readable.
 */
bool http_poll(struct http *http, int fd, int also_fd, int64_t timeout_ms);

/* A header of the answer (the last of that name), or NULL. Valid until on_done returns. */
const char *http_header(const struct http_call *call, const char *name);
/* Content-Length of the answer, or -1. */
int64_t http_content_length(const struct http_call *call);

/*
 * How long the server took, in microseconds: until its answer began or, if it was sent a body,
 * until the call was over. In on_done.
 */
int64_t http_latency_us(const struct http_call *call);

/* Adds "name: value" to call->headers. */
void http_add_header(struct http_call *call, const char *name, const char *value);
/* Leaves out a header that curl would send by itself. */
void http_omit_header(struct http_call *call, const char *name);
void http_call_release(struct http_call *call);

/*
 * For one that did not end HTTP_WHOLE, in on_done: whose fault it was, with a text that is added to
 * `text`. It says if a proxy is at fault, and shows no secret of the proxy's URL.
 */
enum err_kind http_broken(const struct http_call *call, struct buf *text);

/* The same in the few words that curl has for it, without any name or address. */
const char *http_broken_briefly(const struct http_call *call);

/* Parses an HTTP date (RFC 9110, section 5.6.7) to unix seconds; -1 if it is not one. */
int64_t http_date(const char *text);

#endif

/*
 * Bytes of downloads that have arrived and are not read yet: a window for each download, with a
 * bound for each and for all together. It also computes the MD5 of what it has passed on: digests
 * are put off until one is needed, and then made of several windows at once.
 *
 * A window is a value in a place that does not move; between readahead_open() and readahead_close()
 * it belongs to its pool.
 */
#ifndef S3_READAHEAD_H
#define S3_READAHEAD_H

#include <stdbool.h>

#include "base/buf.h"
#include "digest/md5.h"

enum { AHEAD_SPARE_MAX = 64 };

/* {0} is an empty one. */
struct readahead_pool {
	struct readahead *first; /* all windows that are open, the newest first */
	size_t open;
	size_t waiting; /* bytes in all of them */
	size_t held;    /* memory of all of them, used or not, including spare windows */
	struct buf spare[AHEAD_SPARE_MAX];
	int spare_count;
	int64_t due; /* when a window that waits for company is ready without (monotonic ms); 0: none waits */
};

struct readahead {
	struct readahead_pool *pool;
	struct readahead *prev, *next;
	struct buf came; /* waits to be read */
	struct buf out;  /* is being read */
	bool ended;      /* nothing more is to come */
	int64_t since;   /* it waits for company (monotonic ms); 0: it does not */
	bool digesting;
	struct md5 md5; /* of all that arrived, except what stands in `came` after `digested` */
	size_t digested;
};

void readahead_open(struct readahead *ahead, struct readahead_pool *pool);
void readahead_close(struct readahead *ahead);
void readahead_pool_release(struct readahead_pool *pool);

/*
 * An object starts, or starts again: earlier bytes are forgotten. Its size, or -1; whether its MD5
 * will be needed.
 */
void readahead_start(struct readahead *ahead, int64_t size, bool digest);

/* Nothing more is to be added before something is taken. Never true of an empty window. */
bool readahead_is_full(const struct readahead *ahead);

/* Whether the pool has room for more windows than are needed at the least. */
bool readahead_pool_has_room(const struct readahead_pool *pool);

void readahead_add(struct readahead *ahead, const char *data, size_t len);

/* Whether the object is here whole. */
void readahead_end(struct readahead *ahead, bool ended);

/*
 * Whether to take or digest now. With many transfers, more windows will soon be ready for one pass:
 * then it waits until they are, or for a moment (pool->due).
 */
bool readahead_is_ready(struct readahead *ahead);

/* All that has come; valid until the next readahead_take(). */
struct slice readahead_take(struct readahead *ahead);

/* Of all bytes since readahead_start(), whether they are taken or not. */
void readahead_digest(struct readahead *ahead, unsigned char digest[MD5_SIZE]);

#endif

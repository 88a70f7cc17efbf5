/*
 * The names of a database's keys, page by page, with SCAN: a key that is there from start to end
 * comes at least once, and no other client waits for long. Asking and taking are two functions, so
 * that commands about one page and the request for the next travel together:
 *
 *	scan_ask;  do { scan_take; queue commands about the keys; scan_ask; redis_flush; take their answers } while (scan.more);
 */
#ifndef SENCACHE_SCAN_H
#define SENCACHE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "redis/redis.h"

struct scan {
	struct redis *redis;
	const char *match; /* a pattern of Redis's, or NULL for all keys */
	struct buf cursor;
	struct redis_reply *page; /* NULL before the first one */
	bool more;                /* after this page there is another */
};

void scan_init(struct scan *scan, struct redis *redis, const char *match);
void scan_release(struct scan *scan);

/* Queues the request for the next page; nothing if there is none. */
int scan_ask(struct scan *scan, struct err *err);

/*
 * Takes the page that was requested: its reply must be the next one. The page before it is freed.
 */
int scan_take(struct scan *scan, struct err *err);

size_t scan_count(const struct scan *scan);
struct slice scan_key(const struct scan *scan, size_t i); /* of scan_count */

#endif

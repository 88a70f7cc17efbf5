/*
 * The parts of s3ls. Items go one way:
 *
 *   store listing -> number -> left out (listing_class, listing_exclude, listing_join -> [listing_rewritten])
 *                 -> [listing_spool] -> listing_emit
 *
 * Items come in byte order. If all possible numbers have ten digits, that is numeric order, and
 * items go straight on; else the spool sorts them.
 */
#ifndef S3LS_LISTING_H
#define S3LS_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "cli/stats.h"
#include "store/store.h"
#include "streams/layout.h"
#include "streams/records.h"

/* One object on its way through. */
struct listing_item {
	struct slice key;
	struct slice etag;
	int64_t number; /* 0 in a plain listing */
	int64_t size;
	int64_t modified; /* unix seconds; -1: not known */
	bool left_out;    /* not to be printed; it is here because --settle may end the listing at it */
	bool present;     /* it has a counterpart */
	bool rewritten;   /* its counterpart is of an earlier version of it */
};

/* --- listing_emit.c: numbered records --- */

struct listing_emit {
	struct out *out;
	struct store *store; /* keeps working while a block cannot be written; has the clock. NULL: there is none */
	struct object_writer writer;
	struct list_position position; /* of the record printed last */
	int64_t settled_ms;            /* unix ms: an object modified later ends the listing; INT64_MAX: none does */
	bool cut;                      /* it did */
	bool cut_unknown;              /* at an object whose time is not known */
	int64_t now;                   /* unix seconds, at the last check: a later number moves no cursor */
	int64_t before;                /* this number ends the listing; INT64_MAX: none does */
	int64_t most;                  /* the maximum number of records; INT64_MAX: no limit */
	bool enough;                   /* one of the two did */
	/* A record is printed when the next is known: of a tie only the last carries the number. */
	bool holding;
	struct buf line;
	int64_t held_number, held_size;
	int64_t flushed_ms, seen;
	/* for the statistics */
	int64_t listed, bytes, first, last;
};

/*
 * `out` must outlive it. Records are made for `after`; with `positions` they have their position in
 * the listing. `before` and `most` may be set then.
 */
void listing_emit_init(struct listing_emit *emit, struct out *out, struct slice bucket, bool positions, int64_t after,
                       int64_t settled_ms);
/*
 * The next item in order. Returns false if nothing more is wanted: there is enough, --settle's cut,
 * or stdout's reader has left.
 */
bool listing_emit_item(struct listing_emit *emit, const struct listing_item *item);
/*
 * Whether a number is later than the store's clock: it moves neither `upto` nor the highest number.
 */
bool listing_emit_is_future(struct listing_emit *emit, int64_t number);
/*
 * Whether --settle lets an object of this time through; one whose time is not known is never
 * settled.
 */
bool listing_emit_is_settled(const struct listing_emit *emit, int64_t modified);
/*
 * No more items. If the listing is incomplete, the last record may be one of a tie and does not
 * carry its number.
 */
void listing_emit_end(struct listing_emit *emit, bool whole);
void listing_emit_release(struct listing_emit *emit);

/* --- listing_spool.c: items set aside until their turn --- */

struct listing_spool;

/*
 * Of s3ls: about 170,000 names. To write and read them would take longer than all else that is done
 * here.
 */
#define LISTING_HOLD ((size_t)16 << 20)

/*
 * Items that differ in their numbers' width; within a width they come in order. About `hold` bytes
 * in memory, the rest in unlinked files.
 */
struct listing_spool *listing_spool_new(size_t hold);
int listing_spool_add(struct listing_spool *spool, const struct listing_item *item, struct err *err);
/* Returns all of them, the shortest numbers first. Ends early, with 0, if emit wants no more. */
int listing_spool_emit(struct listing_spool *spool, struct listing_emit *emit, struct err *err);
void listing_spool_free(struct listing_spool *spool);

/* --- listing_join.c: names that have a counterpart elsewhere --- */

struct listing_join;

/* Names under `prefix`; only those after `after` are asked about. Strings must outlive it. */
struct listing_join *listing_join_new(struct store *store, const char *bucket, const char *prefix, const char *after);
/*
 * Whether `name`, name.gz or name.zst is there. Names must come in byte order, as both listings do:
 * they are read once, side by side.
 */
int listing_join_find(struct listing_join *join, struct slice name, bool *found, struct err *err);
/* The last counterpart that was found; if there are several, the newest. */
struct listing_counterpart {
	const char *key;  /* whole; valid until the next listing_join_find */
	int64_t modified; /* unix seconds; -1: not known */
};
void listing_join_found(struct listing_join *join, struct listing_counterpart *counterpart);
void listing_join_free(struct listing_join *join);

/* --- listing_rewritten.c: whether a counterpart is of this version of its source --- */

struct listing_rewritten;

/* `bucket` is that of the counterparts, and must outlive it. */
struct listing_rewritten *listing_rewritten_new(struct store *store, const char *bucket);
/*
 * Whether the times allow that the item was written again after its counterpart, so that only its
 * metadata can tell.
 */
bool listing_rewritten_is_suspect(const struct listing_item *item, const struct listing_counterpart *counterpart);
/*
 * Takes an item (copied), which listing_rewritten_next returns in its turn; counterpart NULL: only
 * to keep the order. Its metadata is requested, many at a time. There must be room.
 */
void listing_rewritten_add(struct listing_rewritten *rewritten, const struct listing_item *item,
                           const struct listing_counterpart *counterpart);
bool listing_rewritten_has_room(const struct listing_rewritten *rewritten);
bool listing_rewritten_is_empty(const struct listing_rewritten *rewritten);
/*
 * The next item in order, with left_out and rewritten set by its metadata; it lives until the next
 * call. Returns 1, 0 if there is none (or, unless `wait`, if it is not known yet), -1 with err.
 */
int listing_rewritten_next(struct listing_rewritten *rewritten, bool wait, struct listing_item *item, struct err *err);
void listing_rewritten_free(struct listing_rewritten *rewritten);

/* --- listing_exclude.c: keys to leave out --- */

struct listing_exclude {
	struct buf text;    /* the keys, one after the other */
	struct slice *keys; /* sorted */
	size_t count, capacity;
};

/*
 * Reads keys, one a line: bare, s3://bucket/key, or JSON objects with "key" (and perhaps "bucket").
 * Those of other buckets do not count. -1 with err (ERR_USAGE).
 */
int listing_exclude_load(struct listing_exclude *exclude, const char *path, const char *bucket, struct err *err);
bool listing_exclude_has(const struct listing_exclude *exclude, struct slice key);
void listing_exclude_release(struct listing_exclude *exclude);

/* --- listing_class.c: storage classes to leave out --- */

enum { LISTING_CLASSES_MAX = 16 };

struct listing_classes {
	struct slice names[LISTING_CLASSES_MAX]; /* in the text that was parsed */
	int64_t left_out[LISTING_CLASSES_MAX];
	int count;
};

/*
 * Names separated by commas, in upper or lower case; NULL or "" means none. `origin` is where they
 * are set. -1 with err (ERR_USAGE).
 */
int listing_classes_parse(struct listing_classes *classes, const char *text, const char *origin, struct err *err);
/* Whether objects of this class are to be left out. Counts them. */
bool listing_classes_have(struct listing_classes *classes, struct slice name);
/* How many were left out; prints one warning if there were any. */
int64_t listing_classes_warn(const struct listing_classes *classes);

/* --- listing.c: the whole --- */

struct listing_place {
	char *bucket;
	char *prefix;
};

/*
 * "s3://bucket/prefix", or "prefix" in `bucket` (NULL: must be named). False if there is no bucket.
 */
bool listing_place_parse(const char *text, const char *bucket, struct listing_place *place);
void listing_place_release(struct listing_place *place);

struct listing {
	/* what to list */
	struct listing_place place;
	struct listing_place counterparts; /* bucket NULL: nothing is left out for being there */
	struct listing_exclude exclude;
	struct listing_classes classes;
	bool rewritten;       /* objects that were rewritten after their counterpart are listed, too */
	bool numbered;        /* false: every key, in byte order, without positions */
	int64_t after;        /* numbers up to this are left out */
	int64_t before, most; /* see listing_emit */
	int64_t now;          /* unix seconds */
	int64_t settled_ms;

	/* counted for the statistics */
	int64_t skipped[LAYOUT_FUTURE + 3]; /* by enum layout_why; then: not UTF-8, NUL */
	struct buf skipped_example;
	int64_t excluded, present, written_again;
	int64_t highest; /* number, printed or left out */
	struct listing_emit emit;
};

/*
 * Lists to `out`. -1 with err; the output so far is valid. A signal that asks to stop ends it, with
 * 0.
 */
int listing_run(struct listing *listing, struct store *store, struct out *out, struct err *err);
/* How many names were skipped; prints one warning if there were any. */
int64_t listing_warn_skipped(const struct listing *listing);
void listing_stats(const struct listing *listing, struct stats *stats);
void listing_release(struct listing *listing);

#endif

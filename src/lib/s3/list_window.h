/* What listing.c, which returns the names, and list_window.c, which plans the parts, share. */
#ifndef S3_LIST_WINDOW_H
#define S3_LIST_WINDOW_H

#include "s3/list.h"
#include "s3/span.h"

struct s3_list_part {
	struct s3_list *list; /* NULL: it is not asked for yet */
	int64_t from, to;     /* S3_SPAN_OPEN: to the end. `from` of the first is of no account */
};

struct s3_list_window {
	struct store_list base;
	struct s3 *s3;
	struct s3_bucket *bucket;
	char *prefix, *start_after;
	struct s3_list_part *parts; /* in order, without gaps; the first is being given */
	size_t count;
	struct s3_list **spare; /* lists with their memory, for the next parts */
	size_t spare_count;
	size_t most;    /* requests under way; 1: there is one list, and it stays so */
	size_t allowed; /* of them, for now */
	int64_t span;   /* seconds that a page holds, near `seen` */
	int64_t seen;   /* the highest number in any page */
	int64_t retries;
	int64_t given;
	int64_t noted;   /* of `given`, when `last` was */
	struct buf last; /* the key given last */
	bool again;      /* the list has started again: names up to `last` were returned */
	int64_t repeated;
	struct err err;
};

/* The list of the first part; it is created if there is none. */
struct s3_list *s3_list_window_first(struct s3_list_window *window);
/*
 * Takes the pages that have arrived, and sends as many requests as allowed. If the server turns out
 * to be odd, the window closes for good, and one list starts again. Never waits.
 */
void s3_list_window_move(struct s3_list_window *window);
/* All names of the first part were returned: moves to the next part. There must be one. */
void s3_list_window_shift(struct s3_list_window *window);
void s3_list_window_release(struct s3_list_window *window);

#endif

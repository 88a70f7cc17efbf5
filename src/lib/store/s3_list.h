/* What the two files of a listing share: s3_list.c asks for pages, s3_list_order.c judges what they bring. */
#ifndef STORE_S3_LIST_H
#define STORE_S3_LIST_H

#include "base/sorter.h"
#include "store/s3.h"

struct s3_list {
	struct store_list list;
	struct s3 *s3;
	struct s3_bucket *bucket;
	char *prefix;
	char *start_after;
	struct slice under, behind; /* the two, with their lengths */
	struct s3_page pages[2];    /* [0] is read; [1] is the next, filled by check_page */
	size_t at;                  /* in pages[0] */
	struct s3_request *request; /* for pages[1]; NULL: pages[0] is the last */
	struct buf room;            /* for its reply: memory of pages read before */
	struct buf greatest;        /* the last key of the page before pages[0]; empty: there is none */
	bool repeats;               /* pages[0] has a key twice */
	int idle_pages;             /* that brought no new name, in a row */
	bool delivered;             /* a name has gone to the caller: too late to sort */
	struct sorter *sorter;      /* all names, if the server does not keep their order; else NULL */
	struct buf last;            /* the key that the sorter gave last */
	struct buf token;           /* that the page asked for last was asked with */
	struct err err;
};

static inline struct slice
s3_list_key(const struct s3_page *page, size_t i)
{
	return slice_of(page->text.data + page->objects[i].key, page->objects[i].key_len);
}

/*
 * Whether every key of pages[0] is under the prefix, as asked: names are never dropped in silence. Some servers encode the keys, as
 * they were asked to, and do not say so: such keys are decoded. Returns 0, or -1 with list->err.
 */
int s3_list_check_prefix(struct s3_list *list);

/*
 * Whether the names of pages[0] are in order, and behind those of the page before it (pages[1]). A page may begin with names that
 * came before, as some servers ignore start-after, or give some of them again. Sets list->at behind them.
 */
bool s3_list_in_order(struct s3_list *list);

/* Whether pages[0] brings no name that was not there in the page before. */
bool s3_list_is_idle(const struct s3_list *list);

#endif

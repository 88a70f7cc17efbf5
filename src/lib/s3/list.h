/*
 * One list of names, requested page by page: list.c. list_order.c checks its pages. A listing is
 * one such list, or several that are parts of it and are listed at once: list_window.h.
 */
#ifndef S3_LIST_H
#define S3_LIST_H

#include "base/sorter.h"
#include "s3/s3.h"

struct s3_list {
	struct s3 *s3;
	struct s3_bucket *bucket;
	const char *prefix;         /* the listing's own */
	struct slice under;         /* the same */
	struct buf behind;          /* the names are to come after this one; empty: all */
	struct buf until;           /* names after this one belong to another list; empty: none do */
	bool part;                  /* one of several: the listing handles its oddities */
	bool odd;                   /* the server does not do as it is asked; without err: it ignores start-after */
	struct s3_page pages[2];    /* [0] is read; [1] is the next, filled by check_page */
	size_t at, end;             /* in pages[0]: still to be returned */
	struct s3_request *request; /* for pages[1]; NULL: pages[0] is the last */
	struct buf room;            /* for its reply: memory of pages read before */
	struct buf greatest;        /* the last key of the page before pages[0]; empty if there is none */
	bool repeats;               /* pages[0] has a key twice */
	bool idle;                  /* pages[0] brings no new name */
	int idle_pages;             /* that brought no new name, in a row */
	bool delivered;             /* a name has gone to the caller: too late to sort */
	struct sorter *sorter;      /* all names, if the server does not keep their order; else NULL */
	struct buf last;            /* the key that the sorter gave last */
	struct buf token;           /* that the page asked for last was asked with */
	bool token_again;           /* pages[0] was asked for with a token */
	struct err err;
};

/* list.c */
struct s3_list *s3_list_new(struct s3 *s3, struct s3_bucket *bucket, const char *prefix);
void s3_list_release(struct s3_list *list); /* NULL: nothing */
/*
 * Requests the first page of the names after `after`. A list that was used before starts again, in
 * the memory that it has.
 */
void s3_list_start(struct s3_list *list, struct slice after);
/* Whether an answer is still to come. */
bool s3_list_is_under_way(const struct s3_list *list);
/*
 * If the page that was asked for is there, and the one before it used up, it takes its place. Never
 * waits. Returns 1 if so (then s3_list_go_on is to be called), 0 if not, -1 with list->err.
 */
int s3_list_take_page(struct s3_list *list);
/* Requests the next page, if the list has more. Returns 0, or -1 with list->err. */
int s3_list_go_on(struct s3_list *list);
/*
 * Sets the name at which it ends, "" for none; names of the current page after it are not returned.
 */
void s3_list_set_until(struct s3_list *list, const char *until);
/*
 * The next name. Returns 1, 0 if there is none at present or no more (s3_list_is_over), -1 with
 * list->err.
 */
int s3_list_give(struct s3_list *list, struct store_object *object);
bool s3_list_is_over(const struct s3_list *list);
/* Whether all names have been collected and are returned in order, because the server has none. */
bool s3_list_is_sorted(const struct s3_list *list);
/* An error of our own about what the server lists. Returns -1. */
int s3_list_refuse(struct s3_list *list, const char *why);

/* list_order.c */
/*
 * Whether every key of pages[0] is under the prefix, as requested: no name is dropped silently.
 * Some servers encode the keys, as requested, without saying so: such keys are decoded. Returns 0,
 * or -1 with list->err.
 */
int s3_list_check_prefix(struct s3_list *list);

/*
 * Whether the names of pages[0] are in order, and after those of the page before it (pages[1]). A
 * page may begin with names that came before, because some servers ignore start-after, or send some
 * names again. Sets list->at after them.
 */
bool s3_list_in_order(struct s3_list *list);

/* Whether pages[0] brings no name that was not there in the page before. */
bool s3_list_is_idle(const struct s3_list *list);

/* The place in pages[0], whose keys are in order, of the first key after list->until. */
size_t s3_list_find_end(const struct s3_list *list);

#endif

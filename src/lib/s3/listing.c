/* A listing as the store gives it: the names of the window's first part, then those of the next. */
#include <stdlib.h>

#include "base/mem.h"
#include "s3/list_window.h"

/* The key that was returned last, while it is still in memory. */
static void
note_last(struct s3_list_window *window)
{
	const struct s3_list *list = window->parts[0].list;

	if (window->given == window->noted || list == NULL || list->sorter != NULL)
		return;
	buf_reset(&window->last);
	buf_append_slice(&window->last, s3_page_key(&list->pages[0], list->at - 1));
	window->noted = window->given;
}

/*
 * Waits for names. Returns 1 if the first part may have some, 0 at the end of the listing, -1 with
 * window->err.
 */
static int
wait_for_names(struct s3_list_window *window)
{
	note_last(window);
	for (;;) {
		struct s3_list *list;

		s3_list_window_move(window);
		list = window->parts[0].list;
		if (list != NULL && (list->at < list->end || list->err.kind != ERR_NONE))
			return 1;
		if (list != NULL && s3_list_is_over(list)) {
			if (window->parts[0].to == S3_SPAN_OPEN && window->count == 1)
				return s3_list_is_sorted(list);
			if (window->count > 1)
				s3_list_window_shift(window);
			continue;
		}
		if (s3_pump(window->s3, &window->err) < 0)
			return -1;
	}
}

/*
 * Whether a name was returned before the list started again. Also true, with window->err, for a
 * name that was missing then.
 */
static bool
was_given(struct s3_list_window *window, struct slice key)
{
	if (slice_compare(key, slice_of_buf(&window->last)) > 0) {
		window->again = false;
		return false;
	}
	if (++window->repeated > window->given) {
		s3_list_refuse(window->parts[0].list, "the server lists names that it left out before: set list_parallel: 1");
		window->err = window->parts[0].list->err;
	}
	return true;
}

int
s3_list_next(struct store_list *base, struct store_object *object, struct err *err)
{
	struct s3_list_window *window = (struct s3_list_window *)base;

	while (window->err.kind == ERR_NONE) {
		struct s3_list *list = window->parts[0].list;
		int result = list != NULL ? s3_list_give(list, object) : 0;

		if (result > 0 && window->again && was_given(window, object->key))
			continue;
		if (result > 0) {
			window->given++;
			return 1;
		}
		if (result < 0)
			window->err = list->err;
		else if ((list != NULL && s3_list_is_sorted(list)) || wait_for_names(window) == 0)
			return 0;
	}
	*err = window->err;
	return -1;
}

struct store_list *
s3_list_open(struct store *store, const char *bucket, const char *prefix, const char *start_after)
{
	struct s3_list_window *window = mem_zero(1, sizeof(*window));
	struct s3 *s3 = (struct s3 *)store;

	window->base.store = store;
	window->s3 = s3;
	window->prefix = mem_dup(prefix);
	window->start_after = mem_dup(start_after);
	window->most = s3->sort_listing ? 1 : (size_t)s3->list_parallel;
	window->allowed = 1;
	window->parts = mem_zero(2 * window->most, sizeof(window->parts[0]));
	window->spare = mem_zero(2 * window->most, sizeof(window->spare[0]));
	window->retries = s3->retries;
	if (!s3_bucket_name_ok(bucket)) {
		err_set(&window->err, ERR_USAGE, "s3://%s: not a valid bucket name", bucket);
		return &window->base;
	}
	window->bucket = s3_bucket_find(s3, bucket);
	window->parts[window->count++] = (struct s3_list_part){.to = S3_SPAN_OPEN};
	s3_list_start(s3_list_window_first(window), slice_of_str(start_after));
	return &window->base;
}

void
s3_list_free(struct store_list *base)
{
	struct s3_list_window *window = (struct s3_list_window *)base;

	s3_list_window_release(window);
	buf_release(&window->last);
	free(window->prefix);
	free(window->start_after);
	free(window);
}

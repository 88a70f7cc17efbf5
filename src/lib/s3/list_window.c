/*
 * A listing: one list from its first page to its last, or, once a page shows that names are times
 * (prefix + ten digits) and that there is more, a window of parts that are listed at once. Each
 * part is the names from one number to another, about a page of them by the density seen, and the
 * parts are returned in order. The result is the same as from one list.
 *
 * A list of one page costs one request. After that the window grows by one for each page that
 * arrives, up to list_parallel, and is halved if a request must be retried. That is the limit of
 * requests under way; twice as many parts are in memory, with a page each.
 *
 * A page shows where the next names are, wherever its part ends. So a gap costs no more requests
 * than are under way. A part with more than a page continues by itself, or is cut into several.
 *
 * An odd server (one that ignores start-after, or has no order) shows it on the first page of a
 * part. Then the listing goes back to one list, from its beginning, and skips the names that were
 * already returned.
 */
#include "s3/list_window.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"

/* The key after which a part begins, or at which it ends. */
static char *
border_key(const struct s3_list_window *window, int64_t number)
{
	return number == S3_SPAN_OPEN ? mem_dup("") : mem_printf("%s%010" PRId64, window->prefix, number);
}

static struct s3_list_part *
last_part(struct s3_list_window *window)
{
	return &window->parts[window->count - 1];
}

static void
put_away(struct s3_list_window *window, struct s3_list *list)
{
	if (list != NULL)
		window->spare[window->spare_count++] = list;
}

static struct s3_list *
take_list(struct s3_list_window *window)
{
	if (window->spare_count > 0)
		return window->spare[--window->spare_count];
	return s3_list_new(window->s3, window->bucket, window->prefix);
}

static void
ask_for(struct s3_list_window *window, struct s3_list_part *part)
{
	char *from = border_key(window, part->from), *to = border_key(window, part->to);

	part->list = take_list(window);
	part->list->part = true;
	s3_list_start(part->list, slice_of_str(from));
	s3_list_set_until(part->list, to);
	free(from);
	free(to);
}

/* If it has a request, that is cancelled. */
static void
drop_tail(struct s3_list_window *window)
{
	struct s3_list *list = last_part(window)->list;

	s3_list_release(list);
	window->count--;
}

static void
drop_behind(struct s3_list_window *window, size_t i)
{
	while (window->count > i + 1)
		drop_tail(window);
}

static void
set_end(struct s3_list_window *window, struct s3_list_part *part, int64_t to)
{
	char *until = border_key(window, to);

	part->to = to;
	if (part->list != NULL)
		s3_list_set_until(part->list, until);
	free(until);
}

/* Numbers up to here are expected; one list handles later ones. */
static int64_t
last_number(const struct s3_list_window *window)
{
	return store_clock(&window->s3->store);
}

/*
 * A part without an end (at first the whole listing) now ends with the current page: other parts
 * list what follows.
 */
static void
close_open_part(struct s3_list_window *window, struct s3_list_part *part, int64_t number)
{
	if (window->span == 0 || number >= last_number(window))
		return;
	set_end(window, part, number);
	if (part->list->at == part->list->end)
		set_end(window, part, S3_SPAN_OPEN); /* one number has more names than a page holds */
	else
		part->list->part = true;
}

/*
 * The rest of a part, after `number`, is more than a page: it is cut, so that its pages are
 * requested at once.
 */
static void
cut_part(struct s3_list_window *window, size_t i, int64_t number, int64_t span)
{
	int64_t end = window->parts[i].to, rest = end - number;
	int64_t pieces = s3_span_pieces(rest, span);
	size_t room = 2 * window->most - window->count, added = (size_t)pieces - 1;

	if (pieces <= 1)
		return;
	if ((uint64_t)pieces - 1 > room) {
		/* So dense that the plan for what follows is far off: plan again from here. */
		drop_behind(window, i);
		window->span = span;
		window->seen = number;
		set_end(window, &window->parts[i], number + span);
		return;
	}
	memmove(&window->parts[i + 1 + added], &window->parts[i + 1], (window->count - i - 1) * sizeof(window->parts[0]));
	window->count += added;
	for (size_t j = 1; j <= added; j++)
		window->parts[i + j] = (struct s3_list_part){
			.from = number + rest / pieces * (int64_t)j,
			.to = j == added ? end : number + rest / pieces * (int64_t)(j + 1),
		};
	set_end(window, &window->parts[i], window->parts[i + 1].from);
}

/* The listing ends with this part's page. Requests for anything after it can only be empty. */
static void
end_with(struct s3_list_window *window, size_t i)
{
	while (window->count > i + 1) {
		const struct s3_list *list = last_part(window)->list;

		/* If it is not, the server has changed its mind, and it counts. */
		if (list != NULL && (list->pages[0].count > 0 || (list->request != NULL && !s3_list_is_under_way(list))))
			return;
		drop_tail(window);
	}
	set_end(window, &window->parts[i], S3_SPAN_OPEN);
}

/* What the part's page shows about the names to come. */
static void
learn_from_page(struct s3_list_window *window, size_t i)
{
	struct s3_list_part *part = &window->parts[i];
	const struct s3_page *page = &part->list->pages[0];
	int64_t number, span;

	if (!page->truncated) {
		end_with(window, i);
		return;
	}
	if (part->to != S3_SPAN_OPEN && window->allowed < window->most)
		window->allowed++;
	number = page->count > 0 ? s3_span_place(s3_page_key(page, page->count - 1), part->list->under) : 0;
	if (number == 0)
		return;
	span = s3_span_of_page(page, part->list->under);
	if (number >= window->seen) {
		window->span = s3_span_learn(window->span, span);
		window->seen = number;
	}
	if (part->to == S3_SPAN_OPEN)
		close_open_part(window, part, number);
	else if (number < part->to)
		cut_part(window, i, number, span);
	else if (number > last_part(window)->to && (part == last_part(window) || last_part(window)->list == NULL ||
	                                            s3_list_is_under_way(last_part(window)->list)))
		set_end(window, last_part(window), number); /* all that the page has is of use */
}

/*
 * Back to one list. It begins where the listing began, so that its order is checked as if it had
 * been the only one, and compared with the names that were returned.
 */
static void
fall_back(struct s3_list_window *window)
{
	struct s3_list *list;

	log_debug("s3://%s/%s: the server does not start a listing where it is asked to: listing page by page",
	          window->bucket->name, window->prefix);
	drop_behind(window, 0);
	window->most = window->allowed = 1;
	list = s3_list_window_first(window);
	window->parts[0].to = S3_SPAN_OPEN;
	list->part = false;
	s3_list_start(list, slice_of_str(window->start_after));
	list->delivered = window->given > 0;
	window->again = window->given > 0;
	window->repeated = 0;
}

/* Takes the pages that have arrived. Returns whether all is as it should be. */
static bool
take_pages(struct s3_list_window *window)
{
	for (size_t i = 0; i < window->count; i++) {
		struct s3_list *list = window->parts[i].list;
		bool taken = list != NULL && s3_list_take_page(list) > 0;

		if (taken && list->odd && !list->part)
			window->most = 1;
		if (taken && !list->odd && window->most > 1 && list->sorter == NULL)
			learn_from_page(window, i);
		if (taken)
			s3_list_go_on(list); /* an error waits for its turn */
		if (list != NULL && list->odd && list->part)
			return false;
	}
	return true;
}

/* A server whose requests must be retried may be overloaded: requests that are not urgent wait. */
static void
slow_down(struct s3_list_window *window)
{
	if (window->s3->retries != window->retries && window->allowed > 1)
		window->allowed /= 2;
	window->retries = window->s3->retries;
	for (size_t i = 1; i < window->count; i++) {
		struct s3_list_part *part = &window->parts[i];
		struct s3_list *list = part->list;

		if (list == NULL || list->pages[0].count > 0 || list->token.len > 0)
			continue;
		if (list->err.kind == ERR_TEMPORARY || (list->request != NULL && s3_request_is_tried_again(list->request))) {
			s3_list_release(list);
			part->list = NULL;
		}
	}
}

/* Asks for as much as may be under way. */
static void
start_parts(struct s3_list_window *window)
{
	size_t running = 0;

	for (size_t i = 0; i < window->count; i++)
		running += window->parts[i].list != NULL && s3_list_is_under_way(window->parts[i].list);
	for (size_t i = 0; i < window->count && running < window->allowed; i++) {
		if (window->parts[i].list == NULL) {
			ask_for(window, &window->parts[i]);
			running++;
		}
	}
	while (running < window->allowed && window->count < 2 * window->allowed && last_part(window)->to != S3_SPAN_OPEN) {
		int64_t from = last_part(window)->to;

		window->parts[window->count++] =
			(struct s3_list_part){.from = from, .to = s3_span_end(from, window->span, last_number(window))};
		ask_for(window, last_part(window));
		running++;
	}
}

struct s3_list *
s3_list_window_first(struct s3_list_window *window)
{
	if (window->parts[0].list == NULL)
		window->parts[0].list = take_list(window);
	return window->parts[0].list;
}

void
s3_list_window_move(struct s3_list_window *window)
{
	if (!take_pages(window))
		fall_back(window);
	if (window->most > 1) {
		slow_down(window);
		start_parts(window);
	}
}

void
s3_list_window_shift(struct s3_list_window *window)
{
	put_away(window, window->parts[0].list);
	memmove(&window->parts[0], &window->parts[1], --window->count * sizeof(window->parts[0]));
}

void
s3_list_window_release(struct s3_list_window *window)
{
	while (window->count > 0)
		drop_tail(window);
	while (window->spare_count > 0)
		s3_list_release(window->spare[--window->spare_count]);
	free(window->parts);
	free(window->spare);
}

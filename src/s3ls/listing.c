/* The listing as a whole: from the store's keys to records in order. */
#include "s3ls/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/signals.h"

/*
 * The numbers from here to the year 2286 have ten digits: among them byte order is numeric order.
 */
#define TEN_DIGITS INT64_C(1000000000)

/* In listing->skipped, after the reasons of enum layout_why. */
#define NOT_UTF8 (LAYOUT_FUTURE + 1)
#define WITH_NUL (LAYOUT_FUTURE + 2)

struct run {
	struct listing *listing;
	struct store_list *list;
	struct listing_join *join;           /* NULL: there is no other listing to compare with */
	struct listing_rewritten *rewritten; /* NULL: a counterpart of any version counts */
	struct listing_spool *spool;         /* NULL: items go straight on */
	struct slice prefix;                 /* of the keys */
};

static void
skip_name(struct listing *listing, struct slice key, int why)
{
	listing->skipped[why]++;
	if (listing->skipped_example.len == 0)
		buf_append_slice(&listing->skipped_example, key);
}

/* Whether the key is to be listed. Counts it if it has no number. */
static bool
has_number(struct listing *listing, struct slice prefix, struct slice key, int64_t *value)
{
	enum layout_why why;

	*value = 0;
	if (!slice_is_utf8(key)) {
		skip_name(listing, key, NOT_UTF8); /* a record could not name it */
		return false;
	}
	if (memchr(key.ptr, '\0', key.len) != NULL) {
		skip_name(listing, key, WITH_NUL); /* no request could name it */
		return false;
	}
	if (!listing->numbered)
		return true;
	if (key.len == prefix.len)
		return false; /* the folder's own marker, as S3's console makes it */
	why = layout_number(key, prefix, listing->now, value);
	if (why == LAYOUT_NUMBER)
		return *value > listing->after;
	skip_name(listing, key, why);
	return false;
}

/* Sets whether the item is left out, by what is known here. */
static int
decide_item(struct run *run, const struct store_object *object, struct listing_item *item, struct err *err)
{
	struct slice key = object->key;
	struct listing *listing = run->listing;
	size_t prefix_len = run->prefix.len;

	/* First, so that an archived object is counted as archived, whatever else it is. */
	item->left_out = listing->classes.count > 0 && listing_classes_have(&listing->classes, object->storage_class);
	if (item->left_out)
		return 0;
	item->left_out = listing->exclude.count > 0 && listing_exclude_has(&listing->exclude, key);
	if (item->left_out) {
		listing->excluded++;
		return 0;
	}
	if (run->join == NULL)
		return 0;
	if (listing_join_find(run->join, slice_of(key.ptr + prefix_len, key.len - prefix_len), &item->left_out, err) < 0)
		return -1;
	item->present = item->left_out;
	return 0;
}

/*
 * An item of which all is known, in its turn. Returns 1 if more is wanted, 0 if not, -1 with err.
 */
static int
emit_item(struct run *run, const struct listing_item *item, struct err *err)
{
	struct listing *listing = run->listing;
	int64_t highest = listing->highest;
	bool wanted;

	listing->written_again += item->rewritten;
	listing->present += item->present && item->left_out;
	if (item->number > highest && !listing_emit_is_future(&listing->emit, item->number))
		listing->highest = item->number;
	if (run->spool == NULL) {
		wanted = listing_emit_item(&listing->emit, item);
		if (listing->emit.enough)
			listing->highest = highest; /* the next listing begins with it */
		return wanted;
	}
	/* An item that is left out matters only if the listing may end at it. */
	if (item->left_out && listing_emit_is_settled(&listing->emit, item->modified))
		return 1;
	return listing_spool_add(run->spool, item, err) < 0 ? -1 : 1;
}

/* Items whose metadata has arrived, in order; all of them if `all`. Like pass_on. */
static int
pass_on_known(struct run *run, bool all, struct err *err)
{
	struct listing_item item;
	int wanted = 1, got;

	while (wanted > 0 && !signals_stop()) {
		bool wait = all || !listing_rewritten_has_room(run->rewritten);

		got = listing_rewritten_next(run->rewritten, wait, &item, err);
		if (got <= 0)
			return got < 0 ? -1 : 1;
		wanted = emit_item(run, &item, err);
	}
	return wanted;
}

/* One object of the store's listing. Returns 1 if more is wanted, 0 if not, -1 with err. */
static int
take_object(struct run *run, const struct store_object *object, struct err *err)
{
	struct listing_item item = {
		.key = object->key, .etag = object->etag, .size = object->size, .modified = object->modified};
	struct listing_counterpart counterpart;
	bool suspect = false;

	if (!has_number(run->listing, run->prefix, object->key, &item.number))
		return 1;
	if (decide_item(run, object, &item, err) < 0)
		return -1;
	if (item.present && run->rewritten != NULL) {
		listing_join_found(run->join, &counterpart);
		suspect = listing_rewritten_is_suspect(&item, &counterpart);
	}
	if (run->rewritten == NULL || (!suspect && listing_rewritten_is_empty(run->rewritten)))
		return emit_item(run, &item, err);
	listing_rewritten_add(run->rewritten, &item, suspect ? &counterpart : NULL);
	return pass_on_known(run, false, err);
}

static int
list_objects(struct run *run, struct err *err)
{
	struct listing_emit *emit = &run->listing->emit;
	int wanted = 1;

	while (wanted > 0 && !signals_stop()) {
		struct store_object object;
		int result = store_list_next(run->list, &object, err);

		if (result < 0)
			return -1;
		if (result == 0)
			break;
		wanted = take_object(run, &object, err);
	}
	if (wanted > 0 && run->rewritten != NULL)
		wanted = pass_on_known(run, true, err);
	if (wanted < 0)
		return -1;
	if (run->spool != NULL && !signals_stop())
		return listing_spool_emit(run->spool, emit, err);
	return 0;
}

bool
listing_place_parse(const char *text, const char *bucket, struct listing_place *place)
{
	static const char scheme[] = "s3://";
	const char *slash;

	*place = (struct listing_place){0};
	if (strncmp(text, scheme, sizeof(scheme) - 1) == 0) {
		text += sizeof(scheme) - 1;
		slash = strchrnul(text, '/');
		if (slash == text)
			return false;
		place->bucket = mem_dup_n(text, (size_t)(slash - text));
		place->prefix = mem_dup(*slash == '/' ? slash + 1 : slash);
		return true;
	}
	if (bucket == NULL)
		return false;
	place->bucket = mem_dup(bucket);
	place->prefix = mem_dup(text);
	return true;
}

void
listing_place_release(struct listing_place *place)
{
	free(place->bucket);
	free(place->prefix);
	*place = (struct listing_place){0};
}

int
listing_run(struct listing *listing, struct store *store, struct out *out, struct err *err)
{
	struct run run = {.listing = listing, .prefix = slice_of_str(listing->place.prefix)};
	char number_text[32] = "";
	char *start;
	int result;

	listing_emit_init(&listing->emit, out, slice_of_str(listing->place.bucket), listing->numbered, listing->after,
	                  listing->settled_ms);
	listing->emit.store = store;
	listing->emit.before = listing->before;
	listing->emit.most = listing->most;
	if (listing->numbered && listing->after >= TEN_DIGITS)
		snprintf(number_text, sizeof(number_text), "%lld", (long long)listing->after);
	else if (listing->numbered)
		run.spool = listing_spool_new(LISTING_HOLD);
	start = number_text[0] == '\0' ? mem_dup("") : mem_printf("%s%s", listing->place.prefix, number_text);
	run.list = store_list_open(store, listing->place.bucket, listing->place.prefix, start);
	free(start);
	if (listing->counterparts.bucket != NULL)
		run.join = listing_join_new(store, listing->counterparts.bucket, listing->counterparts.prefix, number_text);
	if (run.join != NULL && listing->rewritten)
		run.rewritten = listing_rewritten_new(store, listing->counterparts.bucket);

	result = list_objects(&run, err);
	listing_emit_end(&listing->emit, result == 0 && !signals_stop());

	listing_rewritten_free(run.rewritten);
	listing_join_free(run.join);
	listing_spool_free(run.spool);
	store_list_free(run.list);
	return result;
}

int64_t
listing_warn_skipped(const struct listing *listing)
{
	struct buf reasons = BUF_INIT;
	struct buf example = BUF_INIT;
	int64_t count = 0;

	for (int why = 0; why <= WITH_NUL; why++) {
		int64_t n = listing->skipped[why];

		if (n == 0)
			continue;
		count += n;
		buf_printf(&reasons, "%s%s: %lld", reasons.len > 0 ? ", " : "",
		           why == NOT_UTF8   ? "not UTF-8"
		           : why == WITH_NUL ? "NUL in the name"
		                             : layout_why_text((enum layout_why)why),
		           (long long)n);
	}
	if (count > 0) {
		buf_append_slice(&example, slice_of_buf(&listing->skipped_example));
		log_warning("%lld %s skipped (%s), such as s3://%s/%s", (long long)count, count == 1 ? "name" : "names",
		            buf_cstr(&reasons), listing->place.bucket, buf_cstr(&example));
	}
	if (listing->emit.cut_unknown)
		log_warning("s3://%s/%s: the listing stops at an object without a readable LastModified, which --settle needs",
		            listing->place.bucket, listing->place.prefix);
	buf_release(&reasons);
	buf_release(&example);
	return count;
}

void
listing_stats(const struct listing *listing, struct stats *stats)
{
	const struct listing_emit *emit = &listing->emit;
	int64_t skipped = 0, excluded_class = 0;

	for (int why = 0; why <= WITH_NUL; why++)
		skipped += listing->skipped[why];
	for (int i = 0; i < listing->classes.count; i++)
		excluded_class += listing->classes.left_out[i];
	stats_int(stats, "listed", emit->listed);
	stats_int(stats, "bytes", emit->bytes);
	stats_int(stats, "skipped", skipped);
	stats_int(stats, "excluded", listing->excluded);
	stats_int(stats, "excluded_class", excluded_class);
	stats_int(stats, "present", listing->present);
	stats_int(stats, "rewritten", listing->written_again);
	stats_int(stats, "unsettled", emit->cut);
	if (!listing->numbered)
		return;
	stats_int(stats, "after", listing->after);
	stats_int(stats, "upto", emit->position.upto);
	stats_int(stats, "highest", listing->highest);
	if (emit->listed > 0) {
		stats_int(stats, "first", emit->first);
		stats_int(stats, "last", emit->last);
	}
}

void
listing_release(struct listing *listing)
{
	listing_emit_release(&listing->emit);
	listing_exclude_release(&listing->exclude);
	listing_place_release(&listing->place);
	listing_place_release(&listing->counterparts);
	buf_release(&listing->skipped_example);
}

/*
 * Objects that were written again after they were enriched. An object can only be one if it is
 * later than its counterpart; then the counterpart is asked for its source's ETag. In an ordinary
 * listing these are few. Items after one that is being asked for wait, so that the order stays.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/ring.h"
#include "s3ls/listing.h"

#define PLACES 64 /* questions at a time */

struct place {
	struct buf text; /* of the item's key and etag */
	struct listing_item item;
	struct store_look *look; /* NULL: nothing is asked */
	bool later;              /* than its counterpart, for certain */
};

struct listing_rewritten {
	struct store *store;
	const char *bucket;
	struct ring ring; /* of struct place */
	bool returned;    /* the head was returned: the next call drops it */
	bool refused;     /* the warning that metadata may not be read was printed */
};

static void
drop_head(struct listing_rewritten *rewritten)
{
	struct place *place = ring_pop(&rewritten->ring);

	store_look_free(place->look);
	place->look = NULL;
	rewritten->returned = false;
}

/*
 * Without metadata, as older versions store, time alone decides. The object is stored with it then.
 */
static bool
is_rewritten(const struct place *place, const struct store_info *info)
{
	if (info->source_etag[0] == '\0' || place->item.etag.len == 0)
		return place->later;
	return !slice_equal_str(place->item.etag, info->source_etag);
}

/* A user who may list may not be allowed to read. */
static void
warn_refused(struct listing_rewritten *rewritten, const struct err *err)
{
	if (!rewritten->refused)
		log_with_fields(LOG_WARNING, ERR_FIELDS(err),
		                "%s: only the times of both now show whether an object was written again after it was enriched",
		                ERR_TEXT(err));
	rewritten->refused = true;
}

struct listing_rewritten *
listing_rewritten_new(struct store *store, const char *bucket)
{
	struct listing_rewritten *rewritten = mem_zero(1, sizeof(*rewritten));

	rewritten->store = store;
	rewritten->bucket = bucket;
	rewritten->ring.size = sizeof(struct place);
	ring_reserve(&rewritten->ring, PLACES);
	return rewritten;
}

bool
listing_rewritten_is_suspect(const struct listing_item *item, const struct listing_counterpart *counterpart)
{
	/* Within the same second either may be the later one. */
	return item->modified < 0 || counterpart->modified < 0 || item->modified >= counterpart->modified;
}

bool
listing_rewritten_has_room(const struct listing_rewritten *rewritten)
{
	return rewritten->ring.count - rewritten->returned < PLACES - 1;
}

bool
listing_rewritten_is_empty(const struct listing_rewritten *rewritten)
{
	return rewritten->ring.count - rewritten->returned == 0;
}

void
listing_rewritten_add(struct listing_rewritten *rewritten, const struct listing_item *item,
                      const struct listing_counterpart *counterpart)
{
	struct place *place = ring_push(&rewritten->ring);

	buf_reset(&place->text);
	buf_append_slice(&place->text, item->key);
	buf_append_slice(&place->text, item->etag);
	place->item = *item;
	place->item.key = slice_of(place->text.data, item->key.len);
	place->item.etag = slice_of(place->text.data + item->key.len, item->etag.len);
	if (counterpart != NULL) {
		place->look = store_look_open(rewritten->store, rewritten->bucket, counterpart->key);
		place->later = item->modified >= 0 && counterpart->modified >= 0 && item->modified > counterpart->modified;
	}
}

int
listing_rewritten_next(struct listing_rewritten *rewritten, bool wait, struct listing_item *item, struct err *err)
{
	struct store_info info = {.size = -1};
	struct place *place;
	int result = 1;

	if (rewritten->returned)
		drop_head(rewritten);
	if (rewritten->ring.count == 0)
		return 0;
	place = ring_at(&rewritten->ring, 0);
	if (place->look != NULL) {
		result = store_look_wait(place->look, wait, &info, err);
		if (result == 2)
			return 0;
		if (result == -1 && err->kind != ERR_ACCESS)
			return -1;
		if (result == -1)
			warn_refused(rewritten, err);
		/* 0: the counterpart has gone meanwhile, and the object is as one that never had any */
		place->item.rewritten = result != 0 && is_rewritten(place, &info);
		place->item.left_out = result != 0 && !place->item.rewritten;
	}
	rewritten->returned = true;
	*item = place->item;
	return 1;
}

void
listing_rewritten_free(struct listing_rewritten *rewritten)
{
	if (rewritten == NULL)
		return;
	while (rewritten->ring.count > 0)
		drop_head(rewritten);
	for (size_t i = 0; i < rewritten->ring.capacity; i++)
		buf_release(&((struct place *)ring_at(&rewritten->ring, i))->text);
	ring_release(&rewritten->ring);
	free(rewritten);
}

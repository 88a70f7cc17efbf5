/* The choice between the keepers. */
#include "cursor/keeper.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/signals.h"
#include "base/units.h"

/* A cursor in a file works without buckets; then it has no identity that could be checked. */
static bool
needs_identity(const struct settings *settings, bool is_file)
{
	return !is_file ||
	       (settings_text(settings, "input_bucket") != NULL && settings_text(settings, "output_bucket") != NULL);
}

struct keeper *
keeper_open(const struct settings *settings, struct err *err)
{
	const char *store = settings_text(settings, "cursor_store");
	bool is_file = strncmp(store, "file:", 5) == 0 && store[5] != '\0';
	struct keeper *keeper;

	if (!is_file && strcmp(store, "redis") != 0) {
		err_set(err, ERR_USAGE, "cursor_store '%s' (%s) is neither 'redis' nor 'file:PATH'", store,
		        settings_origin(settings, "cursor_store"));
		return NULL;
	}
	keeper = mem_zero(1, sizeof(*keeper));
	keeper->kind = is_file ? &keeper_file_kind : &keeper_redis_kind;
	if (!needs_identity(settings, is_file) || identity_find(settings, &keeper->identity, err) == 0)
		keeper->self = is_file ? keeper_file_new(store + 5, &keeper->identity, err)
		                       : keeper_redis_new(settings, &keeper->identity);
	if (keeper->self != NULL)
		return keeper;
	keeper_free(keeper);
	return NULL;
}

void
keeper_free(struct keeper *keeper)
{
	if (keeper == NULL)
		return;
	if (keeper->self != NULL)
		keeper->kind->free(keeper->self);
	identity_release(&keeper->identity);
	free(keeper);
}

const char *
keeper_name(const struct keeper *keeper)
{
	return keeper->kind->name(keeper->self);
}

const char *
keeper_older_name(const struct keeper *keeper)
{
	return keeper->kind->older_name(keeper->self);
}

const struct identity *
keeper_identity(const struct keeper *keeper)
{
	return &keeper->identity;
}

int
keeper_left_behind(struct keeper *keeper, int64_t *cursor, struct err *err)
{
	return keeper->kind->left_behind != NULL ? keeper->kind->left_behind(keeper->self, cursor, err) : 0;
}

int
keeper_adopt(struct keeper *keeper, bool force, bool dry_run, int64_t *cursor, struct err *err)
{
	return keeper->kind->adopt != NULL ? keeper->kind->adopt(keeper->self, force, dry_run, cursor, err) : 0;
}

int
keeper_get(struct keeper *keeper, int64_t *cursor, struct err *err)
{
	return keeper->kind->get(keeper->self, cursor, err);
}

int
keeper_save(struct keeper *keeper, const struct change *change, struct saved *saved, struct err *err)
{
	int result;

	/* A signal that ends the program waits until what is being saved is saved: that is why it was sent in time. */
	signals_block(true);
	result = keeper->kind->save(keeper->self, change, saved, err);
	signals_block(false);
	return result;
}

int
keeper_failed(struct keeper *keeper, struct buf *lines, struct err *err)
{
	return keeper->kind->failed(keeper->self, lines, err);
}

int
keeper_not_lost(const struct change *change, int64_t stored, const char *where, struct err *err)
{
	if (change->force || stored >= change->seen)
		return 0;
	return err_set(err, ERR_TEMPORARY, "%s: the cursor was %lld and is %lld now: it was lost, or moved back", where,
	               (long long)change->seen, (long long)stored);
}

bool
keeper_number(struct slice text, int64_t *cursor)
{
	return text.len > 0 && units_parse_digits(text.ptr, text.len, cursor);
}

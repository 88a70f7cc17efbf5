/* The choice between the keepers. */
#include "cursor/keeper.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/signals.h"
#include "base/units.h"

struct keeper *
keeper_open(const struct settings *settings, struct err *err)
{
	const char *store = settings_text(settings, "cursor_store");
	struct keeper keeper;
	struct keeper *copy;

	if (strcmp(store, "redis") == 0) {
		keeper = (struct keeper){&keeper_redis_kind, keeper_redis_new(settings, err)};
	} else if (strncmp(store, "file:", 5) == 0 && store[5]) {
		keeper = (struct keeper){&keeper_file_kind, keeper_file_new(store + 5, err)};
	} else {
		err_set(err, ERR_USAGE, "cursor_store '%s' (%s) is neither 'redis' nor 'file:PATH'", store,
		        settings_origin(settings, "cursor_store"));
		return NULL;
	}
	if (keeper.self == NULL)
		return NULL;
	copy = mem_alloc(sizeof(*copy));
	*copy = keeper;
	return copy;
}

void
keeper_free(struct keeper *keeper)
{
	if (keeper == NULL)
		return;
	keeper->kind->free(keeper->self);
	free(keeper);
}

const char *
keeper_name(const struct keeper *keeper)
{
	return keeper->kind->name(keeper->self);
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

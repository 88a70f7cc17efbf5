/* The operations of a cursor store, passed on to its kind. */
#include "cursor/cursor_store.h"

#include <stdlib.h>

#include "base/signals.h"
#include "cursor/cursor_store_kind.h"

void
cursor_store_free(struct cursor_store *store)
{
	if (store == NULL)
		return;
	if (store->opaque != NULL)
		store->kind->free(store->opaque);
	identity_release(&store->identity);
	free(store);
}

const char *
cursor_store_name(const struct cursor_store *store)
{
	return store->kind->name(store->opaque);
}

const char *
cursor_store_older_name(const struct cursor_store *store)
{
	return store->kind->older_name(store->opaque);
}

const struct identity *
cursor_store_identity(const struct cursor_store *store)
{
	return &store->identity;
}

int
cursor_store_left_behind(struct cursor_store *store, int64_t *cursor, struct err *err)
{
	return store->kind->left_behind != NULL ? store->kind->left_behind(store->opaque, cursor, err) : 0;
}

int
cursor_store_adopt(struct cursor_store *store, bool force, bool dry_run, int64_t *cursor, struct err *err)
{
	return store->kind->adopt != NULL ? store->kind->adopt(store->opaque, force, dry_run, cursor, err) : 0;
}

int
cursor_store_get(struct cursor_store *store, int64_t *cursor, struct err *err)
{
	return store->kind->get(store->opaque, cursor, err);
}

int
cursor_store_save(struct cursor_store *store, const struct change *change, struct saved *saved, struct err *err)
{
	int result;

	/* A signal that ends the program waits until the change is saved. */
	signals_block(true);
	result = store->kind->save(store->opaque, change, saved, err);
	signals_block(false);
	return result;
}

int
cursor_store_failed(struct cursor_store *store, struct buf *lines, struct err *err)
{
	return store->kind->failed(store->opaque, lines, err);
}

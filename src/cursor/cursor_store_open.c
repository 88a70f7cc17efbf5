/* The factory of cursor stores: the only file that knows which kinds there are. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cursor/cursor_store_kind.h"

/* A cursor in a file works without buckets; then it has no identity that could be checked. */
static bool
needs_identity(const struct settings *settings, bool is_file)
{
	return !is_file ||
	       (settings_text(settings, "input_bucket") != NULL && settings_text(settings, "output_bucket") != NULL);
}

struct cursor_store *
cursor_store_open(const struct settings *settings, struct err *err)
{
	const char *name = settings_text(settings, "cursor_store");
	bool is_file = strncmp(name, "file:", 5) == 0 && name[5] != '\0';
	struct cursor_store *store;

	if (!is_file && strcmp(name, "redis") != 0) {
		err_set(err, ERR_USAGE, "cursor_store '%s' (%s) is neither 'redis' nor 'file:PATH'", name,
		        settings_origin(settings, "cursor_store"));
		return NULL;
	}
	store = mem_zero(1, sizeof(*store));
	store->kind = is_file ? &cursor_store_file_kind : &cursor_store_redis_kind;
	if (!needs_identity(settings, is_file) || identity_find(settings, &store->identity, err) == 0)
		store->opaque = is_file ? cursor_store_file_new(name + 5, &store->identity, err)
		                        : cursor_store_redis_new(settings, &store->identity);
	if (store->opaque != NULL)
		return store;
	cursor_store_free(store);
	return NULL;
}

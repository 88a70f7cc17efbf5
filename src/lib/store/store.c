/* The store: passes every call on to its kind. */
#include "store/store.h"

#include "base/clock.h"
#include "store/backend.h"

void
store_free(struct store *store)
{
	if (store != NULL)
		store->ops->free(store);
}

int
store_wait(struct store *store, int fd, int timeout_ms)
{
	return store->ops->wait(store, fd, timeout_ms);
}

int64_t
store_clock(const struct store *store)
{
	return clock_unix() + store->clock_ahead;
}

int64_t
store_retries(const struct store *store)
{
	return store->ops->retries(store);
}

const struct latency *
store_latency(const struct store *store)
{
	return &store->latency;
}

int
store_describe(struct store *store, struct buf *to, struct err *err)
{
	return store->ops->describe(store, to, err);
}

struct store_list *
store_list_open(struct store *store, const char *bucket, const char *prefix, const char *start_after)
{
	return store->ops->list_open(store, bucket, prefix, start_after);
}

int
store_list_next(struct store_list *list, struct store_object *object, struct err *err)
{
	return list->store->ops->list_next(list, object, err);
}

void
store_list_free(struct store_list *list)
{
	if (list != NULL)
		list->store->ops->list_free(list);
}

struct store_get *
store_get_open(struct store *store, const char *bucket, const char *key, const struct store_get_options *options)
{
	return store->ops->get_open(store, bucket, key, options);
}

int
store_get_read(struct store_get *get, bool wait, struct slice *data, struct err *err)
{
	return get->store->ops->get_read(get, wait, data, err);
}

const struct store_info *
store_get_info(const struct store_get *get)
{
	return &get->info;
}

void
store_get_free(struct store_get *get)
{
	if (get != NULL)
		get->store->ops->get_free(get);
}

bool
store_get_room(const struct store *store, size_t parallel)
{
	return store->ops->get_room != NULL && store->ops->get_room(store, parallel);
}

struct store_put *
store_put_open(struct store *store, const char *bucket, const char *key, const struct store_put_options *options)
{
	return store->ops->put_open(store, bucket, key, options);
}

int
store_put_write(struct store_put *put, const void *data, size_t len, struct err *err)
{
	return put->store->ops->put_write(put, data, len, err);
}

void
store_put_commit(struct store_put *put)
{
	put->store->ops->put_commit(put);
}

int
store_put_wait(struct store_put *put, bool wait, struct store_info *info, struct err *err)
{
	return put->store->ops->put_wait(put, wait, info, err);
}

void
store_put_free(struct store_put *put)
{
	if (put != NULL)
		put->store->ops->put_free(put);
}

struct store_look *
store_look_open(struct store *store, const char *bucket, const char *key)
{
	return store->ops->look_open(store, bucket, key);
}

int
store_look_wait(struct store_look *look, bool wait, struct store_info *info, struct err *err)
{
	return look->store->ops->look_wait(look, wait, info, err);
}

void
store_look_free(struct store_look *look)
{
	if (look != NULL)
		look->store->ops->look_free(look);
}

int
store_remove(struct store *store, const char *bucket, const char *key, struct err *err)
{
	return store->ops->remove(store, bucket, key, err);
}

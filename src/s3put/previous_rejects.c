/* Looks for the object by a listing: there a missing object is not an error, in any store. */
#include "s3put/previous_rejects.h"

int
previous_rejects_exists(struct store *store, const char *bucket, const char *key, struct err *err)
{
	struct store_list *list = store_list_open(store, bucket, key, "");
	struct store_object object;
	/* of all keys that begin with this one, it is the first */
	int result = store_list_next(list, &object, err);

	if (result == 1)
		result = slice_equal(object.key, slice_of_str(key));
	store_list_free(list);
	return result;
}

int
previous_rejects_copy(struct store *store, const char *bucket, const char *key, bool compressed, struct store_put *to,
                      struct err *err)
{
	struct store_get *get = store_get_open(store, bucket, key, NULL);
	struct slice data;
	char last = '\n';
	int result;

	while ((result = store_get_read(get, true, &data, err)) == 1) {
		if (store_put_write(to, data.ptr, data.len, err) < 0) {
			result = -1;
			break;
		}
		if (data.len > 0)
			last = data.ptr[data.len - 1];
	}
	/* others may have written it; the next bytes must begin a line */
	if (result == 0 && !compressed && last != '\n')
		result = store_put_write(to, "\n", 1, err);
	store_get_free(get);
	return result;
}

/* Failed objects: sorting, and reading and writing their lines. */
#include "cursor/failures.h"

#include <stdlib.h>

#include "base/mem.h"
#include "cursor/change.h"

static int
compare_keys(const void *a, const void *b)
{
	const struct failure *x = a, *y = b;
	int order = slice_compare(x->key, y->key);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

void
failures_add(struct failures *failures, struct slice key, struct slice record)
{
	failures->list = mem_grow(failures->list, failures->count, &failures->capacity, sizeof(failures->list[0]));
	failures->list[failures->count] = (struct failure){key, record, failures->count};
	failures->count++;
}

int64_t
failures_settle(struct failures *failures)
{
	struct failure *list = failures->list;
	size_t kept = 0;
	int64_t removed = 0;
	bool listed = false; /* whether the key was on the list at some time */

	if (failures->count)
		qsort(list, failures->count, sizeof(*list), compare_keys);
	for (size_t i = 0; i < failures->count; i++) {
		if (list[i].record.len)
			listed = true;
		if (i + 1 < failures->count && slice_equal(list[i].key, list[i + 1].key))
			continue;
		if (list[i].record.len)
			list[kept++] = list[i];
		else
			removed += listed;
		listed = false;
	}
	failures->count = kept;
	return removed;
}

bool
failure_key(struct json *json, struct slice line, struct buf *scratch, struct slice *key)
{
	const char *why;
	int token;

	if (line.len && memchr(line.ptr, '\n', line.len))
		return false;
	if (!json_parse(json, line, &why) || !json_is_object(json))
		return false;
	token = json_member(json, SLICE("key"));
	buf_reset(scratch);
	return token >= 0 && json_string(json, token, scratch, key, &why) && key->len > 0;
}

void
failures_write(const struct failures *failures, struct buf *to)
{
	struct json json = {.tokens = NULL};
	struct buf scratch = BUF_INIT;
	struct slice key;

	for (size_t i = 0; i < failures->count; i++) {
		const struct failure *failure = &failures->list[i];

		if (failure_key(&json, failure->record, &scratch, &key) && slice_equal(key, failure->key))
			buf_append_slice(to, failure->record);
		else
			failed_write(to, failure->key, SLICE("the record of this failure is damaged"), SLICE("cursor"), 0);
		buf_append_byte(to, '\n');
	}
	json_release(&json);
	buf_release(&scratch);
}

void
failures_release(struct failures *failures)
{
	free(failures->list);
	*failures = (struct failures)FAILURES_INIT;
}

/* Changes, collected until they are saved. */
#include "cursor/change.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "json/json.h"

static void
append_entry(struct change *change, struct slice key, struct slice record)
{
	change->entries = mem_grow(change->entries, change->count, &change->capacity, sizeof(change->entries[0]));
	change->entries[change->count++] = (struct change_entry){change->text.len, key.len, record.len};
	buf_append_slice(&change->text, key);
	buf_append_slice(&change->text, record);
}

static void
append_member(struct buf *to, const char *name, struct slice value)
{
	buf_append_str(to, name);
	json_quote(to, value);
}

void
change_add(struct change *change, struct slice key, struct slice record)
{
	append_entry(change, key, record);
}

void
change_remove(struct change *change, struct slice key)
{
	append_entry(change, key, slice_of(NULL, 0));
}

struct slice
change_key(const struct change *change, size_t i)
{
	return slice_of(change->text.data + change->entries[i].at, change->entries[i].key_len);
}

struct slice
change_record(const struct change *change, size_t i)
{
	const struct change_entry *entry = &change->entries[i];

	return slice_of(change->text.data + entry->at + entry->key_len, entry->record_len);
}

void
change_reset(struct change *change)
{
	change->cursor = -1;
	change->seen = 0;
	change->force = change->clear_all = false;
	change->count = 0;
	buf_reset(&change->text);
}

void
change_release(struct change *change)
{
	buf_release(&change->text);
	free(change->entries);
	*change = (struct change)CHANGE_INIT;
}

void
failed_write(struct buf *to, struct slice key, struct slice reason, struct slice stage, int64_t unix_seconds)
{
	char time[32];

	clock_format_iso(unix_seconds, time);
	append_member(to, "{\"key\":", key);
	append_member(to, ",\"reason\":", reason);
	append_member(to, ",\"stage\":", stage);
	append_member(to, ",\"time\":", slice_of_str(time));
	buf_append_byte(to, '}');
}

/*
 * The kind of cursor store that keeps it in a file. The content is made here; reading, locking and
 * replacing the file are in locked_file.c. A person can read it: the number, whose it is, then a
 * line for each failed object.
 *
 *	1721183934
 *	{"key":"seniority:identity","identity":"aws|rl-data/job-postings-raw/>aws|rl-data/job-postings-mod/",...}
 *	{"key":"job-postings-raw/1721183900.jsonl","reason":"GET: 404 NoSuchKey","stage":"s3cat","time":"..."}
 *
 * Older versions knew of no identity. They treat its line as a failed object that they do not know,
 * keep it, and read and write the rest as usual; so its key is one that no listing has, and it may
 * stand anywhere among the failed objects.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "cursor/cursor_store_kind.h"
#include "cursor/failures.h"
#include "cursor/locked_file.h"

#define IDENTITY_KEY "seniority:identity"
#define IDENTITY_LINE "{\"key\":\"" IDENTITY_KEY "\",\"identity\":\""

struct cursor_store_file {
	struct locked_file file;
	char *name; /* "file:PATH" */
	const struct identity *identity;
};

/* The content of the file. */
struct content {
	struct buf text;
	struct slice failed;   /* the lines after the first, in text */
	struct slice identity; /* len 0: it names none */
	int64_t cursor;
	bool there;   /* there is a file at all */
	bool damaged; /* its first line */
	mode_t mode;
};

static void
free_store(void *opaque)
{
	struct cursor_store_file *self = opaque;

	locked_file_release(&self->file);
	free(self->name);
	free(self);
}

static const char *
name_of(const void *opaque)
{
	return ((const struct cursor_store_file *)opaque)->name;
}

/* The identity that a line after the first names. It has no escapes. */
static struct slice
find_identity(struct slice lines)
{
	struct slice start = SLICE(IDENTITY_LINE);

	while (lines.len > start.len) {
		const char *end = memchr(lines.ptr, '\n', lines.len);
		size_t len = end != NULL ? (size_t)(end - lines.ptr) : lines.len;

		if (slice_starts_with(lines, start)) {
			const char *from = lines.ptr + start.len;
			const char *quote = memchr(from, '"', len - start.len);

			return quote != NULL ? slice_of(from, (size_t)(quote - from)) : slice_of(NULL, 0);
		}
		if (end == NULL)
			break;
		lines = slice_of(end + 1, lines.len - len - 1);
	}
	return slice_of(NULL, 0);
}

static int
read_content(const struct cursor_store_file *self, struct content *content, struct err *err)
{
	const char *end;
	int result;

	*content = (struct content){.text = BUF_INIT};
	result = locked_file_read(&self->file, &content->text, &content->mode, err);
	if (result < 0)
		buf_release(&content->text);
	if (result <= 0)
		return result;
	content->there = true;
	end = content->text.len ? memchr(content->text.data, '\n', content->text.len) : NULL;
	content->damaged =
		end == NULL ||
		!cursor_store_parse_number(slice_of(content->text.data, (size_t)(end - content->text.data)), &content->cursor);
	if (end)
		content->failed = slice_of(end + 1, content->text.len - (size_t)(end + 1 - content->text.data));
	content->identity = find_identity(content->failed);
	return 0;
}

static int
report_damage(const struct cursor_store_file *self, const char *what, struct err *err)
{
	return err_set(err, ERR_FAILED, "the cursor %s is damaged: %s ('cursor set N --force' writes a new one)",
	               self->file.path, what);
}

/*
 * Whether it is of the identity that we are at. `force` goes over damage, never over another's
 * cursor.
 */
static int
check_identity(const struct cursor_store_file *self, const struct content *content, bool force, struct err *err)
{
	const char *ours = self->identity->text;

	if (content->there && ours != NULL && content->identity.len > 0 && !slice_equal_str(content->identity, ours))
		return err_set(err, ERR_USAGE,
		               "the cursor %s belongs to %.*s, but the settings name %s: set cursor_store to another file "
		               "('cursor import --force' takes this one over)",
		               self->file.path, SLICE_ARGS(content->identity), ours);
	if (content->damaged && !force)
		return report_damage(self, "its first line is not a number", err);
	if (content->there && !content->damaged && ours != NULL && content->identity.len == 0 && self->identity->custom)
		return err_set(err, ERR_USAGE,
		               "the cursor %s was written by an older version and does not say what it belongs to: if it "
		               "belongs to %s, take it over with 'cursor import', else set cursor_store to another file",
		               self->file.path, ours);
	return 0;
}

static int
get_cursor(void *opaque, int64_t *cursor, struct err *err)
{
	struct cursor_store_file *self = opaque;
	struct content content;
	int result;

	if (read_content(self, &content, err))
		return -1;
	*cursor = content.cursor;
	result = check_identity(self, &content, false, err);
	buf_release(&content.text);
	return result;
}

/*
 * The failed objects of the file. Keys with escapes are decoded into *keys, which must not move: it
 * is made large enough first.
 */
static int
read_failures(const struct cursor_store_file *self, struct slice lines, struct failures *to, struct buf *keys,
              struct err *err)
{
	struct json json = {.tokens = NULL};
	struct buf scratch = BUF_INIT;
	int result = 0;

	buf_reserve(keys, lines.len);
	while (lines.len && result == 0) {
		const char *end = memchr(lines.ptr, '\n', lines.len);
		struct slice line = slice_of(lines.ptr, end ? (size_t)(end - lines.ptr) : lines.len);
		struct slice key;

		if (end == NULL || !failure_key(&json, line, &scratch, &key)) {
			result = report_damage(self, "a line after the first is not a record of a failed object", err);
		} else {
			if (!slice_equal_str(key, IDENTITY_KEY)) {
				buf_append_slice(keys, key);
				failures_add(to, slice_of(keys->data + keys->len - key.len, key.len), line);
			}
			lines = slice_of(end + 1, lines.len - line.len - 1);
		}
	}
	json_release(&json);
	buf_release(&scratch);
	return result;
}

/* The line of the identity that we are at, or that the file has if we do not know any. */
static void
append_identity(struct buf *text, const struct cursor_store_file *self, const struct content *content)
{
	struct slice identity = self->identity->text != NULL ? slice_of_str(self->identity->text) : content->identity;

	if (identity.len > 0)
		buf_printf(text,
		           IDENTITY_LINE
		           "%.*s\",\"reason\":\"no failed object: what this cursor belongs to\",\"stage\":\"cursor\"}\n",
		           SLICE_ARGS(identity));
}

/* The file's new text, from its content and the change. */
static int
make_text(const struct cursor_store_file *self, const struct content *content, const struct change *change,
          struct saved *saved, struct buf *text, struct err *err)
{
	struct failures failures = FAILURES_INIT;
	struct buf keys = BUF_INIT;
	int result;

	result = read_failures(self, content->failed, &failures, &keys, err);
	if (result && change->force) { /* a damaged list is given up with the damaged number */
		failures.count = 0;
		result = 0;
	}
	if (result == 0) {
		saved->removed = change->clear_all ? (int64_t)failures.count : 0;
		if (change->clear_all)
			failures.count = 0;
		for (size_t i = 0; i < change->count; i++)
			failures_add(&failures, change_key(change, i), change_record(change, i));
		saved->removed += failures_settle(&failures);
		buf_printf(text, "%lld\n", (long long)saved->cursor);
		append_identity(text, self, content);
		failures_write(&failures, text);
	}
	failures_release(&failures);
	buf_release(&keys);
	return result;
}

static int
save_locked(struct cursor_store_file *self, const struct change *change, struct saved *saved, struct err *err)
{
	struct content content;
	struct buf text = BUF_INIT;
	int result;

	if (read_content(self, &content, err))
		return -1;
	saved->cursor = content.damaged ? 0 : content.cursor;
	if (check_identity(self, &content, change->force, err) ||
	    cursor_store_check_not_lost(change, saved->cursor, self->file.path, err)) {
		buf_release(&content.text);
		return -1;
	}
	if (change->cursor >= 0 && (change->force || change->cursor > saved->cursor))
		saved->cursor = change->cursor;
	result = make_text(self, &content, change, saved, &text, err);
	/*
	 * If nothing changes, nothing is written. A missing file is the same as a cursor of 0, except
	 * to a person who sets it to 0.
	 */
	if (!content.there && change->cursor < 0) {
		buf_append_str(&content.text, "0\n");
		append_identity(&content.text, self, &content);
	}
	if (result == 0 && !slice_equal(slice_of_buf(&text), slice_of_buf(&content.text)))
		result = locked_file_replace(&self->file, slice_of_buf(&text), content.mode, err);
	buf_release(&text);
	buf_release(&content.text);
	return result;
}

static int
save_change(void *opaque, const struct change *change, struct saved *saved, struct err *err)
{
	struct cursor_store_file *self = opaque;
	int fd = locked_file_lock(&self->file, err);
	int result;

	if (fd < 0)
		return -1;
	result = save_locked(self, change, saved, err);
	close(fd);
	return result;
}

static int
append_failed_lines(void *opaque, struct buf *lines, struct err *err)
{
	struct cursor_store_file *self = opaque;
	struct failures failures = FAILURES_INIT;
	struct content content;
	struct buf keys = BUF_INIT;
	int result;

	if (read_content(self, &content, err))
		return -1;
	result = check_identity(self, &content, false, err);
	if (result == 0)
		result = read_failures(self, content.failed, &failures, &keys, err);
	if (result == 0) {
		failures_settle(&failures);
		failures_write(&failures, lines);
	}
	failures_release(&failures);
	buf_release(&keys);
	buf_release(&content.text);
	return result;
}

static int
adopt_locked(struct cursor_store_file *self, bool force, bool dry_run, int64_t *cursor, struct err *err)
{
	const struct change change = CHANGE_INIT;
	struct content content;
	struct saved saved;
	struct buf text = BUF_INIT;
	int result = 0;

	if (read_content(self, &content, err))
		return -1;
	saved.cursor = *cursor = content.cursor;
	if (content.there && !slice_equal_str(content.identity, self->identity->text)) {
		if (content.damaged || (content.identity.len > 0 && !force))
			result = check_identity(self, &content, false, err);
		if (result == 0)
			result = make_text(self, &content, &change, &saved, &text, err);
		if (result == 0 && !dry_run)
			result = locked_file_replace(&self->file, slice_of_buf(&text), content.mode, err);
		result = result < 0 ? -1 : 1;
	}
	buf_release(&text);
	buf_release(&content.text);
	return result;
}

static int
adopt_file(void *opaque, bool force, bool dry_run, int64_t *cursor, struct err *err)
{
	struct cursor_store_file *self = opaque;
	int fd, result;

	if (self->identity->text == NULL)
		return 0;
	fd = locked_file_lock(&self->file, err);
	if (fd < 0)
		return -1;
	result = adopt_locked(self, force, dry_run, cursor, err);
	close(fd);
	return result;
}

const struct cursor_store_kind cursor_store_file_kind = {
	.get = get_cursor,
	.save = save_change,
	.failed = append_failed_lines,
	.name = name_of,
	.older_name = name_of,
	.adopt = adopt_file,
	.free = free_store,
};

void *
cursor_store_file_new(const char *path, const struct identity *identity, struct err *err)
{
	struct cursor_store_file *self = mem_zero(1, sizeof(*self));

	if (locked_file_init(&self->file, path, err)) {
		free(self);
		return NULL;
	}
	self->name = mem_printf("file:%s", self->file.path);
	self->identity = identity;
	return self;
}

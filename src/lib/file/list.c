/*
 * Listing: the files beneath a bucket in the byte order of their whole keys, as S3 gives them. A
 * folder counts as "name/" among its neighbours, so walking the tree in that order is enough.
 *
 * The way down is a stack of fixed size. Only the innermost folder is open; the others are opened
 * again on the way back.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "file/file.h"

/*
 * Names held of the outermost folder; half of it a level down, and so on: at most about twice that
 * in all.
 */
#define BUDGET ((size_t)16 << 20)
#define BUDGET_LEAST ((size_t)32 << 10)

struct frame {
	size_t path_len; /* of list->key: the folder, with its '/' */
	struct file_chunk chunk;
	bool read, counted; /* names were read; all of them once, so that each link was counted */
	dev_t device;
	ino_t inode;
	const char *after; /* the part of start_after in this folder; NULL: it is before the folder */
};

struct file_list {
	struct store_list base;
	char *bucket, *prefix, *start_after;
	int bucket_fd;
	int folder; /* of the innermost frame; -1: to be opened */
	struct buf key;
	struct frame frames[FILE_DEPTH_MAX + 1];
	int depth; /* frames in use */
	struct buf last;
	char etag[128];
	bool started, told;
	int64_t links_left_out;
	struct buf link_example;
	struct err failed;
};

static struct log_site site_long;

static const struct file_store *
files_of(const struct file_list *list)
{
	return (const struct file_store *)list->base.store;
}

static int
list_fail(struct file_list *list, int error)
{
	if (list->failed.kind == ERR_NONE)
		file_fail(&list->failed, "LIST", FILE_SOURCE_FOLDER, error);
	return store_err_name(&list->failed, list->bucket, list->prefix);
}

static void
leave_folder(struct file_list *list)
{
	struct frame *frame = &list->frames[--list->depth];

	file_chunk_release(&frame->chunk);
	if (list->folder >= 0)
		close(list->folder);
	list->folder = -1;
}

/*
 * The next folder is the one in list->key. It is not entered if nothing after start_after can be in
 * it.
 */
static void
enter_folder(struct file_list *list)
{
	struct slice path = slice_of_buf(&list->key), after = slice_of_str(list->start_after);
	struct frame *frame;

	if (list->depth > FILE_DEPTH_MAX || list->key.len >= FILE_KEY_MAX) {
		log_warning_limited(
			&site_long, "s3://%s/%.200s...: left out of the listing, because it is deeper or longer than a key can be",
			list->bucket, buf_cstr(&list->key));
		return;
	}
	frame = &list->frames[list->depth];
	*frame = (struct frame){.path_len = path.len};
	if (slice_starts_with(after, path))
		frame->after = list->start_after + path.len;
	else if (slice_compare(path, after) < 0)
		return;
	list->depth++;
	if (list->folder >= 0)
		close(list->folder);
	list->folder = -1;
}

/*
 * For file_chunk_read: the names of the innermost folder that are to be listed, or may hold such.
 */
static bool
is_wanted(void *context, const char *name, size_t len)
{
	const struct file_list *list = context;
	const struct frame *frame = &list->frames[list->depth - 1];
	size_t prefix_len = strlen(list->prefix);

	if (frame->path_len < prefix_len) {
		size_t rest = prefix_len - frame->path_len;

		if (len < rest || memcmp(name, list->prefix + frame->path_len, rest) != 0)
			return false;
	}
	if (frame->after == NULL || strcmp(name, frame->after) > 0)
		return true;
	return name[len - 1] == '/' && strncmp(frame->after, name, len) == 0;
}

static void
leave_link_out(struct file_list *list, struct slice path)
{
	if (list->links_left_out++ == 0)
		buf_append_slice(&list->link_example, path);
}

/* Whether the folder is one that it is itself beneath: such a link leads in a circle. */
static bool
is_circle(const struct file_list *list, const struct stat *st)
{
	for (int i = 0; i < list->depth; i++)
		if (list->frames[i].device == st->st_dev && list->frames[i].inode == st->st_ino)
			return true;
	return false;
}

/* For file_chunk_read: what a link in the innermost folder leads to. */
static mode_t
follow_link(void *context, const char *name)
{
	struct file_list *list = context;
	const struct frame *frame = &list->frames[list->depth - 1];
	size_t prefix_len = strlen(list->prefix), len = strlen(name), rest = 0;
	struct stat st = {.st_mode = 0};
	mode_t mode = 0;
	int fd;

	if (frame->path_len < prefix_len)
		rest = prefix_len - frame->path_len;
	/*
	 * A name that the prefix excludes, whatever it links to. A folder's name may be the prefix
	 * without its '/'.
	 */
	if (rest > 0 && (len + 1 < rest || memcmp(name, list->prefix + frame->path_len, len < rest ? len : rest) != 0))
		return 0;
	list->key.len = frame->path_len;
	buf_append(&list->key, name, len);
	fd = list->key.len > FILE_KEY_MAX ? -1
	                                  : file_open_link(files_of(list), list->bucket_fd, buf_cstr(&list->key), O_PATH);
	if (fd >= 0) {
		if (fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || (S_ISDIR(st.st_mode) && !is_circle(list, &st))))
			mode = st.st_mode & S_IFMT;
		close(fd);
	}
	if (mode == 0 && !frame->counted)
		leave_link_out(list, slice_of_buf(&list->key));
	return mode;
}

/* Opens the innermost folder. Returns 0, 1 if it is gone, -1 with errno. */
static int
open_folder(struct file_list *list)
{
	char path[FILE_KEY_MAX + 1];
	size_t len = list->frames[list->depth - 1].path_len;
	const char *name;

	if (list->folder >= 0)
		return 0;
	memcpy(path, list->key.data == NULL ? "" : list->key.data, len);
	path[len] = '\0';
	list->folder = file_open_parent(files_of(list), list->bucket_fd, path, O_RDONLY, &name);
	if (list->folder >= 0)
		return 0;
	if (errno == ELOOP) {
		leave_link_out(list, slice_of_str(path));
		return 1;
	}
	return errno == ENOENT || errno == ENOTDIR ? 1 : -1;
}

/* The next names of the innermost folder. Returns 1 if there are some, 0 for none, -1 with err. */
static int
read_more_names(struct file_list *list)
{
	struct frame *frame = &list->frames[list->depth - 1];
	struct file_chunk *chunk = &frame->chunk;
	size_t budget = list->depth > 16 ? 0 : BUDGET >> (list->depth - 1);
	const char *last = NULL;
	struct stat st;
	int gone;

	if (frame->read && !chunk->more)
		return 0;
	if (frame->read && chunk->count > 0) {
		const struct file_chunk_entry *entry = &chunk->entries[chunk->count - 1];

		buf_reset(&list->last);
		buf_append(&list->last, chunk->names.data + entry->offset, entry->len);
		last = buf_cstr(&list->last);
	}
	gone = open_folder(list);
	if (gone < 0)
		return list_fail(list, errno);
	frame->read = true;
	if (gone) {
		chunk->more = false;
		return 0;
	}
	if (budget < BUDGET_LEAST)
		budget = BUDGET_LEAST;
	if (fstat(list->folder, &st) == 0) {
		frame->device = st.st_dev;
		frame->inode = st.st_ino;
	}
	if (file_chunk_read(chunk, list->folder, last, budget, is_wanted, follow_link, list) < 0)
		return list_fail(list, errno);
	frame->counted = true;
	return chunk->count > 0;
}

/*
 * Looks the file up. Returns 1 with *object, 0 if it is not (any longer) there as a file, -1 with
 * err.
 */
static int
stat_object(struct file_list *list, const char *name, struct store_object *object)
{
	struct stat st;
	int gone = open_folder(list), fd;

	if (gone < 0)
		return list_fail(list, errno);
	if (gone)
		return 0;
	if (fstatat(list->folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : list_fail(list, errno);
	if (S_ISLNK(st.st_mode)) {
		fd = file_open_link(files_of(list), list->bucket_fd, buf_cstr(&list->key), O_PATH);
		if (fd < 0)
			return 0; /* it was another a moment ago */
		if (fstat(fd, &st) < 0)
			st.st_mode = 0;
		close(fd);
	}
	if (!S_ISREG(st.st_mode))
		return 0;
	file_etag(&st, list->etag, sizeof(list->etag));
	object->key = slice_of_buf(&list->key);
	object->size = st.st_size;
	object->etag = slice_of_str(list->etag);
	object->modified = st.st_mtim.tv_sec;
	object->storage_class = slice_of("", 0);
	return 1;
}

/* The walk begins in the folder that the prefix names. */
static int
start_walk(struct file_list *list)
{
	struct file_store *files = (struct file_store *)list->base.store;
	const char *slash = strrchr(list->prefix, '/');
	size_t base_len = slash == NULL ? 0 : (size_t)(slash - list->prefix) + 1;
	const char *why;
	bool safe;

	list->started = true;
	list->bucket_fd = file_open_bucket(files->root, list->bucket, "LIST", &list->failed);
	if (list->bucket_fd < 0)
		return list_fail(list, 0);
	buf_append(&list->key, list->prefix, base_len);
	if (base_len > 0) {
		list->key.data[base_len - 1] = '\0';
		safe = file_key_safe(list->key.data, &why);
		list->key.data[base_len - 1] = '/';
		if (!safe)
			return 0; /* no key begins so */
	}
	enter_folder(list);
	return 0;
}

/* Once, at the end. */
static void
say_links(struct file_list *list)
{
	if (list->links_left_out > 0 && !list->told)
		log_warning(
			"s3://%s/%s: %lld symbolic %s left out, such as %s: only links that stay inside the bucket are followed",
			list->bucket, list->prefix, (long long)list->links_left_out,
			list->links_left_out == 1 ? "link is" : "links are", buf_cstr(&list->link_example));
	list->told = true;
}

static int
next_object(struct file_list *list, struct store_object *object)
{
	if (!list->started && start_walk(list) < 0)
		return -1;
	while (list->depth > 0) {
		struct frame *frame = &list->frames[list->depth - 1];
		const struct file_chunk_entry *entry;
		const char *name;
		int result;

		if (frame->chunk.next == frame->chunk.count) {
			result = read_more_names(list);
			if (result < 0)
				return -1;
			if (result == 0)
				leave_folder(list);
			continue;
		}
		entry = &frame->chunk.entries[frame->chunk.next++];
		name = frame->chunk.names.data + entry->offset;
		list->key.len = frame->path_len;
		buf_append(&list->key, name, entry->len);
		if (name[entry->len - 1] == '/') {
			enter_folder(list);
			continue;
		}
		if (list->key.len > FILE_KEY_MAX) {
			log_warning_limited(&site_long,
			                    "s3://%s/%.200s...: left out of the listing, because it is longer than a key can be",
			                    list->bucket, buf_cstr(&list->key));
			continue;
		}
		result = stat_object(list, name, object);
		if (result != 0)
			return result;
	}
	say_links(list);
	return 0;
}

struct store_list *
file_list_open(struct store *store, const char *bucket, const char *prefix, const char *start_after)
{
	struct file_list *list = mem_zero(1, sizeof(*list));

	list->base.store = store;
	list->bucket = mem_dup(bucket);
	list->prefix = mem_dup(prefix);
	list->start_after = mem_dup(start_after);
	list->bucket_fd = list->folder = -1;
	return &list->base;
}

int
file_list_next(struct store_list *base, struct store_object *object, struct err *err)
{
	struct file_list *list = (struct file_list *)base;
	int result = list->failed.kind != ERR_NONE ? -1 : next_object(list, object);

	if (result < 0)
		*err = list->failed;
	return result;
}

void
file_list_free(struct store_list *base)
{
	struct file_list *list = (struct file_list *)base;

	while (list->depth > 0)
		leave_folder(list);
	if (list->bucket_fd >= 0)
		close(list->bucket_fd);
	buf_release(&list->key);
	buf_release(&list->last);
	buf_release(&list->link_example);
	free(list->bucket);
	free(list->prefix);
	free(list->start_after);
	free(list);
}

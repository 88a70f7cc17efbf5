/*
 * The smallest names of a folder in byte order. Memory is bounded, however large the folder is:
 * when the budget is full, the larger half is dropped and left to a later reading of the folder.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "file/file.h"

static int
compare_entries(const void *a, const void *b, void *names)
{
	const struct file_chunk_entry *x = a, *y = b;

	return strcmp((const char *)names + x->offset, (const char *)names + y->offset);
}

static void
sort_entries(struct file_chunk *chunk)
{
	if (chunk->count > 1)
		qsort_r(chunk->entries, chunk->count, sizeof(chunk->entries[0]), compare_entries, chunk->names.data);
}

static const char *
name_of(const struct file_chunk *chunk, size_t entry)
{
	return chunk->names.data + chunk->entries[entry].offset;
}

static void
append_entry(struct file_chunk *chunk, const char *name, size_t len)
{
	chunk->entries = mem_grow(chunk->entries, chunk->count, &chunk->capacity, sizeof(chunk->entries[0]));
	chunk->entries[chunk->count++] = (struct file_chunk_entry){(uint32_t)chunk->names.len, (uint32_t)len};
	buf_append(&chunk->names, name, len + 1);
}

static size_t
bytes_used(const struct file_chunk *chunk)
{
	return chunk->names.len + chunk->count * sizeof(chunk->entries[0]);
}

/* Keeps the smaller half. A reading that halves n times costs n log n altogether. */
static void
keep_smaller_half(struct file_chunk *chunk)
{
	struct buf kept = BUF_INIT;

	if (chunk->count < 2)
		return;
	sort_entries(chunk);
	chunk->count /= 2;
	for (size_t i = 0; i < chunk->count; i++) {
		struct file_chunk_entry *entry = &chunk->entries[i];
		size_t at = kept.len;

		buf_append(&kept, chunk->names.data + entry->offset, entry->len + 1);
		entry->offset = (uint32_t)at;
	}
	buf_release(&chunk->names);
	chunk->names = kept;
	chunk->more = true;
}

/*
 * The entry as a part of a key, a folder with '/' after it; 0 for an entry that no listing shows.
 * `name` holds 257 bytes and a NUL.
 */
static size_t
listed_name(int folder, const struct dirent *entry, file_chunk_link *link, void *context, char *name)
{
	unsigned char type = entry->d_type;
	size_t len = strlen(entry->d_name);
	struct stat st;
	mode_t mode;

	if (!file_name_listed(entry->d_name))
		return 0;
	if (type == DT_UNKNOWN && fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		type = S_ISREG(st.st_mode) ? DT_REG : S_ISDIR(st.st_mode) ? DT_DIR : S_ISLNK(st.st_mode) ? DT_LNK : DT_FIFO;
	if (type == DT_LNK) {
		mode = link(context, entry->d_name);
		type = mode == S_IFREG ? DT_REG : mode == S_IFDIR ? DT_DIR : DT_LNK;
	}
	if (type != DT_REG && type != DT_DIR)
		return 0;
	memcpy(name, entry->d_name, len + 1);
	if (type == DT_DIR) {
		name[len++] = '/';
		name[len] = '\0';
	}
	return len;
}

static int
read_all(struct file_chunk *chunk, DIR *dir, const char *last, size_t budget, file_chunk_filter *filter,
         file_chunk_link *link, void *context)
{
	char name[sizeof(((struct dirent *)0)->d_name) + 2];
	size_t len, limit = SIZE_MAX; /* the entry that no name may come after */

	for (;;) {
		const struct dirent *entry;

		errno = 0;
		entry = readdir(dir);
		if (entry == NULL)
			return errno == 0 ? 0 : -1;
		len = listed_name(dirfd(dir), entry, link, context, name);
		if (len == 0 || (last != NULL && strcmp(name, last) <= 0) || !filter(context, name, len))
			continue;
		if (limit != SIZE_MAX && strcmp(name, name_of(chunk, limit)) > 0) {
			chunk->more = true;
			continue;
		}
		append_entry(chunk, name, len);
		if (bytes_used(chunk) > budget) {
			keep_smaller_half(chunk);
			limit = chunk->count - 1;
		}
	}
}

int
file_chunk_read(struct file_chunk *chunk, int folder, const char *last, size_t budget, file_chunk_filter *filter,
                file_chunk_link *link, void *context)
{
	/* Its own position in the folder, from the start. */
	int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = own < 0 ? NULL : fdopendir(own);
	int result, error;

	chunk->count = chunk->next = 0;
	chunk->more = false;
	buf_reset(&chunk->names);
	if (dir == NULL) {
		error = errno;
		if (own >= 0)
			close(own);
		errno = error;
		return -1;
	}
	result = read_all(chunk, dir, last, budget, filter, link, context);
	error = errno;
	closedir(dir);
	sort_entries(chunk);
	errno = error;
	return result;
}

void
file_chunk_release(struct file_chunk *chunk)
{
	buf_release(&chunk->names);
	free(chunk->entries);
	*chunk = (struct file_chunk){0};
}

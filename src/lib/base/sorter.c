/*
 * An external merge sort: see sorter.h. All runs lie one after the other in one file. Each is read
 * through its own buffer, and a heap finds the smallest of their first entries.
 */
#include "base/sorter.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"

/* The buffers of all runs share the memory that the entries had, but none is smaller than this. */
#define READ_MIN ((size_t)16 * 1024)

/* In front of the bytes of key and value. */
struct head {
	uint32_t key_len, value_len;
};

/* A sorted part of the file. */
struct run {
	off_t at, end; /* what is not yet read */
	struct buf buf;
	size_t used; /* of buf: the entries that were given */
};

struct sorter {
	size_t hold;
	struct buf entries; /* in memory: heads, keys and values */
	size_t *offsets;    /* of each entry */
	size_t count, capacity;
	int fd; /* -1: none */
	off_t size;
	struct run *runs;
	size_t run_count;
	/* while entries are taken */
	bool taking;
	size_t at;    /* in offsets, if all of it fits into memory */
	size_t *heap; /* indices of runs; [0] has the smallest entry */
	size_t heap_count;
	bool given; /* the entry of heap[0] was returned: the next call moves on */
};

/* The entry at `bytes`; returns its length. */
static size_t
read_entry(const char *bytes, struct slice *key, struct slice *value)
{
	struct head head;

	memcpy(&head, bytes, sizeof(head));
	*key = slice_of(bytes + sizeof(head), head.key_len);
	*value = slice_of(key->ptr + head.key_len, head.value_len);
	return sizeof(head) + head.key_len + head.value_len;
}

static int
compare_entries(const void *a, const void *b, void *entries)
{
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	struct slice left_key, right_key, value;
	int order;

	read_entry((const char *)entries + left, &left_key, &value);
	read_entry((const char *)entries + right, &right_key, &value);
	order = slice_compare(left_key, right_key);
	return order != 0 ? order : (left > right) - (left < right);
}

static void
sort_entries(struct sorter *sorter)
{
	if (sorter->count > 1)
		qsort_r(sorter->offsets, sorter->count, sizeof(*sorter->offsets), compare_entries, sorter->entries.data);
}

/* Writes the entries in memory as one more run. */
static int
spill_run(struct sorter *sorter, struct err *err)
{
	struct buf block = BUF_INIT;
	int result = 0;

	if (sorter->fd < 0)
		sorter->fd = io_open_temporary(err);
	if (sorter->fd < 0)
		return -1;
	sort_entries(sorter);
	for (size_t i = 0; i < sorter->count && result == 0; i++) {
		const char *entry = sorter->entries.data + sorter->offsets[i];
		struct slice key, value;

		buf_append(&block, entry, read_entry(entry, &key, &value));
		if (block.len >= READ_MIN * 4 || i + 1 == sorter->count) {
			if (io_write_all(sorter->fd, block.data, block.len) < 0)
				result = err_set_errno(err, ERR_TEMPORARY, "cannot write a temporary file");
			buf_reset(&block);
		}
	}
	buf_release(&block);
	sorter->runs = mem_resize(sorter->runs, sorter->run_count + 1, sizeof(*sorter->runs));
	sorter->runs[sorter->run_count++] = (struct run){
		.at = sorter->size,
		.end = sorter->size + (off_t)sorter->entries.len,
	};
	sorter->size += (off_t)sorter->entries.len;
	buf_reset(&sorter->entries);
	sorter->count = 0;
	return result;
}

/*
 * Whether the run's buffer holds a whole entry after the one that was returned; *len is its length.
 */
static bool
has_entry(const struct run *run, size_t *len)
{
	size_t left = run->buf.len - run->used;
	struct slice key, value;

	if (left < sizeof(struct head))
		return false;
	*len = read_entry(run->buf.data + run->used, &key, &value);
	return *len <= left;
}

/* Reads on until the run's next entry is whole. Returns 1, 0 at the run's end, -1 with err. */
static int
fill_run(struct sorter *sorter, struct run *run, struct err *err)
{
	size_t share = sorter->hold / sorter->run_count, len;

	while (!has_entry(run, &len)) {
		size_t wanted = share > READ_MIN ? share : READ_MIN;
		ssize_t n;

		if (run->at == run->end)
			return 0;
		if ((off_t)wanted > run->end - run->at)
			wanted = (size_t)(run->end - run->at);
		buf_consume(&run->buf, run->used);
		run->used = 0;
		buf_reserve(&run->buf, wanted);
		n = pread(sorter->fd, run->buf.data + run->buf.len, wanted, run->at);
		if (n == 0)
			errno = EIO; /* somebody cut the file */
		if (n <= 0)
			return err_set_errno(err, ERR_TEMPORARY, "cannot read a temporary file");
		run->buf.len += (size_t)n;
		run->at += n;
	}
	return 1;
}

/*
 * Whether the first entry of run a comes before that of run b; of equal keys the earlier run's
 * comes first.
 */
static bool
run_before(const struct sorter *sorter, size_t a, size_t b)
{
	const struct run *left = &sorter->runs[a], *right = &sorter->runs[b];
	struct slice left_key, right_key, value;
	int order;

	read_entry(left->buf.data + left->used, &left_key, &value);
	read_entry(right->buf.data + right->used, &right_key, &value);
	order = slice_compare(left_key, right_key);
	return order != 0 ? order < 0 : a < b;
}

static void
sift_down(struct sorter *sorter, size_t at)
{
	for (;;) {
		size_t least = at, swap;

		for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < sorter->heap_count; child++) {
			if (run_before(sorter, sorter->heap[child], sorter->heap[least]))
				least = child;
		}
		if (least == at)
			return;
		swap = sorter->heap[at];
		sorter->heap[at] = sorter->heap[least];
		sorter->heap[least] = swap;
		at = least;
	}
}

/* From adding to taking. */
static int
begin_taking(struct sorter *sorter, struct err *err)
{
	sorter->taking = true;
	if (sorter->run_count == 0) {
		sort_entries(sorter);
		return 0;
	}
	if (sorter->count > 0 && spill_run(sorter, err) < 0)
		return -1;
	/* The memory goes to the runs' buffers. */
	buf_release(&sorter->entries);
	free(sorter->offsets);
	sorter->offsets = NULL;
	sorter->heap = mem_zero(sorter->run_count, sizeof(*sorter->heap));
	for (size_t i = 0; i < sorter->run_count; i++) {
		if (fill_run(sorter, &sorter->runs[i], err) < 0)
			return -1;
		sorter->heap[sorter->heap_count++] = i;
	}
	for (size_t i = sorter->heap_count / 2; i-- > 0;)
		sift_down(sorter, i);
	return 0;
}

/* Moves past the entry that was returned. */
static int
pass_entry(struct sorter *sorter, struct err *err)
{
	struct run *run = &sorter->runs[sorter->heap[0]];
	size_t len;
	int result;

	sorter->given = false;
	if (has_entry(run, &len))
		run->used += len;
	result = fill_run(sorter, run, err);
	if (result < 0)
		return -1;
	if (result == 0) {
		buf_release(&run->buf);
		sorter->heap[0] = sorter->heap[--sorter->heap_count];
	}
	sift_down(sorter, 0);
	return 0;
}

struct sorter *
sorter_new(size_t hold)
{
	struct sorter *sorter = mem_zero(1, sizeof(*sorter));

	sorter->hold = hold;
	sorter->fd = -1;
	return sorter;
}

int
sorter_add(struct sorter *sorter, struct slice key, struct slice value, struct err *err)
{
	const struct head head = {(uint32_t)key.len, (uint32_t)value.len};

	sorter->offsets = mem_grow(sorter->offsets, sorter->count, &sorter->capacity, sizeof(sorter->offsets[0]));
	sorter->offsets[sorter->count++] = sorter->entries.len;
	buf_append(&sorter->entries, &head, sizeof(head));
	buf_append_slice(&sorter->entries, key);
	buf_append_slice(&sorter->entries, value);
	if (sorter->entries.len + sorter->count * sizeof(*sorter->offsets) < sorter->hold)
		return 0;
	return spill_run(sorter, err);
}

int
sorter_next(struct sorter *sorter, struct slice *key, struct slice *value, struct err *err)
{
	struct run *run;

	if (!sorter->taking && begin_taking(sorter, err) < 0)
		return -1;
	if (sorter->run_count == 0) {
		if (sorter->at == sorter->count)
			return 0;
		assert(sorter->offsets != NULL);
		read_entry(sorter->entries.data + sorter->offsets[sorter->at++], key, value);
		return 1;
	}
	if (sorter->given && pass_entry(sorter, err) < 0)
		return -1;
	if (sorter->heap_count == 0)
		return 0;
	run = &sorter->runs[sorter->heap[0]];
	read_entry(run->buf.data + run->used, key, value);
	sorter->given = true;
	return 1;
}

void
sorter_free(struct sorter *sorter)
{
	if (sorter == NULL)
		return;
	for (size_t i = 0; i < sorter->run_count; i++)
		buf_release(&sorter->runs[i].buf);
	if (sorter->fd >= 0)
		close(sorter->fd);
	buf_release(&sorter->entries);
	free(sorter->offsets);
	free(sorter->runs);
	free(sorter->heap);
	free(sorter);
}

/* From an SVG file to an element of HTML. */
#include "senstat/figure.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"

enum { FILE_BYTES_MAX = 16 * 1024 * 1024 };

/* If an element without children starts here: what is behind its end; else NULL. */
static const char *
skip_element(struct slice at, struct slice start, struct slice end)
{
	const char *less;

	if (!slice_starts_with(at, start))
		return NULL;
	less = memchr(at.ptr + start.len, '<', at.len - start.len);
	if (less == NULL || !slice_starts_with(slice_of(less, at.len - (size_t)(less - at.ptr)), end))
		return NULL;
	return less + end.len;
}

static void
append_renamed(struct buf *to, struct slice at, const char *name)
{
	static const char *const before_id[] = {"id=\"", "id='", "url(#", "href='#", "href=\"#"};
	const char *next;

	while (at.len > 0) {
		next = skip_element(at, SLICE("<title>"), SLICE("</title>"));
		if (next == NULL)
			next = skip_element(at, SLICE("<desc>"), SLICE("</desc>"));
		if (next != NULL) {
			at = slice_of(next, at.len - (size_t)(next - at.ptr));
			continue;
		}
		for (size_t i = 0; i < sizeof(before_id) / sizeof(before_id[0]); i++) {
			struct slice mark = slice_of_str(before_id[i]);

			if (!slice_starts_with(at, mark))
				continue;
			buf_append_slice(to, mark);
			buf_printf(to, "%s-", name);
			at = slice_of(at.ptr + mark.len, at.len - mark.len);
			break;
		}
		if (at.len > 0) {
			buf_append_byte(to, *at.ptr);
			at = slice_of(at.ptr + 1, at.len - 1);
		}
	}
}

int
figure_append(struct buf *to, const char *folder, const char *name, struct err *err)
{
	char *path = mem_printf("%s/%s.svg", folder, name);
	struct buf file = BUF_INIT;
	const char *start;
	int found = 0;

	if (access(path, F_OK) == 0 || errno != ENOENT)
		found = io_read_file(path, FILE_BYTES_MAX, &file, err) < 0 ? -1 : 1;
	if (found > 0) {
		start = memmem(file.data, file.len, "<svg", 4);
		if (start != NULL)
			append_renamed(to, slice_of(start, file.len - (size_t)(start - file.data)), name);
		else
			found = 0;
	}
	buf_release(&file);
	free(path);
	return found;
}

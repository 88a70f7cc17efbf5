/*
 * Any bytes as lines, in blocks of any size and with any limit: what comes out is what a plain split at
 * '\n' gives. The first two bytes choose the limit and the blocks.
 */
#include <stdlib.h>

#include "streams/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct expected {
	struct slice rest;
	size_t max;
	uint64_t number;
};

/* The next line of the plain split must be this one. */
static void
expect(struct expected *expected, enum line kind, struct slice line, bool terminated)
{
	const char *end = memchr(expected->rest.ptr, '\n', expected->rest.len);
	size_t len = end == NULL ? expected->rest.len : (size_t)(end - expected->rest.ptr);

	if ((end != NULL) != terminated || (kind == LINE_LONG) != (len > expected->max))
		abort();
	if (kind == LINE_WHOLE && !slice_equal(line, slice_of(expected->rest.ptr, len)))
		abort();
	expected->number++;
	len += terminated;
	expected->rest = slice_of(expected->rest.ptr + len, expected->rest.len - len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lines lines;
	struct expected expected;
	struct slice line;
	size_t step, at, len;
	unsigned taken;
	enum line kind;

	if (size < 2)
		return 0;
	expected = (struct expected){slice_of((const char *)data + 2, size - 2), data[0], 0};
	step = (data[1] & 127u) + 1;
	lines_init(&lines, expected.max);
	for (at = 2; at < size; at += len) {
		len = size - at < step ? size - at : step;
		lines_feed(&lines, data + at, len);
		/* With the top bit set, not all is taken before more comes. */
		for (taken = 0; data[1] < 128 || taken < 2; taken++) {
			kind = lines_next(&lines, &line);
			if (kind == LINE_MORE)
				break;
			expect(&expected, kind, line, true);
		}
	}
	while ((kind = lines_next(&lines, &line)) != LINE_MORE)
		expect(&expected, kind, line, true);
	kind = lines_rest(&lines, &line);
	if (kind != LINE_MORE)
		expect(&expected, kind, line, false);
	if (expected.rest.len > 0 || lines.number != expected.number)
		abort();
	lines_release(&lines);
	return 0;
}

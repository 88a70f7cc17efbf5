/* stdin to one object. */
#include "s3put/single.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/signals.h"
#include "json/json.h"

enum { BLOCK = 256 * 1024 };

/* Waits in the store, so that parts under way move on. */
static int
copy_stdin(struct store *store, struct sink *sink, char *block, struct err *err)
{
	for (;;) {
		int readable = store_wait(store, STDIN_FILENO, -1);
		ssize_t n;

		if (readable < 0)
			return -1;
		if (readable == 0)
			continue;
		n = io_read(STDIN_FILENO, block, BLOCK);
		if (n < 0 && !signals_stop())
			return err_set_errno(err, ERR_FAILED, "cannot read stdin");
		if (n <= 0)
			return (int)n;
		if (sink_write(sink, slice_of(block, (size_t)n), err) < 0)
			return -1;
	}
}

static void
write_receipt(struct out *out, const char *key, const struct store_info *info, bool dry_run)
{
	struct buf line = BUF_INIT;

	buf_append_str(&line, "{\"key\":");
	json_quote(&line, slice_of_str(key));
	if (info->etag[0] != '\0') {
		buf_append_str(&line, ",\"etag\":");
		json_quote(&line, slice_of_str(info->etag));
	}
	buf_append_str(&line, ",\"bytes\":");
	buf_append_int(&line, info->size);
	buf_append_str(&line, dry_run ? ",\"dry_run\":true}\n" : "}\n");
	out_write_slice(out, slice_of_buf(&line));
	buf_release(&line);
}

int
single_run(struct store *store, const char *bucket, const char *key, enum compression compress,
           const struct store_put_options *options, struct out *out, int64_t *bytes, struct err *err)
{
	struct sink sink = {.put = NULL};
	char *block = mem_alloc(BLOCK);
	struct store_info info;
	int result;

	sink_open(&sink, store, bucket, key, compress, *options);
	result = copy_stdin(store, &sink, block, err);
	if (result == 0)
		result = sink_finish(&sink, err);
	if (result == 0) {
		sink_commit(&sink);
		result = store_put_wait(sink.put, true, &info, err) == 1 ? 0 : -1;
	}
	if (result == 0) {
		*bytes = info.size;
		write_receipt(out, key, &info, options->dry_run);
	}
	sink_release(&sink);
	free(block);
	return result;
}

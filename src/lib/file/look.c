/* What is known of a file; no waiting. */
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "file/file.h"

struct file_look {
	struct store_look base;
	struct store_info info;
	bool absent;
	struct err err;
};

struct store_look *
file_look_open(struct store *store, const char *bucket, const char *key)
{
	struct file_look *look = mem_zero(1, sizeof(*look));
	struct stat st;
	int fd = file_get_file((struct file_store *)store, bucket, key, "HEAD", &look->absent, &st, &look->err);

	look->base.store = store;
	if (fd < 0) {
		store_err_name(&look->err, bucket, key);
		return &look->base;
	}
	look->info.size = st.st_size;
	file_etag(&st, look->info.etag, sizeof(look->info.etag));
	file_meta_read_etag(fd, look->info.source_etag);
	close(fd);
	return &look->base;
}

int
file_look_wait(struct store_look *base, bool wait, struct store_info *info, struct err *err)
{
	const struct file_look *look = (const struct file_look *)base;

	(void)wait;
	if (look->absent)
		return 0;
	if (look->err.kind != ERR_NONE) {
		*err = look->err;
		return -1;
	}
	*info = look->info;
	return 1;
}

void
file_look_free(struct store_look *base)
{
	free(base);
}

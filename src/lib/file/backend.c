/* The embedded store itself: opening, ending, waiting; its table of operations. */
#include "file/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/signals.h"
#include "file/file.h"

/* A signal that comes just before poll(2) is noticed no later than this. */
#define WAIT_SLICE_MS 200

static void
file_free(struct store *store)
{
	struct file_store *files = (struct file_store *)store;

	file_clean_free(files);
	file_pool_free(files->pool);
	close(files->root);
	free(files->folders);
	free(files->path);
	for (int i = 0; i < FILE_HOMES; i++)
		free(files->homes[i]);
	free(files);
}

static int
file_wait(struct store *store, int fd, int timeout_ms)
{
	struct file_store *files = (struct file_store *)store;
	struct pollfd fds[2] = {{.fd = file_pool_event(files->pool), .events = POLLIN}, {.fd = fd, .events = POLLIN}};
	int64_t until = clock_mono_ms() + timeout_ms;

	for (;;) {
		int64_t left = timeout_ms < 0 ? WAIT_SLICE_MS : until - clock_mono_ms();
		int n;

		if (signals_stop())
			return -1;
		n = poll(fds, 2, (int)(left < 0 ? 0 : left < WAIT_SLICE_MS ? left : WAIT_SLICE_MS));
		if (n < 0 && errno != EINTR)
			return fd >= 0; /* read(2) will report the error */
		if (n > 0) {
			if (fds[0].revents)
				file_pool_drain(files->pool);
			return fd >= 0 && fds[1].revents != 0;
		}
		if (n == 0 && timeout_ms >= 0 && left <= WAIT_SLICE_MS)
			return 0;
		/* Nothing will ever change: a wait without end would be one. */
		if (fd < 0 && timeout_ms < 0 && !file_pool_busy(files->pool))
			return 0;
	}
}

static int64_t
file_retries(const struct store *store)
{
	(void)store;
	return 0;
}

static int
file_describe(struct store *store, struct buf *to, struct err *err)
{
	(void)err;
	buf_printf(to, "store: a folder\naccess_key: none (not needed)\nendpoint: file://%s\n",
	           ((const struct file_store *)store)->path);
	return 0;
}

static const struct store_ops file_ops = {
	.free = file_free,
	.wait = file_wait,
	.retries = file_retries,
	.describe = file_describe,
	.list_open = file_list_open,
	.list_next = file_list_next,
	.list_free = file_list_free,
	.get_open = file_get_open,
	.get_read = file_get_read,
	.get_free = file_get_free,
	.put_open = file_put_open,
	.put_write = file_put_write,
	.put_commit = file_put_commit,
	.put_wait = file_put_wait,
	.put_free = file_put_free,
	.look_open = file_look_open,
	.look_wait = file_look_wait,
	.look_free = file_look_free,
	.remove = file_remove,
};

struct store *
file_store_open(const char *folder, const struct settings *settings, struct err *err)
{
	static const char *const homes[FILE_HOMES] = {"raw_prefix", "mod_prefix", "reject_prefix"};
	struct file_store *files;
	struct file_pool *pool;
	int root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (root < 0) {
		err_set_errno(err, ERR_USAGE, "cannot open the store's folder %s (endpoint_url, %s)", folder,
		              settings_origin(settings, "endpoint_url"));
		return NULL;
	}
	pool = file_pool_new();
	if (pool == NULL) {
		err_set_errno(err, ERR_TEMPORARY, "cannot make an eventfd");
		close(root);
		return NULL;
	}
	files = mem_zero(1, sizeof(*files));
	files->base.ops = &file_ops;
	files->root = root;
	files->path = mem_dup(folder);
	for (int i = 0; i < FILE_HOMES; i++)
		files->homes[i] = mem_dup(settings_text(settings, homes[i]));
	files->pool = pool;
	return &files->base;
}

/* An object taken away: unlinked, and the folder brought to the disk. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "file/file.h"

/* Returns 0 if the file is gone for good, or -1 with errno. */
static int
unlink_in(int folder, const char *name)
{
	if (unlinkat(folder, name, 0) < 0)
		return errno == ENOENT ? 0 : -1;
	return fsync(folder);
}

int
file_remove(struct store *store, const char *bucket, const char *key, struct err *err)
{
	struct file_store *files = (struct file_store *)store;
	const char *why, *name;
	int at, folder, result;

	if (!file_key_safe(key, &why)) {
		err_set(err, ERR_OBJECT, "DELETE: %s", why);
		return store_err_name(err, bucket, key);
	}
	at = file_open_bucket(files->root, bucket, "DELETE", err);
	if (at < 0)
		return store_err_name(err, bucket, key);
	folder = file_open_parent(files, at, key, O_RDONLY, &name);
	result = folder < 0 ? (errno == ENOENT ? 0 : -1) : unlink_in(folder, name);
	if (result < 0) {
		file_fail(err, "DELETE", folder < 0 ? FILE_TARGET_FOLDER : FILE_TARGET, errno);
		store_err_name(err, bucket, key);
	}
	if (folder >= 0)
		close(folder);
	close(at);
	return result;
}

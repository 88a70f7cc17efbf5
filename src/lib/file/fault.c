/*
 * The embedded store's errors by errno: whose fault each is (base/err.h), and its name. The first
 * row that fits decides.
 *
 * The rule is S3's: only a fault of the file itself is proof against its object. A folder above it,
 * a permission, a mount would stop the next object as well. An error that may pass is nobody's
 * fault, and so is every errno that is not in the table.
 */
#include <errno.h>
#include <string.h>

#include "file/file.h"

enum {
	ANYWHERE = ~0,
	FOLDERS = FILE_SOURCE_FOLDER | FILE_SOURCE_HOME | FILE_TARGET_FOLDER,
	ITSELF = FILE_SOURCE | FILE_TARGET,
};

struct row {
	int error;
	int where; /* enum file_where */
	enum err_kind kind;
	int status;         /* S3's, if it has one for this: then `word` is its code; 0: it has not */
	const char *word;   /* NULL: strerror()'s */
	const char *detail; /* NULL: strerror()'s; "": none */
	const char *advice;
};

/* clang-format off */
static const struct row table[] = {
	{ENOENT,       FILE_SOURCE | FILE_SOURCE_FOLDER, ERR_OBJECT, 404, "NoSuchKey", NULL, NULL},
	{ENOENT,       FILE_SOURCE_HOME, ERR_ACCESS, 0, "the folder of all raw objects is not there", "", "check raw_prefix, and that its file system is mounted"},
	{ENOENT,       FILE_TARGET | FILE_TARGET_FOLDER, ERR_TEMPORARY, 0, "its folder was removed meanwhile", "", NULL},
	{ENOENT,       FILE_BUCKET, ERR_ACCESS, 404, "NoSuchBucket", "make a folder of that name in the store's", NULL},
	{ENOTDIR,      FILE_BUCKET, ERR_ACCESS, 404, "NoSuchBucket", "not a folder", NULL},
	{ENOTDIR,      FILE_SOURCE_FOLDER | FILE_SOURCE_HOME, ERR_ACCESS, 404, "NoSuchKey", "a folder of the key is a file", NULL},
	{ENOTDIR,      ANYWHERE, ERR_ACCESS, 0, "a folder of the key is a file", "", NULL},
	{ELOOP,        FILE_SOURCE, ERR_OBJECT, 0, "a symbolic link leads out of the bucket", "", NULL},
	{ELOOP,        FILE_TARGET, ERR_OBJECT, 0, "a symbolic link is in its place", "", NULL},
	{ELOOP,        FOLDERS, ERR_ACCESS, 0, "a symbolic link leads out of the bucket", "", "only the folders of raw_prefix, mod_prefix and reject_prefix may be such links: mount (--bind) or move the folder"},
	{ENXIO,        FILE_SOURCE, ERR_OBJECT, 0, "not a regular file", "", NULL},
	{EISDIR,       FILE_TARGET, ERR_OBJECT, 0, "a folder of that name is there", "", NULL},
	{EEXIST,       FILE_TARGET, ERR_OBJECT, 412, "PreconditionFailed", "the key is there already", NULL},
	{ENAMETOOLONG, ANYWHERE & ~FILE_BUCKET, ERR_OBJECT, 0, NULL, NULL, NULL},
	{EFBIG,        FILE_TARGET, ERR_OBJECT, 0, NULL, NULL, NULL},
	{EACCES,       ANYWHERE, ERR_ACCESS, 403, "AccessDenied", NULL, "check owner and mode of the file and of the folders above it"},
	{EPERM,        ANYWHERE, ERR_ACCESS, 403, "AccessDenied", NULL, "check owner, mode and attributes of the file and of the folders above it"},
	{EROFS,        ANYWHERE, ERR_ACCESS, 0, NULL, NULL, "mount the file system for writing"},
	{EINVAL,       ANYWHERE, ERR_ACCESS, 0, NULL, NULL, "the file system lacks what a store needs, or cannot have such a name"},
	{EXDEV,        ANYWHERE, ERR_ACCESS, 0, NULL, NULL, "the file system lacks what a store needs"},
	{ENOSYS,       ANYWHERE, ERR_ACCESS, 0, NULL, NULL, "the file system lacks what a store needs"},
	{EOPNOTSUPP,   ANYWHERE, ERR_ACCESS, 0, NULL, NULL, "the file system lacks what a store needs"},
	{ENOSPC,       ANYWHERE, ERR_TEMPORARY, 0, NULL, NULL, "make room on the disk"},
	{EDQUOT,       ANYWHERE, ERR_TEMPORARY, 0, NULL, NULL, "make room, or raise the quota"},
	{EINTR,        ANYWHERE, ERR_TEMPORARY, 0, "interrupted", "", NULL},
};
/* clang-format on */

/* EIO, ESTALE, EMFILE, ENOMEM, ...: a disk or server that is ill, or too little of something. */
static const struct row any_other = {0, ANYWHERE, ERR_TEMPORARY, 0, NULL, NULL, NULL};

int
file_fail(struct err *err, const char *verb, enum file_where where, int error)
{
	const struct row *row = &any_other;
	const char *detail;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]) && row == &any_other; i++) {
		if (table[i].error == error && (table[i].where & (int)where) != 0)
			row = &table[i];
	}
	detail = row->detail != NULL ? row->detail : strerror(error);
	if (row->status != 0)
		err_set_answer(err, row->kind, verb, row->status, row->word);
	else
		err_set_operation(err, row->kind, verb, "%s", row->word != NULL ? row->word : detail);
	if (row->word != NULL)
		err_set_detail(err, "%s", detail);
	err->advice = row->advice;
	return -1;
}

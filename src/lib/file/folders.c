/* The folders that a writer has seen, so that each is synced once. */
#include "base/mem.h"
#include "file/file.h"

/* Folders that are remembered; beyond that each put syncs all its parents again. */
#define FOLDERS_MAX 4096

struct file_folder *
file_folder(struct file_store *files, const struct stat *st, bool *is_new)
{
	*is_new = false;
	/* Few folders, and the newest is the likeliest: from the back. */
	for (size_t i = files->folder_count; i-- > 0;)
		if (files->folders[i].inode == st->st_ino && files->folders[i].device == st->st_dev)
			return &files->folders[i];
	*is_new = true;
	if (files->folder_count == FOLDERS_MAX)
		return NULL;
	if (files->folders == NULL)
		files->folders = mem_zero(FOLDERS_MAX, sizeof(*files->folders));
	files->folders[files->folder_count] = (struct file_folder){st->st_dev, st->st_ino, false};
	return &files->folders[files->folder_count++];
}

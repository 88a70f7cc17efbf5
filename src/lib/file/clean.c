/* Temporary files of writers that were killed. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/mem.h"
#include "file/file.h"

/*
 * This many entries are checked even if the store is about to close; that takes a tenth of a
 * second.
 */
#define ENTRIES_SURE 200000

struct file_clean {
	struct file_job job;
	int folder;
	atomic_bool hurry; /* the store is about to close */
	struct file_clean *next;
};

/* ".tmp-PID-N", as put.c makes them; other programs' .tmp- files are left alone. */
static bool
is_ours(const char *name)
{
	const char *at = name + sizeof(FILE_TEMPORARY) - 1;

	if (strncmp(name, FILE_TEMPORARY, sizeof(FILE_TEMPORARY) - 1) != 0 || !isdigit((unsigned char)*at))
		return false;
	while (isdigit((unsigned char)*at))
		at++;
	if (*at++ != '-' || !isdigit((unsigned char)*at))
		return false;
	while (isdigit((unsigned char)*at))
		at++;
	return *at == '\0';
}

static void
remove_if_dead(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	struct stat open_st, st;

	if (fd < 0)
		return;
	/* The lock is on the file, the name may have become another's meanwhile. */
	if (fstat(fd, &open_st) == 0 && S_ISREG(open_st.st_mode) && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	    fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_ino == open_st.st_ino &&
	    st.st_dev == open_st.st_dev)
		unlinkat(folder, name, 0);
	close(fd);
}

static void
clean_folder(struct file_job *job)
{
	struct file_clean *cleaning = (struct file_clean *)job;
	DIR *dir = fdopendir(cleaning->folder);
	const struct dirent *entry;

	if (dir == NULL)
		return;
	for (int seen = 0; (entry = readdir(dir)) != NULL; seen++) {
		if (seen >= ENTRIES_SURE && cleaning->hurry)
			break;
		if (is_ours(entry->d_name))
			remove_if_dead(dirfd(dir), entry->d_name);
	}
	closedir(dir);
	cleaning->folder = -1; /* went with it */
}

bool
file_temporary_lock(int fd)
{
	struct stat st;

	/* On a file system without locks nobody can take one, so nothing is removed. */
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno != EWOULDBLOCK; /* somebody is just about to remove it */
	return fstat(fd, &st) == 0 && st.st_nlink > 0;
}

void
file_clean_start(struct file_store *files, int folder)
{
	struct file_clean *cleaning;
	/* Not dup(2): the two would share the place in the folder. */
	int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (own < 0)
		return;
	cleaning = mem_zero(1, sizeof(*cleaning));
	cleaning->job.run = clean_folder;
	cleaning->folder = own;
	cleaning->next = files->cleaning;
	files->cleaning = cleaning;
	file_pool_submit(files->pool, &cleaning->job);
}

void
file_clean_free(struct file_store *files)
{
	for (struct file_clean *at = files->cleaning; at != NULL; at = at->next)
		at->hurry = true;
	while (files->cleaning != NULL) {
		struct file_clean *cleaning = files->cleaning;

		files->cleaning = cleaning->next;
		while (!file_pool_wait(files->pool, &cleaning->job, 1000))
			;
		if (cleaning->folder >= 0)
			close(cleaning->folder);
		free(cleaning);
	}
}

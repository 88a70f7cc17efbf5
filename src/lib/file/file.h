/*
 * The embedded store: a folder with a folder for each bucket and a file for each object. Private to
 * the file*.c beside it.
 *
 * A key is "part/part/name". It never leaves its bucket: every part is opened from the folder
 * before it, and no part is "." or "..". The root folder, a bucket and the folders of raw_prefix,
 * mod_prefix and reject_prefix (the homes) may be symbolic links to anywhere. Any other link is
 * followed only if its target is beneath the bucket, or beneath the home that the key is in
 * (openat2(2), RESOLVE_BENEATH).
 */
#ifndef FILE_FILE_H
#define FILE_FILE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/backend.h"

/* S3's own limit of a key, and Linux's of a part. 1,024 bytes hold at most 512 parts. */
#define FILE_KEY_MAX 1024
#define FILE_DEPTH_MAX 512

enum { FILE_HOMES = 3 };

struct file_store;

/*
 * The prefix of files that are being written: no part of a key may start with it, and no listing
 * shows it.
 */
#define FILE_TEMPORARY ".tmp-"

/* --- path.c: keys as paths --- */

/* Whether the key can be a file in a bucket. False with *why, a static text. */
bool file_key_safe(const char *key, const char **why);

/*
 * Whether a name that stands in a folder may be a part of a key (any name but those of temporary
 * files).
 */
bool file_name_listed(const char *name);

/* The folder of a bucket. Returns a descriptor, or -1 with err ("VERB: 404 NoSuchBucket ..."). */
int file_open_bucket(int root, const char *bucket, const char *verb, struct err *err);

/*
 * The folder of the key's last part. *name becomes the last part (points into key). `flags` of
 * open(2) for that folder. Returns a descriptor, or -1 with errno (ELOOP for a link that leads out
 * of the bucket, or if the kernel cannot tell).
 */
int file_open_parent(const struct file_store *files, int bucket, const char *key, int flags, const char **name);

/*
 * The same, and makes the folders that are missing. *made becomes how many it made, also if it
 * fails; *depth the number of folders beneath the bucket, or beneath the last link.
 */
int file_make_parent(const struct file_store *files, int bucket, const char *key, const char **name, int *made,
                     int *depth);

/*
 * The file or folder of a whole key, through links that do not lead out. Returns a descriptor, or
 * -1 with errno as above.
 */
int file_open_link(const struct file_store *files, int bucket, const char *path, int flags);

/* Removes `made` folders again, from the innermost, as long as they are empty. */
void file_unmake_parent(const struct file_store *files, int bucket, const char *key, int made);

/* "size-mtime-inode" in hexadecimal: changes whenever the file is written again. */
void file_etag(const struct stat *st, char *etag, size_t size);

/* --- fault.c: whose fault an errno is --- */

/* The kind of file that an errno is about. */
enum file_where {
	FILE_BUCKET = 1,         /* a bucket's folder */
	FILE_SOURCE = 2,         /* the file that is read */
	FILE_SOURCE_FOLDER = 4,  /* a folder above it */
	FILE_SOURCE_HOME = 8,    /* such a folder that all raw objects are in */
	FILE_TARGET = 16,        /* the file that is written or removed */
	FILE_TARGET_FOLDER = 32, /* a folder above it */
};

/* Fills err with "VERB: ...", and the kind and advice that the errno deserves there. Returns -1. */
int file_fail(struct err *err, const char *verb, enum file_where where, int error);

/* --- pool.c: threads for what waits for the disk --- */

struct file_pool;

struct file_job {
	void (*run)(struct file_job *job); /* in a thread of the pool */
	struct file_job *next;
	enum { FILE_JOB_IDLE, FILE_JOB_QUEUED, FILE_JOB_RUNNING, FILE_JOB_DONE } state; /* under the pool's lock */
};

struct file_pool *file_pool_new(void);
void file_pool_free(struct file_pool *pool); /* jobs still queued are not run */

/* Becomes readable when a job is done. file_pool_drain() makes it unreadable again. */
int file_pool_event(const struct file_pool *pool);
void file_pool_drain(struct file_pool *pool);

void file_pool_submit(struct file_pool *pool, struct file_job *job);
/* Whether there is a job that is not done yet. */
bool file_pool_busy(struct file_pool *pool);
/* Waits up to timeout_ms (0: not at all). True if the job is done. */
bool file_pool_wait(struct file_pool *pool, struct file_job *job, int timeout_ms);
/* Takes a queued job back; waits for a running one. Afterwards the pool has forgotten it. */
void file_pool_cancel(struct file_pool *pool, struct file_job *job);

/* --- backend.c: the store --- */

/* A folder that this process has put into. */
struct file_folder {
	dev_t device;
	ino_t inode;
	bool synced; /* the folders above it are on the disk for sure */
};

struct file_clean;

struct file_store {
	struct store base;
	int root;
	char *path;
	char *homes[FILE_HOMES]; /* the prefixes: first that of all raw objects */
	struct file_pool *pool;
	struct file_folder *folders;
	size_t folder_count;
	struct file_clean *cleaning;  /* list of all that were started */
	unsigned long long temporary; /* counts the names of temporary files */
};

/* The note on this folder, or NULL if there are too many to keep. *is_new: it was not known. */
struct file_folder *file_folder(struct file_store *files, const struct stat *st, bool *is_new);

/* --- clean.c: files that killed writers left behind --- */

/*
 * Begins to remove, in the pool, the temporary files in this folder whose writers are gone: a
 * writer holds a lock on its file (file_temporary_lock) for as long as it lives.
 */
void file_clean_start(struct file_store *files, int folder);
void file_clean_free(struct file_store *files);

/* Takes the lock. False if the file was removed before it was taken: make another. */
bool file_temporary_lock(int fd);

/* --- chunk.c: a folder's names in order, some at a time --- */

struct file_chunk_entry {
	uint32_t offset; /* of the name in `names`, ended by a NUL; a folder's ends with '/' */
	uint32_t len;
};

/* The smallest names of a folder after a given one. {0} is an empty one. */
struct file_chunk {
	struct buf names;
	struct file_chunk_entry *entries;
	size_t count;
	size_t capacity;
	size_t next; /* the entry to give next */
	bool more;   /* names beyond these were left for another pass */
};

/* What a symbolic link of this name counts as: S_IFREG, S_IFDIR, or 0 for nothing. */
typedef mode_t file_chunk_link(void *context, const char *name);

/* Which names are wanted: those for which this is true. `name` is as in the entry. */
typedef bool file_chunk_filter(void *context, const char *name, size_t len);

/*
 * Reads the folder and stores the smallest names that the filter accepts and that come after `last`
 * (NULL: all), as many as fit into `budget` bytes (at least one). Returns 0, or -1 with errno.
 */
int file_chunk_read(struct file_chunk *chunk, int folder, const char *last, size_t budget, file_chunk_filter *filter,
                    file_chunk_link *link, void *context);
void file_chunk_release(struct file_chunk *chunk);

/* --- meta.c: an object's metadata, as extended attributes --- */

/* Keeps it with an open file, if the file system can; nothing that must work depends on it. */
void file_meta_write(int fd, const struct store_provenance *provenance);
/* The source's etag; "" if it is not known. */
void file_meta_read_etag(int fd, char to[128]);

/* --- the operations: get.c, put.c, list.c --- */

struct store_get *file_get_open(struct store *store, const char *bucket, const char *key,
                                const struct store_get_options *options);
/*
 * Opens the file of a key, without waiting (opening a FIFO would) and without following links.
 * Returns a descriptor and *st, or -1 with err (without the object's name); *absent: because there
 * is none.
 */
int file_get_file(struct file_store *files, const char *bucket, const char *key, const char *verb, bool *absent,
                  struct stat *st, struct err *err);
int file_get_read(struct store_get *get, bool wait, struct slice *data, struct err *err);
void file_get_free(struct store_get *get);

struct store_put *file_put_open(struct store *store, const char *bucket, const char *key,
                                const struct store_put_options *options);
int file_put_write(struct store_put *put, const void *data, size_t len, struct err *err);
void file_put_commit(struct store_put *put);
int file_put_wait(struct store_put *put, bool wait, struct store_info *info, struct err *err);
void file_put_free(struct store_put *put);

/* look.c */
struct store_look *file_look_open(struct store *store, const char *bucket, const char *key);
int file_look_wait(struct store_look *look, bool wait, struct store_info *info, struct err *err);
void file_look_free(struct store_look *look);

int file_remove(struct store *store, const char *bucket, const char *key, struct err *err);

struct store_list *file_list_open(struct store *store, const char *bucket, const char *prefix, const char *start_after);
int file_list_next(struct store_list *list, struct store_object *object, struct err *err);
void file_list_free(struct store_list *list);

#endif

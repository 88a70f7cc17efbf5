/* The embedded store: what a key may be, nothing outside the bucket, all or nothing, S3's order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "file/file.h"

static char root[64];
static struct settings *settings;
static struct store *store;

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static int
setup(void **state)
{
	struct err err = ERR_INIT;
	char url[96];

	(void)state;
	snprintf(root, sizeof(root), "/tmp/file-store-test-XXXXXX");
	assert_non_null(mkdtemp(root));
	assert_int_equal(chdir(root), 0);
	assert_int_equal(mkdir("b", 0777), 0);
	snprintf(url, sizeof(url), "file://%s", root);
	settings = settings_new();
	assert_int_equal(settings_set_flag(settings, "endpoint_url", url, &err), 0);
	store = store_open(settings, &err);
	assert_non_null(store);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	store_free(store);
	settings_free(settings);
	assert_int_equal(chdir("/"), 0);
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- helpers --- */

static void
touch(const char *path, const char *text)
{
	char copy[2048];
	FILE *file;

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *slash = copy; (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
		*slash = '\0';
		mkdir(copy, 0777);
	}
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static int
put_with(const char *key, const char *text, const struct store_put_options *options, struct store_info *info,
         struct err *err)
{
	struct store_put *put = store_put_open(store, "b", key, options);
	int result = store_put_write(put, text, strlen(text), err);

	if (result == 0) {
		store_put_commit(put);
		result = store_put_wait(put, true, info, err);
	}
	store_put_free(put);
	return result;
}

static int
put(const char *key, const char *text, struct err *err)
{
	struct store_put_options options = {0};
	struct store_info info;

	return put_with(key, text, &options, &info, err);
}

/* The content, or an error text; on the heap. */
static char *
get(const char *key)
{
	struct store_get *transfer = store_get_open(store, "b", key, NULL);
	struct buf all = BUF_INIT;
	struct err err = ERR_INIT;
	struct slice data;
	int result;

	while ((result = store_get_read(transfer, true, &data, &err)) == 1)
		buf_append_slice(&all, data);
	if (result < 0) {
		buf_reset(&all);
		buf_append_str(&all, ERR_TEXT(&err));
	}
	store_get_free(transfer);
	buf_cstr(&all);
	return all.data;
}

static void
assert_get(const char *key, const char *wanted)
{
	char *got = get(key);

	assert_string_equal(got, wanted);
	free(got);
}

static void
assert_contains(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("'%s' is not in '%s'", part, text);
}

static void
assert_get_fails(const char *key, const char *part)
{
	char *got = get(key);

	assert_contains(got, part);
	free(got);
}

/* The keys of a listing, a line each; on the heap. */
static char *
list(const char *prefix, const char *start_after)
{
	struct store_list *listing = store_list_open(store, "b", prefix, start_after);
	struct store_object object;
	struct buf all = BUF_INIT;
	struct err err = ERR_INIT;
	int result;

	while ((result = store_list_next(listing, &object, &err)) == 1) {
		buf_append_slice(&all, object.key);
		buf_append_byte(&all, '\n');
	}
	if (result < 0)
		buf_printf(&all, "!%s", ERR_TEXT(&err));
	store_list_free(listing);
	buf_cstr(&all);
	return all.data;
}

static void
assert_list(const char *prefix, const char *start_after, const char *wanted)
{
	char *got = list(prefix, start_after);

	assert_string_equal(got, wanted);
	free(got);
}

static int
count_entries(const char *path)
{
	char command[128];
	FILE *pipe;
	int n = -1;

	snprintf(command, sizeof(command), "find %s -mindepth 1 | wc -l", path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_int_equal(fscanf(pipe, "%d", &n), 1);
	pclose(pipe);
	return n;
}

/* --- keys --- */

static void
test_keys(void **state)
{
	static const char *const good[] = {"a",        "a/b",  "...", "a.",    ".a",      "a/..b", " ",
	                                   "%2e%2e/x", "a\\b", "\n",  "tmp-1", "a.tmp-1", ".tmp"};
	static const char *const bad[] = {"",       "/", "/a",  "a/",    "a//b", "..",       "../a",     "a/..",
	                                  "a/../b", ".", "./a", "a/./b", "//",   ".tmp-1-1", "a/.tmp-x", ".tmp-/b"};
	char part[300];
	char key[1100];
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(file_key_safe(good[i], &why));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;
		char *got;

		why = NULL;
		assert_false(file_key_safe(bad[i], &why));
		assert_non_null(why);
		assert_int_equal(put(bad[i], "x", &err), -1);
		assert_int_equal(err.kind, ERR_OBJECT);
		assert_contains(ERR_TEXT(&err), "PUT: 400 InvalidKey");
		got = get(bad[i]);
		assert_contains(got, "GET: 400 InvalidKey");
		free(got);
	}
	memset(part, 'x', 255);
	part[255] = '\0';
	assert_true(file_key_safe(part, &why));
	part[255] = 'x';
	part[256] = '\0';
	assert_false(file_key_safe(part, &why));
	for (size_t i = 0; i < sizeof(key) - 1; i++)
		key[i] = i % 2 ? '/' : 'd';
	key[1025] = '\0';
	assert_false(file_key_safe(key, &why));
	key[1023] = '\0';
	assert_true(file_key_safe(key, &why));
	assert_int_equal(count_entries("b"), 0);
}

static void
test_deepest_key(void **state)
{
	struct err err = ERR_INIT;
	char key[1024], *got;

	(void)state;
	for (size_t i = 0; i < 1023; i++)
		key[i] = i % 2 ? '/' : 'd';
	key[1023] = '\0';
	assert_int_equal(put(key, "deep\n", &err), 1);
	assert_get(key, "deep\n");
	got = list("", "");
	assert_int_equal(strlen(got), 1024);
	assert_memory_equal(got, key, 1023);
	free(got);
	assert_list("d/d/", key, "");
}

/* --- putting and getting --- */

static void
test_round(void **state)
{
	struct store_put_options options = {0};
	struct err err = ERR_INIT;
	struct store_info info;
	struct store_get *transfer;
	struct slice data;

	(void)state;
	assert_int_equal(put_with("a/b c%2F/d+e.jsonl", "one\ntwo\n", &options, &info, &err), 1);
	assert_int_equal(info.size, 8);
	assert_get("a/b c%2F/d+e.jsonl", "one\ntwo\n");
	transfer = store_get_open(store, "b", "a/b c%2F/d+e.jsonl", NULL);
	assert_int_equal(store_get_read(transfer, true, &data, &err), 1);
	assert_string_equal(store_get_info(transfer)->etag, info.etag);
	assert_int_equal(store_get_info(transfer)->size, 8);
	store_get_free(transfer);
	assert_int_equal(put("empty", "", &err), 1);
	assert_get("empty", "");
	assert_int_equal(put("empty", "full", &err), 1);
	assert_get("empty", "full");
	assert_list("", "", "a/b c%2F/d+e.jsonl\nempty\n");
}

static void
test_large(void **state)
{
	struct store_put_options options = {0};
	struct store_put *transfer = store_put_open(store, "b", "large", &options);
	struct err err = ERR_INIT;
	struct store_info info;
	char *block = mem_alloc(700001), *got;
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < 700001; i++)
		block[i] = (char)('a' + i % 23);
	/* around the block size, and above it */
	for (size_t len = 1; at + len <= 700001; at += len, len = len * 2 + 1)
		assert_int_equal(store_put_write(transfer, block + at, len, &err), 0);
	assert_int_equal(store_put_write(transfer, block + at, 700001 - at, &err), 0);
	store_put_commit(transfer);
	while (store_put_wait(transfer, false, &info, &err) == 2)
		assert_int_equal(store_wait(store, -1, -1), 0);
	assert_int_equal(store_put_wait(transfer, true, &info, &err), 1);
	assert_int_equal(info.size, 700001);
	store_put_free(transfer);
	got = get("large");
	assert_int_equal(strlen(got), 700001);
	assert_memory_equal(got, block, 700001);
	free(got);
	free(block);
}

/* Many at once: all arrive, and waiting without end always ends. */
static void
test_many(void **state)
{
	enum { MANY = 200 };
	struct store_put_options options = {0};
	struct store_put *puts[MANY];
	struct err err = ERR_INIT;
	struct store_info info;
	int left = MANY;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		char key[32];

		snprintf(key, sizeof(key), "p%d/%d", i % 7, i);
		puts[i] = store_put_open(store, "b", key, &options);
		assert_int_equal(store_put_write(puts[i], key, strlen(key), &err), 0);
		store_put_commit(puts[i]);
	}
	while (left > 0) {
		for (int i = 0; i < MANY; i++) {
			if (puts[i] == NULL || store_put_wait(puts[i], false, &info, &err) == 2)
				continue;
			assert_int_equal(err.kind, ERR_NONE);
			store_put_free(puts[i]);
			puts[i] = NULL;
			left--;
		}
		if (left > 0)
			assert_int_equal(store_wait(store, -1, -1), 0);
	}
	assert_get("p3/199", "p3/199");
	assert_int_equal(count_entries("b"), MANY + 7);
	assert_int_equal(store_wait(store, -1, -1), 0); /* nothing is under way */
}

static void
test_nothing_is_left(void **state)
{
	struct store_put_options options = {0};
	struct err err = ERR_INIT;
	struct store_put *transfer;

	(void)state;
	transfer = store_put_open(store, "b", "x/y/z", &options);
	assert_int_equal(store_put_write(transfer, "half", 4, &err), 0);
	assert_list("", "", "");
	assert_int_equal(count_entries("b"), 3);
	store_put_free(transfer);
	assert_int_equal(count_entries("b"), 0);

	/* committed and given up at once: whole or not there */
	for (int i = 0; i < 20; i++) {
		char *got;

		transfer = store_put_open(store, "b", "x/y/z", &options);
		assert_int_equal(store_put_write(transfer, "whole", 5, &err), 0);
		store_put_commit(transfer);
		store_put_free(transfer);
		got = get("x/y/z");
		if (strcmp(got, "whole") != 0)
			assert_contains(got, "404 NoSuchKey");
		free(got);
		assert_true(count_entries("b") == 3 || count_entries("b") == 0);
	}
}

static void
test_options(void **state)
{
	struct store_put_options no_clobber = {.no_clobber = true}, dry = {.dry_run = true};
	struct store_put_options dry_no_clobber = {.dry_run = true, .no_clobber = true};
	struct store_put *first, *second;
	struct err err = ERR_INIT;
	struct store_info info;

	(void)state;
	/* both begin before either is there */
	first = store_put_open(store, "b", "k", &no_clobber);
	second = store_put_open(store, "b", "k", &no_clobber);
	assert_int_equal(store_put_write(first, "1", 1, &err), 0);
	assert_int_equal(store_put_write(second, "2", 1, &err), 0);
	store_put_commit(first);
	assert_int_equal(store_put_wait(first, true, &info, &err), 1);
	store_put_commit(second);
	assert_int_equal(store_put_wait(second, true, &info, &err), -1);
	assert_int_equal(err.kind, ERR_OBJECT);
	assert_contains(ERR_TEXT(&err), "s3://b/k: PUT: 412 PreconditionFailed");
	store_put_free(first);
	store_put_free(second);
	assert_get("k", "1");
	assert_int_equal(put_with("k", "3", &no_clobber, &info, &err), -1);
	assert_int_equal(put_with("k", "3", &dry_no_clobber, &info, &err), -1);
	assert_int_equal(put_with("k", "3", &dry, &info, &err), 1);
	assert_int_equal(put_with("new/k", "12345", &dry, &info, &err), 1);
	assert_int_equal(info.size, 5);
	assert_get("k", "1");
	assert_int_equal(count_entries("b"), 1);
}

static void
test_missing(void **state)
{
	struct store_put_options options = {0};
	struct err err = ERR_INIT;
	struct store_put *transfer;
	struct slice data;
	struct store_get *missing;

	(void)state;
	missing = store_get_open(store, "b", "no/such", NULL);
	assert_int_equal(store_get_read(missing, true, &data, &err), -1);
	assert_int_equal(err.kind, ERR_OBJECT);
	assert_string_equal(ERR_RECORD_TEXT(&err), "GET: 404 NoSuchKey");
	assert_string_equal(err.object, "s3://b/no/such");
	store_get_free(missing);

	missing = store_get_open(store, "nob", "k", NULL);
	assert_int_equal(store_get_read(missing, false, &data, &err), -1);
	assert_contains(ERR_TEXT(&err), "s3://nob/k: GET: 404 NoSuchBucket");
	store_get_free(missing);
	transfer = store_put_open(store, "nob", "k", &options);
	assert_int_equal(store_put_write(transfer, "x", 1, &err), -1);
	assert_contains(ERR_TEXT(&err), "404 NoSuchBucket");
	store_put_free(transfer);
	transfer = store_put_open(store, "../b", "k", &options);
	assert_int_equal(store_put_write(transfer, "x", 1, &err), -1);
	assert_contains(ERR_TEXT(&err), "InvalidBucketName");
	store_put_free(transfer);
	assert_int_equal(count_entries("."), 1);
}

/* --- what is in the way --- */

static void
test_files_and_folders(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(put("a", "file", &err), 1);
	assert_int_equal(put("a/b", "x", &err), -1);
	assert_contains(ERR_TEXT(&err), "a folder of the key is a file");
	assert_int_equal(put("d/e", "file", &err), 1);
	assert_int_equal(put("d", "x", &err), -1);
	assert_contains(ERR_TEXT(&err), "a folder of that name");
	assert_get_fails("d", "404 NoSuchKey");
	assert_get_fails("a/b", "404 NoSuchKey");
	assert_list("", "", "a\nd/e\n");
	assert_int_equal(count_entries("b"), 3);
}

static void
test_links(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	touch("outside/secret", "secret");
	assert_int_equal(symlink("../outside", "b/folder"), 0);
	assert_int_equal(symlink("../outside/secret", "b/file"), 0);
	assert_int_equal(symlink("nowhere", "b/dangling"), 0);
	assert_get_fails("folder/secret", "symbolic link");
	assert_get_fails("file", "symbolic link");
	assert_int_equal(put("folder/new", "x", &err), -1);
	assert_contains(ERR_TEXT(&err), "symbolic link");
	assert_int_equal(put("folder/new/deeper", "x", &err), -1);
	assert_int_equal(put("file", "x", &err), -1);
	assert_contains(ERR_TEXT(&err), "symbolic link");
	assert_int_equal(put("dangling", "x", &err), -1);
	assert_list("", "", "");
	assert_list("folder/", "", "");
	assert_int_equal(count_entries("outside"), 1);

	/* a bucket may be one */
	assert_int_equal(unlink("b/folder") + unlink("b/file") + unlink("b/dangling") + rmdir("b"), 0);
	assert_int_equal(symlink("outside", "b"), 0);
	assert_get("secret", "secret");
	assert_int_equal(put("k", "x", &err), 1);
	assert_list("", "", "k\nsecret\n");
	assert_int_equal(unlink("b"), 0);
	assert_int_equal(mkdir("b", 0777), 0);
}

static void
test_special_files(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(mkfifo("b/fifo", 0666), 0);
	assert_get_fails("fifo", "not a regular file"); /* and does not wait for a writer */
	assert_int_equal(put("fifo", "x", &err), -1);
	assert_contains(ERR_TEXT(&err), "not a regular file");
	assert_list("", "", "");
}

static void
test_no_rights(void **state)
{
	bool as_root = geteuid() == 0;
	struct err err = ERR_INIT;
	char *got;

	(void)state;
	touch("b/closed", "x");
	chmod("b/closed", 0);
	chmod(root, 0755);
	mkdir("b/d", 0555);
	if (as_root)
		assert_int_equal(seteuid(65534), 0); /* root has all rights */
	assert_get_fails("closed", "GET: 403 AccessDenied");
	assert_int_equal(put("d/k", "x", &err), -1);
	assert_int_equal(err.kind, ERR_ACCESS);
	assert_contains(ERR_TEXT(&err), "PUT: 403 AccessDenied");
	if (as_root)
		assert_int_equal(seteuid(0), 0);
	chmod("b/d", 0);
	if (as_root)
		assert_int_equal(seteuid(65534), 0);
	got = list("", "");
	assert_contains(got, "LIST: 403 AccessDenied");
	free(got);
	if (as_root)
		assert_int_equal(seteuid(0), 0);
	chmod("b/d", 0755);
}

static void
test_changes_while_read(void **state)
{
	char *text = mem_alloc(600001);
	struct err err = ERR_INIT;
	struct store_get *transfer;
	struct slice data;
	int result;

	(void)state;
	memset(text, 'x', 600000);
	text[600000] = '\0';
	for (int way = 0; way < 4; way++) {
		touch("b/k", text);
		transfer = store_get_open(store, "b", "k", NULL);
		assert_int_equal(store_get_read(transfer, true, &data, &err), 1);
		if (way == 0)
			assert_int_equal(truncate("b/k", 300000), 0);
		else if (way == 1)
			assert_int_equal(truncate("b/k", 600001), 0);
		else if (way == 2)
			assert_int_equal(put("k", "other", &err), 1);
		else
			assert_int_equal(unlink("b/k"), 0);
		while ((result = store_get_read(transfer, true, &data, &err)) == 1)
			;
		assert_int_equal(result, -1);
		assert_int_equal(err.kind, ERR_TEMPORARY);
		assert_contains(ERR_TEXT(&err), "while it was read");
		assert_int_equal(store_get_read(transfer, true, &data, &err), -1);
		store_get_free(transfer);
	}
	free(text);
}

/* --- writers that were killed --- */

static void
test_cleaning(void **state)
{
	struct store_put_options options = {0};
	struct err err = ERR_INIT;
	struct store_put *alive;
	struct store *other;
	int status;
	pid_t child;

	(void)state;
	child = fork();
	if (child == 0) {
		store_put_open(store, "b", "d/dead", &options);
		store_put_open(store, "b", "d/dead", &options);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(count_entries("b"), 3);
	touch("b/d/.tmp-of-somebody", "");
	alive = store_put_open(store, "b", "d/alive", &options);
	assert_int_equal(store_put_write(alive, "x", 1, &err), 0);

	/* another process comes: the dead one's go, the living one's and the stranger's stay */
	other = store_open(settings, &err);
	store_put_free(store_put_open(other, "b", "d/k", &options));
	store_free(other);
	assert_int_equal(count_entries("b/d"), 2);
	assert_int_equal(access("b/d/.tmp-of-somebody", F_OK), 0);
	store_put_free(alive);
}

/* --- listing --- */

static void
test_order(void **state)
{
	(void)state;
	touch("b/a-b", "");
	touch("b/a.b/c", "");
	touch("b/a/b.x", "");
	touch("b/a/b/c", "");
	touch("b/a0", "");
	touch("b/b/c/d/e", "");
	touch("b/b/c/d0", "");
	touch("b/b/c.d", "");
	touch("b/.tmp-1-1", "");
	touch("b/a/.tmp-1-2/x", "");
	touch("b/\xff", "");
	mkdir("b/hollow", 0777);
	assert_list("", "", "a-b\na.b/c\na/b.x\na/b/c\na0\nb/c.d\nb/c/d/e\nb/c/d0\n\xff\n");
	assert_list("a", "", "a-b\na.b/c\na/b.x\na/b/c\na0\n");
	assert_list("a/", "", "a/b.x\na/b/c\n");
	assert_list("a/b", "", "a/b.x\na/b/c\n");
	assert_list("a/b/", "", "a/b/c\n");
	assert_list("a/b/c", "", "a/b/c\n");
	assert_list("a/b/c/", "", "");
	assert_list("", "a/b", "a/b.x\na/b/c\na0\nb/c.d\nb/c/d/e\nb/c/d0\n\xff\n");
	assert_list("", "a/b/c", "a0\nb/c.d\nb/c/d/e\nb/c/d0\n\xff\n");
	assert_list("b/", "a/b/c", "b/c.d\nb/c/d/e\nb/c/d0\n");
	assert_list("b/", "b/c/", "b/c/d/e\nb/c/d0\n");
	assert_list("b/", "b/c/d", "b/c/d/e\nb/c/d0\n");
	assert_list("b/", "b/c/d/e", "b/c/d0\n");
	assert_list("b/", "b0", "");
	assert_list("a", "b", "");
	assert_list("../", "", "");
	assert_list("/", "", "");
	assert_list("a//", "", "");
	assert_list(".", "", "");
	assert_list("nope/", "", "");
}

static int
compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A random tree, every prefix and start_after that lie near a key: held against a sorted list. */
static void
test_order_random(void **state)
{
	enum { KEYS = 300 };
	static const char letters[] = "ab-./0";
	char *keys[KEYS + 1];
	size_t count = 0;
	struct err err = ERR_INIT;

	(void)state;
	srand(7);
	for (int i = 0; i < KEYS; i++) {
		char key[16];
		size_t len = (size_t)(1 + rand() % 8);
		const char *why;

		for (size_t j = 0; j < len; j++)
			key[j] = letters[rand() % 6];
		key[len] = '\0';
		if (file_key_safe(key, &why) && put(key, "", &err) == 1)
			keys[count++] = mem_dup(key);
	}
	assert_true(count > 60);
	qsort(keys, count, sizeof(keys[0]), compare_text);
	for (int round = 0; round < 400; round++) {
		const char *prefix_of = keys[(size_t)rand() % count];
		char prefix[16], after[16];
		struct buf wanted = BUF_INIT;

		snprintf(prefix, sizeof(prefix), "%.*s", rand() % 5, prefix_of);
		snprintf(after, sizeof(after), "%.*s", rand() % 7, keys[(size_t)rand() % count]);
		if (rand() % 3 == 0 && strlen(after) > 0)
			after[strlen(after) - 1]--;
		for (size_t i = 0; i < count; i++) {
			if (i > 0 && strcmp(keys[i], keys[i - 1]) == 0)
				continue;
			if (strncmp(keys[i], prefix, strlen(prefix)) == 0 && strcmp(keys[i], after) > 0)
				buf_printf(&wanted, "%s\n", keys[i]);
		}
		assert_list(prefix, after, buf_cstr(&wanted));
		buf_release(&wanted);
	}
	for (size_t i = 0; i < count; i++)
		free(keys[i]);
}

static bool
even(void *context, const char *name, size_t len)
{
	(void)context;
	return (name[len - 1] - '0') % 2 == 0;
}

/* A folder much larger than the budget: all names once, in order, in more than one reading. */
static void
test_chunks(void **state)
{
	struct file_chunk chunk = {0};
	int folder, readings = 0, next = 0;
	char last[16] = "";

	(void)state;
	for (int i = 0; i < 2000; i++) {
		char path[32];

		snprintf(path, sizeof(path), "b/%05d", (i * 7919) % 2000);
		touch(path, "");
	}
	folder = open("b", O_RDONLY | O_DIRECTORY);
	assert_true(folder >= 0);
	do {
		assert_int_equal(file_chunk_read(&chunk, folder, readings ? last : NULL, 1000, even, NULL, NULL), 0);
		readings++;
		assert_true(chunk.count > 0);
		assert_true(chunk.names.len <= 1000);
		for (size_t i = 0; i < chunk.count; i++, next += 2) {
			snprintf(last, sizeof(last), "%05d", next);
			assert_string_equal(chunk.names.data + chunk.entries[i].offset, last);
		}
	} while (chunk.more);
	assert_int_equal(next, 2000);
	assert_true(readings >= 15);
	/* a budget that is too small for one name still gives one */
	assert_int_equal(file_chunk_read(&chunk, folder, NULL, 1, even, NULL, NULL), 0);
	assert_int_equal(chunk.count, 1);
	assert_true(chunk.more);
	file_chunk_release(&chunk);
	close(folder);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_keys),
		TEST(test_deepest_key),
		TEST(test_round),
		TEST(test_large),
		TEST(test_many),
		TEST(test_nothing_is_left),
		TEST(test_options),
		TEST(test_missing),
		TEST(test_files_and_folders),
		TEST(test_links),
		TEST(test_special_files),
		TEST(test_no_rights),
		TEST(test_changes_while_read),
		TEST(test_cleaning),
		TEST(test_order),
		TEST(test_order_random),
		TEST(test_chunks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

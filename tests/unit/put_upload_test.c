/* The way of a source into the store: the states that it goes through, in an embedded store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "s3put/upload.h"

#define SOURCE "raw/1721183934.jsonl"
#define OUTPUT "b/mod/1721183934.jsonl"
#define REJECTS "b/rejected/1721183934.jsonl"

static char root[64];
static struct settings *settings;
static struct target target;
static struct upload upload;

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
	snprintf(root, sizeof(root), "/tmp/put-upload-test-XXXXXX");
	assert_non_null(mkdtemp(root));
	assert_int_equal(chdir(root), 0);
	assert_int_equal(mkdir("b", 0777), 0);
	snprintf(url, sizeof(url), "file://%s", root);
	settings = settings_new();
	assert_int_equal(settings_set_flag(settings, "endpoint_url", url, &err), 0);
	target = (struct target){.layout = {"b", "b", "raw/", "mod/", "rejected/"}};
	target.store = store_open(settings, &err);
	assert_non_null(target.store);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	upload_abort(&upload);
	upload_release(&upload);
	upload = (struct upload){0};
	names_release(&target.names);
	store_free(target.store);
	settings_free(settings);
	assert_int_equal(chdir("/"), 0);
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* One posting, and a reject if there is one; `lines` is what the source is said to have. */
static void
send_frame(const char *source, bool reject, int64_t lines)
{
	const struct control begin = {.kind = CONTROL_BEGIN, .key = slice_of_str(source)};

	upload_start(&upload, &target, &begin);
	upload_postings(&upload, SLICE("{\"a\":1}\n"), 1);
	if (reject)
		upload_reject(&upload, SLICE("{\"@\":\"reject\"}\n"));
	upload_end(&upload, lines);
}

/* Lets it move until it has left this state. */
static enum upload_state
leave(enum upload_state from)
{
	assert_int_equal(upload.state, from);
	for (upload_step(&upload); upload.state == from; upload_step(&upload))
		assert_true(store_wait(target.store, -1, 1000) >= 0);
	return upload.state;
}

static void
run_to_end(void)
{
	while (!upload_is_over(&upload))
		leave(upload.state);
}

/* The place cannot be taken by a file any more. */
static void
block(const char *path)
{
	char inside[128];

	snprintf(inside, sizeof(inside), "%s/x", path);
	unlink(path);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(mkdir(inside, 0777), 0);
}

static void
test_stored(void **state)
{
	(void)state;
	send_frame(SOURCE, false, 1);
	assert_int_equal(leave(UPLOAD_OBJECT), UPLOAD_DONE);
	assert_int_equal(access(OUTPUT, F_OK), 0);
}

static void
test_rejects_come_first(void **state)
{
	(void)state;
	send_frame(SOURCE, true, 2);
	assert_int_equal(upload.state, UPLOAD_REJECTS);
	assert_int_not_equal(access(OUTPUT, F_OK), 0);
	leave(UPLOAD_REJECTS);
	assert_int_equal(access(REJECTS, F_OK), 0);
	run_to_end();
	assert_int_equal(upload.state, UPLOAD_DONE);
	assert_int_equal(access(OUTPUT, F_OK), 0);
}

static void
test_rejects_are_replaced(void **state)
{
	struct stat st;

	(void)state;
	send_frame(SOURCE, true, 2);
	run_to_end();
	names_release(&target.names);
	target.names = (struct names){0};
	target.replace_rejects = true;
	send_frame(SOURCE, true, 2);
	assert_int_equal(upload.state, UPLOAD_REJECTS);
	/* in its place are those of both runs, before the object is; in the end these alone */
	leave(UPLOAD_REJECTS);
	run_to_end();
	assert_int_equal(stat(REJECTS, &st), 0);
	assert_int_equal(st.st_size, strlen("{\"@\":\"reject\"}\n"));
	assert_int_equal(upload.state, UPLOAD_DONE);
	/* none are left: the reject object goes */
	names_release(&target.names);
	target.names = (struct names){0};
	send_frame(SOURCE, false, 1);
	assert_int_equal(leave(UPLOAD_OBJECT), UPLOAD_DONE);
	assert_int_not_equal(access(REJECTS, F_OK), 0);
}

static void
test_given_up(void **state)
{
	const struct control error = {.kind = CONTROL_ERROR, .key = SLICE(SOURCE), .stage = SLICE("s3cat")};
	const struct control begin = {.kind = CONTROL_BEGIN, .key = SLICE("elsewhere/1")};

	(void)state;
	send_frame(SOURCE, false, 2); /* a line is lost */
	assert_int_equal(upload.state, UPLOAD_FAILED);
	upload_lost(&upload, &target, &error);
	assert_int_equal(upload.state, UPLOAD_FAILED);
	upload_start(&upload, &target, &begin);
	assert_int_equal(upload.state, UPLOAD_GIVEN_UP);
	upload_postings(&upload, SLICE("{}\n"), 1);
	upload_error(&upload, &error);
	assert_int_equal(upload.state, UPLOAD_FAILED);
	assert_true(slice_equal_str(slice_of_buf(&upload.stage), "s3put"));
	assert_int_not_equal(access(OUTPUT, F_OK), 0);
}

static void
test_the_store_fails(void **state)
{
	const struct control begin = {.kind = CONTROL_BEGIN, .key = SLICE(SOURCE)};

	(void)state;
	upload_start(&upload, &target, &begin);
	block(OUTPUT);
	upload_end(&upload, 0);
	assert_int_equal(leave(UPLOAD_OBJECT), UPLOAD_FAILED);

	upload_start(&upload, &target, &(const struct control){.kind = CONTROL_BEGIN, .key = SLICE("raw/2.jsonl")});
	upload_reject(&upload, SLICE("{\"@\":\"reject\"}\n"));
	block("b/rejected/2.jsonl");
	upload_end(&upload, 1);
	assert_int_equal(leave(UPLOAD_REJECTS), UPLOAD_FAILED);
	assert_int_not_equal(access("b/mod/2.jsonl", F_OK), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_stored, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rejects_come_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rejects_are_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(test_given_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_store_fails, setup, teardown),
	};

	return cmocka_run_group_tests_name("put_upload", tests, NULL, NULL);
}

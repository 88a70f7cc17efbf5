/* What s3ls makes of names: numbers, ties, counterparts, order, and what is left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "s3ls/listing.h"

#define NOW INT64_C(1721183934)

/* --- names --- */

static void
test_number(void **state)
{
	static const struct {
		const char *key;
		enum layout_why why;
		int64_t number;
	} cases[] = {
		{"raw/1721183934.jsonl", LAYOUT_NUMBER, 1721183934},
		{"raw/1721183934", LAYOUT_NUMBER, 1721183934},
		{"raw/1721183934-b.jsonl.gz", LAYOUT_NUMBER, 1721183934},
		{"raw/9.txt", LAYOUT_NUMBER, 9},
		{"raw/10x", LAYOUT_NUMBER, 10},
		{"raw/1752719934.jsonl", LAYOUT_NUMBER, 1752719934}, /* 365 days ahead */
		{"raw/1752892735.jsonl", LAYOUT_FUTURE, 0},
		{"raw/1721183934123.jsonl", LAYOUT_FUTURE, 0},
		{"raw/18446744073709551617.jsonl", LAYOUT_FUTURE, 0},
		{"raw/99999999999999999999999999999999999999999999", LAYOUT_FUTURE, 0},
		{"raw/0.jsonl", LAYOUT_LEADING_ZERO, 0},
		{"raw/01721183934.jsonl", LAYOUT_LEADING_ZERO, 0},
		{"raw/1721183934/x.jsonl", LAYOUT_FOLDER, 0},
		{"raw/1721183934.d/x", LAYOUT_FOLDER, 0},
		{"raw/", LAYOUT_NO_NUMBER, 0},
		{"raw/abc.jsonl", LAYOUT_NO_NUMBER, 0},
		{"raw/-5.jsonl", LAYOUT_NO_NUMBER, 0},
		{"raw/ 5.jsonl", LAYOUT_NO_NUMBER, 0},
		{"raw", LAYOUT_OUTSIDE, 0},
		{"mod/1721183934.jsonl", LAYOUT_OUTSIDE, 0},
		{"", LAYOUT_OUTSIDE, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t number = 0;
		enum layout_why why = layout_number(slice_of_str(cases[i].key), SLICE("raw/"), NOW, &number);

		if (why != cases[i].why || number != cases[i].number)
			fail_msg("%s: %s, %lld", cases[i].key, layout_why_text(why), (long long)number);
	}
}

static void
test_layout_keys(void **state)
{
	struct layout layout = {"in", "out", "raw/", "mod/", "rej/"};
	struct buf key = BUF_INIT;

	(void)state;
	assert_true(layout_output_key(&layout, SLICE("raw/1.jsonl.gz"), &key));
	assert_true(slice_equal_str(slice_of_buf(&key), "mod/1.jsonl.gz"));
	buf_reset(&key);
	assert_true(layout_reject_key(&layout, SLICE("raw/a/b"), &key));
	assert_true(slice_equal_str(slice_of_buf(&key), "rej/a/b"));
	buf_reset(&key);
	assert_false(layout_output_key(&layout, SLICE("raw/"), &key));
	assert_false(layout_output_key(&layout, SLICE("raw"), &key));
	assert_false(layout_output_key(&layout, SLICE("mod/1"), &key));
	assert_int_equal(key.len, 0);
	buf_release(&key);
}

static int
load_layout(const char *in, const char *out, const char *raw, const char *mod, const char *reject)
{
	struct settings *settings = settings_new();
	struct err err = ERR_INIT;
	struct layout layout;
	int result;

	settings_set_flag(settings, "input_bucket", in, &err);
	settings_set_flag(settings, "output_bucket", out, &err);
	settings_set_flag(settings, "raw_prefix", raw, &err);
	settings_set_flag(settings, "mod_prefix", mod, &err);
	settings_set_flag(settings, "reject_prefix", reject, &err);
	result = layout_load(&layout, settings, &err);
	assert_int_equal(err.kind, result < 0 ? ERR_USAGE : ERR_NONE);
	settings_free(settings);
	return result;
}

static void
test_layout_overlap(void **state)
{
	(void)state;
	assert_int_equal(load_layout("b", "b", "raw/", "mod/", "rej/"), 0);
	assert_int_equal(load_layout("b", "b", "raw/", "raw/mod/", "rej/"), -1);
	assert_int_equal(load_layout("b", "b", "x/raw/", "x/", "rej/"), -1);
	assert_int_equal(load_layout("b", "b", "raw/", "mod/", "raw/rej/"), -1);
	assert_int_equal(load_layout("b", "b", "raw/", "mod/", "mod/rej/"), -1);
	assert_int_equal(load_layout("b", "b", "raw/", "mod/", "mod/"), -1);
	assert_int_equal(load_layout("b", "b", "raw", "raw-mod/", "rej/"), -1);
	/* another bucket is another place, but outputs and rejects are still in one */
	assert_int_equal(load_layout("a", "b", "x/", "x/", "rej/"), 0);
	assert_int_equal(load_layout("a", "b", "raw/", "x/", "x/"), -1);
}

/* --- ties and the end --- */

struct emitted {
	struct out out;
	struct listing_emit emit;
	int fd;
	struct buf text;
};

static void
emit_start(struct emitted *e, int64_t after, int64_t settled_ms)
{
	*e = (struct emitted){.fd = memfd_create("out", 0)};
	out_init(&e->out, e->fd);
	listing_emit_init(&e->emit, &e->out, SLICE("b"), true, after, settled_ms);
}

static bool
give(struct emitted *e, int64_t number, int64_t modified, bool left_out)
{
	char key[32];
	struct listing_item item = {
		.etag = SLICE("e"), .number = number, .size = 10, .modified = modified, .left_out = left_out};

	snprintf(key, sizeof(key), "%lld", (long long)number);
	item.key = slice_of_str(key);
	return listing_emit_item(&e->emit, &item);
}

/* "number:seq:upto ..." of all records. */
static void
emit_check(struct emitted *e, bool whole, const char *wanted)
{
	struct records records = {0};
	struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	struct slice rest;

	listing_emit_end(&e->emit, whole);
	assert_int_equal(out_close(&e->out, &err), 0);
	assert_int_equal(lseek(e->fd, 0, SEEK_SET), 0);
	buf_reserve(&e->text, 65536);
	e->text.len = (size_t)read(e->fd, e->text.data, 65536);
	for (rest = slice_of_buf(&e->text); rest.len > 0;) {
		size_t len = (size_t)((const char *)memchr(rest.ptr, '\n', rest.len) - rest.ptr);
		struct object_record record;
		struct list_position position;
		const char *why;

		assert_true(object_record_parse(&records, slice_of(rest.ptr, len), &record, &why));
		buf_printf(&got, "%.*s:", SLICE_ARGS(record.key));
		assert_true(list_position_parse(&records, record.list, &position, &why));
		assert_int_equal(position.after, e->emit.position.after);
		buf_printf(&got, "%lld:%lld ", (long long)position.seq, (long long)position.upto);
		rest = slice_of(rest.ptr + len + 1, rest.len - len - 1);
	}
	assert_string_equal(buf_cstr(&got), wanted);
	buf_release(&got);
	buf_release(&e->text);
	records_release(&records);
	listing_emit_release(&e->emit);
	close(e->fd);
}

static void
test_ties(void **state)
{
	struct emitted e;

	(void)state;
	emit_start(&e, 5, INT64_MAX);
	emit_check(&e, true, "");

	emit_start(&e, 5, INT64_MAX);
	for (int i = 0; i < 3; i++)
		assert_true(give(&e, 7, 100, false));
	assert_true(give(&e, 8, 100, false));
	assert_true(give(&e, 9, 100, false));
	assert_true(give(&e, 9, 100, false));
	emit_check(&e, true, "7:1:5 7:2:5 7:3:7 8:4:8 9:5:8 9:6:9 ");

	/* the last of a tie is the last that is printed; what is left out is done */
	emit_start(&e, 5, INT64_MAX);
	assert_true(give(&e, 7, 100, true));
	assert_true(give(&e, 7, 100, false));
	assert_true(give(&e, 7, 100, true));
	assert_true(give(&e, 8, 100, true));
	assert_true(give(&e, 9, 100, false));
	emit_check(&e, true, "7:1:7 9:2:9 ");

	/* a listing that breaks off may have lost the rest of a tie */
	emit_start(&e, 5, INT64_MAX);
	assert_true(give(&e, 7, 100, false));
	assert_true(give(&e, 8, 100, false));
	emit_check(&e, false, "7:1:7 8:2:7 ");
}

static void
test_settle(void **state)
{
	struct emitted e;

	(void)state;
	emit_start(&e, 5, 100 * 1000);
	assert_true(give(&e, 6, 50, false));
	assert_true(give(&e, 7, 100, false));
	assert_false(give(&e, 8, 101, false));
	assert_int_equal(e.emit.cut, 1);
	emit_check(&e, true, "6:1:6 7:2:7 ");

	/* cut inside a tie: nothing carries its number */
	emit_start(&e, 5, 100 * 1000);
	assert_true(give(&e, 6, 50, false));
	assert_true(give(&e, 7, 100, false));
	assert_true(give(&e, 7, 100, false));
	assert_false(give(&e, 7, 101, false));
	emit_check(&e, true, "6:1:6 7:2:6 7:3:6 ");

	/* also at one that is left out */
	emit_start(&e, 5, 100 * 1000);
	assert_true(give(&e, 7, 100, false));
	assert_false(give(&e, 7, 101, true));
	emit_check(&e, true, "7:1:5 ");
}

/* --- the order of numbers --- */

/* Within memory, and through the files with little of it. */
static void
spool_many(size_t hold)
{
	enum { EACH = 3000 };
	struct listing_spool *spool = listing_spool_new(hold);
	struct err err = ERR_INIT;
	struct emitted e;
	int64_t first;

	emit_start(&e, 0, INT64_MAX);
	close(e.out.fd);
	e.out.fd = open("/dev/null", O_WRONLY);
	/* widths mixed as byte order mixes them; enough to go through the files */
	for (int i = 0; i < EACH; i++) {
		for (first = 1000000000; first >= 10000; first /= 10) {
			struct listing_item item = {.key = SLICE("some/key"), .etag = SLICE("etag"), .number = first + i};

			assert_int_equal(listing_spool_add(spool, &item, &err), 0);
		}
	}
	assert_int_equal(listing_spool_emit(spool, &e.emit, &err), 0);
	listing_emit_end(&e.emit, true);
	assert_int_equal(e.emit.listed, 6 * EACH);
	assert_int_equal(e.emit.first, 10000);
	assert_int_equal(e.emit.last, 1000000000 + EACH - 1);
	assert_int_equal(e.emit.position.upto, e.emit.last);
	listing_spool_free(spool);
	assert_int_equal(out_close(&e.out, &err), 0);
	close(e.out.fd);
	listing_emit_release(&e.emit);
}

static void
test_spool(void **state)
{
	struct listing_spool *spool = listing_spool_new(LISTING_HOLD);
	struct err err = ERR_INIT;
	struct emitted e;

	(void)state;
	spool_many(LISTING_HOLD);
	spool_many(0);
	spool_many(300000);

	/* in order: each number is above the one before, or its record would not carry it */
	emit_start(&e, 0, INT64_MAX);
	for (int i = 0; i < 4; i++) {
		static const int64_t numbers[] = {10, 100, 2, 30};
		struct listing_item item = {.etag = SLICE("e"), .number = numbers[i]};
		char key[16];

		snprintf(key, sizeof(key), "%d", (int)numbers[i]);
		item.key = slice_of_str(key);
		assert_int_equal(listing_spool_add(spool, &item, &err), 0);
	}
	assert_int_equal(listing_spool_emit(spool, &e.emit, &err), 0);
	emit_check(&e, true, "2:1:2 10:2:10 30:3:30 100:4:100 ");
	listing_spool_free(spool);
}

/* --- with a store --- */

static char root[64];
static struct settings *settings;
static struct store *store;

static void
touch(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0666);

	assert_true(fd >= 0);
	close(fd);
}

static int
setup(void **state)
{
	struct err err = ERR_INIT;
	char url[96];

	(void)state;
	snprintf(root, sizeof(root), "/tmp/listing-test-XXXXXX");
	assert_non_null(mkdtemp(root));
	assert_int_equal(chdir(root), 0);
	assert_int_equal(mkdir("b", 0777) + mkdir("b/mod", 0777), 0);
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
	char *command = mem_printf("rm -r %s", root);
	int result;

	(void)state;
	store_free(store);
	settings_free(settings);
	assert_int_equal(chdir("/"), 0);
	result = system(command);
	free(command);
	return result;
}

static void
assert_found(struct listing_join *join, const char *name, bool wanted)
{
	struct err err = ERR_INIT;
	bool found = !wanted;

	assert_int_equal(listing_join_find(join, slice_of_str(name), &found, &err), 0);
	if (found != wanted)
		fail_msg("%s: %d", name, found);
}

static void
test_join(void **state)
{
	static const char *const there[] = {"1",       "1.gz", "2.gz",       "3.zst",     "4.jsonl", "4.jsonl-b", "5.gz.x",
	                                    "5.j.zst", "6-b",  "6.jsonl.gz", "6.jsonl-x", "7.bz2",   "9"};
	struct listing_join *join;

	(void)state;
	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++) {
		char path[64];

		snprintf(path, sizeof(path), "b/mod/%s", there[i]);
		touch(path);
	}
	join = listing_join_new(store, "b", "mod/", "");
	assert_found(join, "0", false);
	assert_found(join, "1", true);
	assert_found(join, "1.gz", true); /* the same file is the counterpart of both */
	assert_found(join, "2", true);
	assert_found(join, "2.jsonl", false);
	assert_found(join, "3", true);
	assert_found(join, "4.jsonl", true);
	assert_found(join, "4.jsonl-b", true);
	assert_found(join, "4.jsonl-c", false);
	assert_found(join, "5", false);
	assert_found(join, "5.gz", false);
	assert_found(join, "5.j", true);
	assert_found(join, "6", false);
	assert_found(join, "6.jsonl", true); /* 6.jsonl-x lies between it and its .gz */
	assert_found(join, "6.jsonl-w", false);
	assert_found(join, "6.jsonl-x", true);
	assert_found(join, "7", false);
	assert_found(join, "8", false);
	assert_found(join, "9", true);
	assert_found(join, "99", false);
	listing_join_free(join);

	join = listing_join_new(store, "b", "mod/", "6");
	assert_found(join, "6.jsonl", true);
	listing_join_free(join);
}

/* Against a set, with random names that often begin alike. */
static void
test_join_random(void **state)
{
	static const char *const tails[] = {"",          ".gz",        ".zst",     "-b", "-b.gz", ".jsonl",
	                                    ".jsonl.gz", ".jsonl.zst", ".jsonl-c", ".g", ".zsta"};
	enum { TAILS = sizeof(tails) / sizeof(tails[0]), NUMBERS = 300 };
	static bool there[NUMBERS][TAILS];
	struct listing_join *join;

	(void)state;
	srand(3);
	for (int i = 0; i < NUMBERS; i++) {
		for (int t = 0; t < TAILS; t++) {
			char path[64];

			if (rand() % 3 != 0)
				continue;
			there[i][t] = true;
			snprintf(path, sizeof(path), "b/mod/%d%s", 1000 + i, tails[t]);
			touch(path);
		}
	}
	join = listing_join_new(store, "b", "mod/", "");
	for (int i = 0; i < NUMBERS; i++) {
		/* asked for in byte order: "" < "-b" < ".gz" < ".jsonl" < ".jsonl-c" < ".zst" */
		static const struct {
			int tail, gz, zst;
		} asked[] = {{0, 1, 2}, {3, 4, -1}, {1, -1, -1}, {5, 6, 7}, {8, -1, -1}, {2, -1, -1}};

		for (size_t a = 0; a < sizeof(asked) / sizeof(asked[0]); a++) {
			char name[32];
			bool wanted = there[i][asked[a].tail] || (asked[a].gz >= 0 && there[i][asked[a].gz]) ||
			              (asked[a].zst >= 0 && there[i][asked[a].zst]);

			if (rand() % 2)
				continue;
			snprintf(name, sizeof(name), "%d%s", 1000 + i, tails[asked[a].tail]);
			assert_found(join, name, wanted);
		}
	}
	listing_join_free(join);
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void
test_exclude(void **state)
{
	struct listing_exclude exclude;
	struct err err = ERR_INIT;

	(void)state;
	write_file("list",
	           "raw/2.jsonl\n\n \t\r\ns3://b/raw/1.jsonl\ns3://other/raw/5.jsonl\n"
	           "{\"key\":\"raw/3.jsonl\",\"reason\":\"GET: 404\"}\n{\"bucket\":\"other\",\"key\":\"raw/6.jsonl\"}\n"
	           "{\"key\":\"raw/Caf\\u00e9\"}\nraw/4 x.jsonl");
	assert_int_equal(listing_exclude_load(&exclude, "list", "b", &err), 0);
	assert_int_equal(exclude.count, 5);
	assert_true(listing_exclude_has(&exclude, SLICE("raw/1.jsonl")));
	assert_true(listing_exclude_has(&exclude, SLICE("raw/2.jsonl")));
	assert_true(listing_exclude_has(&exclude, SLICE("raw/3.jsonl")));
	assert_true(listing_exclude_has(&exclude, SLICE("raw/4 x.jsonl")));
	assert_true(listing_exclude_has(&exclude, SLICE("raw/Caf\xc3\xa9")));
	assert_false(listing_exclude_has(&exclude, SLICE("raw/5.jsonl")));
	assert_false(listing_exclude_has(&exclude, SLICE("raw/6.jsonl")));
	assert_false(listing_exclude_has(&exclude, SLICE("raw/2.json")));
	listing_exclude_release(&exclude);

	write_file("empty", "");
	assert_int_equal(listing_exclude_load(&exclude, "empty", "b", &err), 0);
	assert_false(listing_exclude_has(&exclude, SLICE("")));
	listing_exclude_release(&exclude);

	write_file("bad", "raw/1\n{\"no\":1}\n");
	assert_int_equal(listing_exclude_load(&exclude, "bad", "b", &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_int_equal(strncmp(ERR_TEXT(&err), "bad:2: ", 7), 0);
	listing_exclude_release(&exclude);
	assert_int_equal(listing_exclude_load(&exclude, "missing", "b", &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	listing_exclude_release(&exclude);
}

static void
assert_place(const char *text, const char *bucket, const char *wanted_bucket, const char *wanted_prefix)
{
	struct listing_place place;

	assert_true(listing_place_parse(text, bucket, &place));
	assert_string_equal(place.bucket, wanted_bucket);
	assert_string_equal(place.prefix, wanted_prefix);
	listing_place_release(&place);
}

static void
test_place(void **state)
{
	struct listing_place place;

	(void)state;
	assert_place("a/b", "x", "x", "a/b");
	assert_place("", "x", "x", "");
	assert_place("s3://y/a/b", "x", "y", "a/b");
	assert_place("s3://y/a/b", NULL, "y", "a/b");
	assert_place("s3://y", "x", "y", "");
	assert_place("s3://y/", "x", "y", "");
	assert_false(listing_place_parse("a", NULL, &place));
	assert_false(listing_place_parse("s3:///a", "x", &place));
}

int
main(void)
{
#define WITH_STORE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number), cmocka_unit_test(test_layout_keys), cmocka_unit_test(test_layout_overlap),
		cmocka_unit_test(test_ties),   cmocka_unit_test(test_settle),      cmocka_unit_test(test_spool),
		WITH_STORE(test_join),         WITH_STORE(test_join_random),       WITH_STORE(test_exclude),
		cmocka_unit_test(test_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

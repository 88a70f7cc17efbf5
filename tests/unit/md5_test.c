/* MD5 alone and in lanes, held against OpenSSL's: every length about a block's, however it is cut, in whatever company. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "digest/md5.h"
#include "digest/md5_blocks.h"

enum { TEXT_SIZE = 64 * 1024, STREAMS_MAX = 40 };

static unsigned char text[TEXT_SIZE];

static void
expect_digest(const struct md5 *md5, const unsigned char *data, size_t len)
{
	unsigned char ours[MD5_SIZE], theirs[EVP_MAX_MD_SIZE];

	md5_digest(md5, ours);
	assert_int_equal(EVP_Q_digest(NULL, "MD5", NULL, data, len, theirs, NULL), 1);
	assert_memory_equal(ours, theirs, MD5_SIZE);
}

static int
make_text(void **state)
{
	(void)state;
	srandom(7);
	for (size_t i = 0; i < TEXT_SIZE; i++)
		text[i] = (unsigned char)random();
	return 0;
}

static void
test_known(void **state)
{
	static const unsigned char empty[] = "\xd4\x1d\x8c\xd9\x8f\x00\xb2\x04\xe9\x80\x09\x98\xec\xf8\x42\x7e";
	static const unsigned char abc[] = "\x90\x01\x50\x98\x3c\xd2\x4f\xb0\xd6\x96\x3f\x7d\x28\xe1\x7f\x72";
	unsigned char digest[MD5_SIZE];
	struct md5 md5;

	(void)state;
	md5_init(&md5);
	md5_digest(&md5, digest);
	assert_memory_equal(digest, empty, MD5_SIZE);
	md5_add(&md5, "abc", 3);
	md5_digest(&md5, digest);
	assert_memory_equal(digest, abc, MD5_SIZE);
}

/* A digest in between changes nothing. */
static void
test_cuts(void **state)
{
	(void)state;
	for (size_t len = 0; len <= 200; len++) {
		for (size_t cut = 0; cut <= len; cut++) {
			struct md5 md5;

			md5_init(&md5);
			md5_add(&md5, text, cut);
			expect_digest(&md5, text, cut);
			md5_add(&md5, text + cut, len - cut);
			expect_digest(&md5, text, len);
		}
	}
}

/* Past 2^29 bytes the number of bits needs its upper half. */
static void
test_long(void **state)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char ours[MD5_SIZE], theirs[EVP_MAX_MD_SIZE];
	struct md5 md5;

	(void)state;
	md5_init(&md5);
	assert_int_equal(EVP_DigestInit_ex(ctx, EVP_md5(), NULL), 1);
	for (uint64_t done = 0; done <= UINT64_C(1) << 29; done += TEXT_SIZE) {
		md5_add(&md5, text, TEXT_SIZE);
		assert_int_equal(EVP_DigestUpdate(ctx, text, TEXT_SIZE), 1);
	}
	md5_digest(&md5, ours);
	assert_int_equal(EVP_DigestFinal_ex(ctx, theirs, NULL), 1);
	assert_memory_equal(ours, theirs, MD5_SIZE);
	EVP_MD_CTX_free(ctx);
}

/* Each way that this processor has, for itself. */
static void
test_lanes(void **state)
{
	(void)state;
	for (md5_lanes_fn *const *way = md5_lanes(); *way != NULL; way++) {
		for (size_t blocks = 1; blocks <= 5; blocks++) {
			const unsigned char *data[MD5_LANES];
			uint32_t columns[4][MD5_LANES];

			for (int lane = 0; lane < MD5_LANES; lane++) {
				data[lane] = text + lane * 1001; /* at any address */
				for (int i = 0; i < 4; i++)
					columns[i][lane] = (uint32_t)random();
			}
			uint32_t before[4][MD5_LANES];
			memcpy(before, columns, sizeof(before));
			(*way)(columns, data, blocks);
			for (int lane = 0; lane < MD5_LANES; lane++) {
				uint32_t alone[4] = {before[0][lane], before[1][lane], before[2][lane], before[3][lane]};

				md5_blocks(alone, data[lane], blocks);
				for (int i = 0; i < 4; i++)
					assert_int_equal(columns[i][lane], alone[i]);
			}
		}
	}
}

struct stream {
	struct md5 md5;
	const unsigned char *data;
	size_t len, given, taken;
};

/* What the stream has been given and has not taken, and a few bytes more. */
static struct md5_input
offer(struct stream *stream, size_t more)
{
	if (more > stream->len - stream->given)
		more = stream->len - stream->given;
	stream->given += more;
	return (struct md5_input){&stream->md5, stream->data + stream->taken, stream->given - stream->taken};
}

/* Streams of all lengths that get their bytes in pieces, now this one first and now that one. */
static void
test_company(void **state)
{
	(void)state;
	for (size_t count = 1; count <= STREAMS_MAX; count++) {
		struct stream streams[STREAMS_MAX];
		struct md5_input inputs[STREAMS_MAX];
		size_t rounds = 30;

		for (size_t i = 0; i < count; i++) {
			streams[i] = (struct stream){.data = text + random() % 99, .len = (size_t)random() % 20000};
			md5_init(&streams[i].md5);
		}
		for (size_t round = 0; round < rounds + count; round++) {
			/* at last each one is first with all that it has */
			size_t first = round < rounds ? (size_t)random() % count : round - rounds;

			for (size_t i = 0; i < count; i++) {
				size_t most = round < rounds ? (size_t)random() % 1500 : SIZE_MAX;

				inputs[i] = offer(&streams[(first + i) % count], most);
			}
			md5_add_many(inputs, count);
			assert_int_equal(inputs[0].len, 0);
			for (size_t i = 0; i < count; i++) {
				struct stream *stream = &streams[(first + i) % count];

				stream->taken = stream->given - inputs[i].len;
				assert_ptr_equal(inputs[i].data, stream->data + stream->taken);
				expect_digest(&stream->md5, stream->data, stream->taken);
			}
		}
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(streams[i].taken, streams[i].len);
			expect_digest(&streams[i].md5, streams[i].data, streams[i].len);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known), cmocka_unit_test(test_cuts),    cmocka_unit_test(test_long),
		cmocka_unit_test(test_lanes), cmocka_unit_test(test_company),
	};

	return cmocka_run_group_tests(tests, make_text, NULL);
}

/*
 * The signer, by the four examples that S3's documentation gives, and by what they leave out.
 *
 * `sigv4_test sign` is the same signer for others to hold against theirs (tests/sigv4_botocore.py): on stdin
 * requests of lines METHOD, KEY, QUERY, HASH, UNIX TIME, REGION, SERVICE, then "name:value" lines, then an
 * empty one. The key and the query's "name=value&..." are in hex digits, as they are before they are encoded.
 * On stdout a line with the Authorization header for each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/sigv4.h"
#include "http/percent.h"

#define ACCESS_KEY "AKIAIOSFODNN7EXAMPLE"
#define SECRET_KEY "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
/* clang-format off */
#define HOST                                                                                                 \
	{                                                                                                    \
		"host", "examplebucket.s3.amazonaws.com"                                                     \
	}
#define DATE                                                                                                 \
	{                                                                                                    \
		"x-amz-date", "20130524T000000Z"                                                             \
	}
/* clang-format on */
#define WHEN 1369353600
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct sigv4_request
request_of(const char *method, const char *path, const char *query, const struct sigv4_header *headers, size_t count,
           const char *hash)
{
	return (struct sigv4_request){
		.method = method,
		.path = path,
		.query = query,
		.headers = headers,
		.header_count = count,
		.payload_hash = hash,
		.time = WHEN,
		.region = "us-east-1",
		.service = "s3",
		.access_key = ACCESS_KEY,
		.secret_key = SECRET_KEY,
	};
}

static void
assert_signed(struct sigv4 *sigv4, const struct sigv4_request *request, const char *names, const char *signature)
{
	struct buf value = BUF_INIT;
	struct buf wanted = BUF_INIT;

	buf_printf(&wanted,
	           "AWS4-HMAC-SHA256 "
	           "Credential=%s/20130524/us-east-1/s3/aws4_request,SignedHeaders=%s,Signature=%s",
	           ACCESS_KEY, names, signature);
	sigv4_sign(sigv4, request, &value);
	assert_string_equal(buf_cstr(&value), buf_cstr(&wanted));
	buf_release(&value);
	buf_release(&wanted);
}

static void
published_examples(void **state)
{
	struct sigv4 *sigv4 = sigv4_new();
	const struct sigv4_header plain[] = {DATE, HOST, {"x-amz-content-sha256", EMPTY}};
	const struct sigv4_header ranged[] = {HOST, DATE, {"range", "bytes=0-9"}, {"x-amz-content-sha256", EMPTY}};
	char hash[65];
	struct sigv4_request request;

	(void)state;
	request = request_of("GET", "/test.txt", "", ranged, COUNT(ranged), EMPTY);
	assert_signed(sigv4, &request, "host;range;x-amz-content-sha256;x-amz-date",
	              "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");

	sigv4_hash("Welcome to Amazon S3.", 21, hash);
	const struct sigv4_header put[] = {HOST,
	                                   DATE,
	                                   {"date", "Fri, 24 May 2013 00:00:00 GMT"},
	                                   {"x-amz-content-sha256", hash},
	                                   {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
	request = request_of("PUT", "/test%24file.text", "", put, COUNT(put), hash);
	assert_signed(sigv4, &request, "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
	              "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");

	request = request_of("GET", "/", "lifecycle", plain, COUNT(plain), EMPTY);
	assert_signed(sigv4, &request, "host;x-amz-content-sha256;x-amz-date",
	              "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");

	/* The order that a query is sent in does not matter. */
	request = request_of("GET", "/", "prefix=J&max-keys=2", plain, COUNT(plain), EMPTY);
	assert_signed(sigv4, &request, "host;x-amz-content-sha256;x-amz-date",
	              "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
	sigv4_free(sigv4);
}

/* A signer that has signed for another day, region or secret is as good as new. */
static void
kept_key(void **state)
{
	struct sigv4 *used = sigv4_new();
	const struct sigv4_header plain[] = {DATE, HOST, {"x-amz-content-sha256", EMPTY}};
	struct sigv4_request base = request_of("GET", "/a", "", plain, COUNT(plain), EMPTY);

	(void)state;
	for (int i = 0; i < 5; i++) {
		struct sigv4_request request = base;
		struct sigv4 *fresh = sigv4_new();
		struct buf a = BUF_INIT;
		struct buf b = BUF_INIT;

		request.time += i == 1 ? 86400 : 0;
		request.region = i == 2 ? "eu-west-1" : "us-east-1";
		request.secret_key = i == 3 ? "other" : SECRET_KEY;
		request.service = i == 4 ? "sts" : "s3";
		sigv4_sign(used, &request, &a);
		sigv4_sign(fresh, &request, &b);
		assert_string_equal(buf_cstr(&a), buf_cstr(&b));
		buf_release(&a);
		buf_release(&b);
		sigv4_free(fresh);
	}
	sigv4_free(used);
}

static void
encoding(void **state)
{
	struct buf text = BUF_INIT;

	(void)state;
	percent_encode(&text, SLICE("a b+c%d/e~-_.*=&?#\xc3\xa9\n"), true);
	assert_string_equal(buf_cstr(&text), "a%20b%2Bc%25d/e~-_.%2A%3D%26%3F%23%C3%A9%0A");
	buf_reset(&text);
	percent_encode(&text, slice_of("/\0", 2), false);
	assert_string_equal(buf_cstr(&text), "%2F%00");
	buf_release(&text);
}

static void
canonical(void **state)
{
	const struct sigv4_header headers[] = {{"x-b", "  two   spaces\t and ends "}, {"host", "h"}};
	struct sigv4_request request = request_of("GET", "/", "b=2&a&b=1&a-=3&&a=", headers, 2, "HASH");
	struct buf text = BUF_INIT;

	(void)state;
	sigv4_canonical(&request, &text);
	assert_string_equal(buf_cstr(&text),
	                    "GET\n/\na=&a=&a-=3&b=1&b=2\nhost:h\nx-b:two spaces and ends\n\nhost;x-b\nHASH");
	buf_release(&text);
}

static void
hashes(void **state)
{
	char hex[65];

	(void)state;
	sigv4_hash(NULL, 0, hex);
	assert_string_equal(hex, EMPTY);
	sigv4_hash("abc", 3, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#define LINES 7
#define LINE_MAX_BYTES 65536

/* One line without its '\n'; false at the end. */
static bool
next_line(char *line)
{
	if (fgets(line, LINE_MAX_BYTES, stdin) == NULL)
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

/* Appends what the hex digits stand for, encoded. */
static void
encode_hex(struct buf *to, const char *hex, size_t len, bool keep_slash)
{
	struct buf raw = BUF_INIT;

	for (size_t i = 0; i + 1 < len; i += 2) {
		char digits[3] = {hex[i], hex[i + 1], '\0'};

		buf_append_byte(&raw, (char)strtoul(digits, NULL, 16));
	}
	percent_encode(to, slice_of_buf(&raw), keep_slash);
	buf_release(&raw);
}

/* As encode_hex, but '=' and '&' stand for themselves. */
static void
encode_query(struct buf *to, const char *query)
{
	while (*query != '\0') {
		size_t len = strcspn(query, "=&");

		encode_hex(to, query, len, false);
		query += len;
		if (*query != '\0')
			buf_append_byte(to, *query++);
	}
}

static void
sign_one(struct sigv4 *sigv4, char lines[LINES][LINE_MAX_BYTES])
{
	static char header[LINE_MAX_BYTES];
	struct sigv4_header headers[32];
	struct buf path = BUF_INIT, query = BUF_INIT, value = BUF_INIT;
	size_t count = 0;

	while (count < COUNT(headers) && next_line(header) && *header != '\0') {
		char *colon = strchr(header, ':');

		*colon = '\0';
		headers[count++] = (struct sigv4_header){strdup(header), strdup(colon + 1)};
	}
	buf_append_byte(&path, '/');
	encode_hex(&path, lines[1], strlen(lines[1]), true);
	encode_query(&query, lines[2]);
	struct sigv4_request request = request_of(lines[0], buf_cstr(&path), buf_cstr(&query), headers, count, lines[3]);
	request.time = atoll(lines[4]);
	request.region = lines[5];
	request.service = lines[6];
	sigv4_sign(sigv4, &request, &value);
	puts(buf_cstr(&value));
	buf_release(&value);
	buf_release(&path);
	buf_release(&query);
	for (size_t i = 0; i < count; i++) {
		free((char *)headers[i].name);
		free((char *)headers[i].value);
	}
}

static int
sign_stdin(void)
{
	static char lines[LINES][LINE_MAX_BYTES];
	struct sigv4 *sigv4 = sigv4_new();

	while (next_line(lines[0])) {
		for (int i = 1; i < LINES; i++) {
			if (!next_line(lines[i]))
				return 1;
		}
		sign_one(sigv4, lines);
	}
	sigv4_free(sigv4);
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_examples), cmocka_unit_test(kept_key), cmocka_unit_test(encoding),
		cmocka_unit_test(canonical),          cmocka_unit_test(hashes),
	};

	if (argc == 2 && strcmp(argv[1], "sign") == 0)
		return sign_stdin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

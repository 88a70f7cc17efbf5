/* AWS Signature Version 4: see sigv4.h. */
#include "aws/sigv4.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hex.h"
#include "base/mem.h"

#define HASH_LEN 32
#define DATE_LEN 8 /* "20130524", the scope's first part */

/* One name=value of the query, still encoded. */
struct pair {
	struct slice name;
	struct slice value;
};

struct sigv4 {
	EVP_MAC *mac;
	EVP_MAC_CTX *ctx;
	unsigned char key[HASH_LEN];
	struct buf key_for; /* date, region, service and secret that `key` was derived from; empty: none */
	struct buf text;    /* canonical request, then string to sign */
	struct buf wanted;
};

/* Fetched once: a fetch for each digest takes locks and costs more than hashing a short text. */
static const EVP_MD *
sha256(void)
{
	static EVP_MD *md;

	if (md == NULL)
		md = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (md == NULL)
		abort();
	return md;
}

static void
hmac(struct sigv4 *sigv4, const void *key, size_t key_len, const void *data, size_t len, unsigned char out[HASH_LEN])
{
	size_t out_len = 0;

	if (EVP_MAC_init(sigv4->ctx, key, key_len, NULL) != 1 || EVP_MAC_update(sigv4->ctx, data, len) != 1 ||
	    EVP_MAC_final(sigv4->ctx, out, &out_len, HASH_LEN) != 1 || out_len != HASH_LEN)
		abort();
}

static void
wipe_buf(struct buf *buf)
{
	if (buf->cap > 0)
		OPENSSL_cleanse(buf->data, buf->cap);
	buf_reset(buf);
}

static int
compare_pairs(const void *a, const void *b)
{
	const struct pair *left = a;
	const struct pair *right = b;
	int order = slice_compare(left->name, right->name);

	return order != 0 ? order : slice_compare(left->value, right->value);
}

static void
append_query(struct buf *to, const char *query)
{
	size_t count = 1;
	size_t used = 0;
	struct pair *pairs;

	if (*query == '\0')
		return;
	for (const char *c = query; *c != '\0'; c++)
		count += *c == '&';
	pairs = mem_alloc(count * sizeof(*pairs));
	while (*query != '\0') {
		size_t len = strcspn(query, "&");
		const char *equals = memchr(query, '=', len);
		size_t name_len = equals != NULL ? (size_t)(equals - query) : len;

		pairs[used].name = slice_of(query, name_len);
		pairs[used].value = equals != NULL ? slice_of(equals + 1, len - name_len - 1) : slice_of("", 0);
		used += len > 0;
		query += len + (query[len] == '&');
	}
	qsort(pairs, used, sizeof(*pairs), compare_pairs);
	for (size_t i = 0; i < used; i++) {
		if (i > 0)
			buf_append_byte(to, '&');
		buf_append_slice(to, pairs[i].name);
		buf_append_byte(to, '=');
		buf_append_slice(to, pairs[i].value);
	}
	free(pairs);
}

static int
compare_headers(const void *a, const void *b)
{
	const struct sigv4_header *const *left = a;
	const struct sigv4_header *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

static const struct sigv4_header **
sorted_headers(const struct sigv4_request *request)
{
	const struct sigv4_header **sorted = mem_alloc((request->header_count + 1) * sizeof(struct sigv4_header *));

	for (size_t i = 0; i < request->header_count; i++)
		sorted[i] = &request->headers[i];
	qsort(sorted, request->header_count, sizeof(struct sigv4_header *), compare_headers);
	return sorted;
}

/* A value as it is signed: no white space at its ends, one space for every run of it inside. */
static void
append_value(struct buf *to, const char *value)
{
	bool space = false;
	size_t start = to->len;

	for (; *value != '\0'; value++) {
		if (*value == ' ' || *value == '\t') {
			space = true;
			continue;
		}
		if (space && to->len > start)
			buf_append_byte(to, ' ');
		space = false;
		buf_append_byte(to, *value);
	}
}

static void
append_names(struct buf *to, const struct sigv4_header **sorted, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_append_byte(to, ';');
		buf_append_str(to, sorted[i]->name);
	}
}

static void
append_canonical(const struct sigv4_request *request, const struct sigv4_header **sorted, struct buf *to)
{
	buf_append_str(to, request->method);
	buf_append_byte(to, '\n');
	buf_append_str(to, request->path);
	buf_append_byte(to, '\n');
	append_query(to, request->query);
	buf_append_byte(to, '\n');
	for (size_t i = 0; i < request->header_count; i++) {
		buf_append_str(to, sorted[i]->name);
		buf_append_byte(to, ':');
		append_value(to, sorted[i]->value);
		buf_append_byte(to, '\n');
	}
	buf_append_byte(to, '\n');
	append_names(to, sorted, request->header_count);
	buf_append_byte(to, '\n');
	buf_append_str(to, request->payload_hash);
}

static void
derive_key(struct sigv4 *sigv4, const struct sigv4_request *request, const char *date)
{
	unsigned char key[HASH_LEN];

	buf_reset(&sigv4->wanted);
	buf_printf(&sigv4->wanted, "%.*s\n%s\n%s\n", DATE_LEN, date, request->region, request->service);
	buf_append_str(&sigv4->wanted, "AWS4");
	size_t secret_at = sigv4->wanted.len - 4;
	buf_append_str(&sigv4->wanted, request->secret_key);
	if (slice_compare(slice_of_buf(&sigv4->wanted), slice_of_buf(&sigv4->key_for)) == 0)
		return;
	hmac(sigv4, sigv4->wanted.data + secret_at, sigv4->wanted.len - secret_at, date, DATE_LEN, key);
	hmac(sigv4, key, HASH_LEN, request->region, strlen(request->region), key);
	hmac(sigv4, key, HASH_LEN, request->service, strlen(request->service), key);
	hmac(sigv4, key, HASH_LEN, "aws4_request", 12, sigv4->key);
	OPENSSL_cleanse(key, sizeof(key));
	wipe_buf(&sigv4->key_for);
	buf_append_slice(&sigv4->key_for, slice_of_buf(&sigv4->wanted));
}

void
sigv4_hash(const void *data, size_t len, char hex[65])
{
	unsigned char hash[HASH_LEN];
	unsigned int hash_len = 0;

	if (EVP_Digest(len > 0 ? data : "", len, hash, &hash_len, sha256(), NULL) != 1 || hash_len != HASH_LEN)
		abort();
	hex_encode(hex, hash, HASH_LEN);
}

struct sigv4 *
sigv4_new(void)
{
	struct sigv4 *sigv4 = mem_zero(1, sizeof(*sigv4));
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
	                       OSSL_PARAM_construct_end()};

	sigv4->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	sigv4->ctx = sigv4->mac != NULL ? EVP_MAC_CTX_new(sigv4->mac) : NULL;
	if (sigv4->ctx == NULL || EVP_MAC_CTX_set_params(sigv4->ctx, params) != 1)
		abort();
	return sigv4;
}

void
sigv4_free(struct sigv4 *sigv4)
{
	if (sigv4 == NULL)
		return;
	EVP_MAC_CTX_free(sigv4->ctx);
	EVP_MAC_free(sigv4->mac);
	wipe_buf(&sigv4->key_for);
	wipe_buf(&sigv4->wanted);
	buf_release(&sigv4->key_for);
	buf_release(&sigv4->wanted);
	buf_release(&sigv4->text);
	OPENSSL_cleanse(sigv4->key, sizeof(sigv4->key));
	free(sigv4);
}

void
sigv4_date(int64_t unix_seconds, char text[17])
{
	time_t seconds = (time_t)unix_seconds;
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, 17, "%Y%m%dT%H%M%SZ", &tm);
}

void
sigv4_canonical(const struct sigv4_request *request, struct buf *to)
{
	const struct sigv4_header **sorted = sorted_headers(request);

	append_canonical(request, sorted, to);
	free(sorted);
}

void
sigv4_sign(struct sigv4 *sigv4, const struct sigv4_request *request, struct buf *to)
{
	const struct sigv4_header **sorted = sorted_headers(request);
	unsigned char signature[HASH_LEN];
	char hex[65];
	char date[17];

	sigv4_date(request->time, date);
	derive_key(sigv4, request, date);

	buf_reset(&sigv4->text);
	append_canonical(request, sorted, &sigv4->text);
	sigv4_hash(sigv4->text.data, sigv4->text.len, hex);
	buf_reset(&sigv4->text);
	buf_printf(&sigv4->text, "AWS4-HMAC-SHA256\n%s\n%.*s/%s/%s/aws4_request\n%s", date, DATE_LEN, date, request->region,
	           request->service, hex);
	hmac(sigv4, sigv4->key, HASH_LEN, sigv4->text.data, sigv4->text.len, signature);
	hex_encode(hex, signature, HASH_LEN);

	buf_printf(to, "AWS4-HMAC-SHA256 Credential=%s/%.*s/%s/%s/aws4_request,SignedHeaders=", request->access_key,
	           DATE_LEN, date, request->region, request->service);
	append_names(to, sorted, request->header_count);
	buf_printf(to, ",Signature=%s", hex);
	free(sorted);
}

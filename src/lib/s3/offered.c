/*
 * Checksums that the store has and sends with an object ("x-amz-checksum-mode: ENABLED"), in
 * base64, most significant byte first. One is enough: the cheapest.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "digest/crc.h"
#include "base/base64.h"
#include "s3/s3.h"

static const struct {
	const char *header, *name;
	size_t size;
} offers[] = {
	[S3_OFFER_CRC32C] = {"x-amz-checksum-crc32c", "CRC-32C", 4},
	[S3_OFFER_CRC64NVME] = {"x-amz-checksum-crc64nvme", "CRC-64/NVME", 8},
	[S3_OFFER_CRC32] = {"x-amz-checksum-crc32", "CRC-32", 4},
	[S3_OFFER_SHA256] = {"x-amz-checksum-sha256", "SHA-256", 32},
	[S3_OFFER_SHA1] = {"x-amz-checksum-sha1", "SHA-1", 20},
};

static void
start_digest(struct s3_offered *offered)
{
	if (offered->kind != S3_OFFER_SHA1 && offered->kind != S3_OFFER_SHA256)
		return;
	offered->digest = EVP_MD_CTX_new();
	if (offered->digest == NULL ||
	    EVP_DigestInit_ex(offered->digest, offered->kind == S3_OFFER_SHA1 ? EVP_sha1() : EVP_sha256(), NULL) != 1)
		abort();
}

/* "…-3" is computed from the checksums of three parts. */
static bool
read_wanted(struct s3_offered *offered, const char *text, size_t size)
{
	struct buf bytes = BUF_INIT;
	bool fine = strchr(text, '-') == NULL && base64_decode(&bytes, slice_of_str(text)) && bytes.len == size;

	if (fine)
		memcpy(offered->wanted, bytes.data, size);
	buf_release(&bytes);
	return fine;
}

void
s3_offered_release(struct s3_offered *offered)
{
	EVP_MD_CTX_free(offered->digest);
	*offered = (struct s3_offered){0};
}

void
s3_offered_find(struct s3_offered *offered, const struct http_call *call)
{
	const char *type = http_header(call, "x-amz-checksum-type");

	s3_offered_release(offered);
	if (type != NULL && strcmp(type, "FULL_OBJECT") != 0)
		return;
	for (size_t kind = 1; kind < sizeof(offers) / sizeof(offers[0]); kind++) {
		const char *text = http_header(call, offers[kind].header);

		if (text != NULL && read_wanted(offered, text, offers[kind].size)) {
			offered->kind = (enum s3_offer)kind;
			start_digest(offered);
			return;
		}
	}
}

void
s3_offered_add(struct s3_offered *offered, const char *data, size_t len)
{
	switch (offered->kind) {
	case S3_OFFER_NONE:
		break;
	case S3_OFFER_CRC32C:
		offered->crc = crc32c_more((uint32_t)offered->crc, data, len);
		break;
	case S3_OFFER_CRC64NVME:
		offered->crc = crc64nvme_more(offered->crc, data, len);
		break;
	case S3_OFFER_CRC32:
		offered->crc = crc32_z((uint32_t)offered->crc, (const unsigned char *)data, len);
		break;
	case S3_OFFER_SHA1:
	case S3_OFFER_SHA256:
		if (EVP_DigestUpdate(offered->digest, data, len) != 1)
			abort();
		break;
	}
}

bool
s3_offered_fits(const struct s3_offered *offered)
{
	size_t size = offers[offered->kind].size;
	unsigned char came[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *copy;

	if (offered->kind == S3_OFFER_NONE)
		return true;
	if (offered->digest == NULL) {
		for (size_t i = 0; i < size; i++)
			came[i] = (unsigned char)(offered->crc >> 8 * (size - 1 - i));
	} else {
		/* More bytes may follow. */
		copy = EVP_MD_CTX_new();
		if (copy == NULL || EVP_MD_CTX_copy_ex(copy, offered->digest) != 1 || EVP_DigestFinal_ex(copy, came, NULL) != 1)
			abort();
		EVP_MD_CTX_free(copy);
	}
	return memcmp(came, offered->wanted, size) == 0;
}

const char *
s3_offered_name(const struct s3_offered *offered)
{
	return offers[offered->kind].name;
}

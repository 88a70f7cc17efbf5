/*
 * Checksums for uploads. Content-MD5 goes to a bucket that requires a checksum. CRC-32 is optional:
 * servers other than AWS may refuse the header. Zlib has the polynomial that S3 calls CRC32; its
 * value is in base64, most significant byte first.
 */
#include <string.h>
#include <zlib.h>

#include "digest/md5.h"
#include "base/base64.h"
#include "s3/s3.h"

#define CRC_HEADER "x-amz-checksum-crc32"

uint32_t
s3_checksum_more(uint32_t crc, const char *data, size_t len)
{
	return (uint32_t)crc32_z(crc, (const unsigned char *)data, len);
}

void
s3_checksum_text(uint32_t crc, struct buf *to)
{
	const char bytes[] = {(char)(crc >> 24), (char)(crc >> 16), (char)(crc >> 8), (char)crc};

	base64_encode(to, slice_of(bytes, sizeof(bytes)));
}

uint32_t
s3_checksum_send(struct s3_request *request)
{
	uint32_t crc = s3_checksum_more(0, request->body.len > 0 ? request->body.ptr : "", request->body.len);
	struct buf text = BUF_INIT;

	s3_checksum_text(crc, &text);
	s3_request_header(request, CRC_HEADER, buf_cstr(&text));
	buf_release(&text);
	return crc;
}

void
s3_checksum_md5(struct s3_request *request)
{
	unsigned char digest[MD5_SIZE];
	struct buf text = BUF_INIT;
	struct md5 md5;

	md5_init(&md5);
	md5_add(&md5, request->body.len > 0 ? request->body.ptr : "", request->body.len);
	md5_digest(&md5, digest);
	request->checksum_sent = true;
	base64_encode(&text, slice_of((const char *)digest, sizeof(digest)));
	s3_request_header(request, "content-md5", buf_cstr(&text));
	buf_release(&text);
}

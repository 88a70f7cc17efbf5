/*
 * The CRCs that S3 offers beside zlib's CRC-32: CRC-32C and CRC-64/NVME. Both are reflected, start
 * from all ones and end with all bits turned; for "123456789" they are e3069283 and
 * ae8b14860a799888.
 */
#ifndef DIGEST_CRC_H
#define DIGEST_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Extends `crc`, that of the bytes before (0: none), by these bytes. */
uint32_t crc32c_more(uint32_t crc, const void *data, size_t len);
uint64_t crc64nvme_more(uint64_t crc, const void *data, size_t len);

#endif

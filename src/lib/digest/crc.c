/*
 * CRC-32C and CRC-64/NVME, eight bytes at a time by eight tables each ("slicing by eight"); CRC-32C
 * by the processor's instruction, if it has one.
 */
#include "digest/crc.h"

#include <stdbool.h>
#include <string.h>

#define CRC32C_POLYNOMIAL 0x82f63b78u
#define CRC64NVME_POLYNOMIAL 0x9a6c9329ac4bc9b5u

struct tables {
	bool made;
	uint64_t of[8][256]; /* [n]: of a byte that n others follow */
};

static void
make_tables(struct tables *tables, uint64_t polynomial)
{
	for (unsigned i = 0; i < 256; i++) {
		uint64_t crc = i;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
		tables->of[0][i] = crc;
	}
	for (int n = 1; n < 8; n++)
		for (unsigned i = 0; i < 256; i++)
			tables->of[n][i] = tables->of[0][tables->of[n - 1][i] & 0xff] ^ tables->of[n - 1][i] >> 8;
	tables->made = true;
}

static uint64_t
load_word(const unsigned char *from)
{
	uint64_t word;

	memcpy(&word, from, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/* Without the turning of bits at both ends. */
static uint64_t
add_bytes(const struct tables *tables, uint64_t crc, const unsigned char *data, size_t len)
{
	for (; len >= 8; data += 8, len -= 8) {
		crc ^= load_word(data);
		crc = tables->of[7][crc & 0xff] ^ tables->of[6][crc >> 8 & 0xff] ^ tables->of[5][crc >> 16 & 0xff] ^
		      tables->of[4][crc >> 24 & 0xff] ^ tables->of[3][crc >> 32 & 0xff] ^ tables->of[2][crc >> 40 & 0xff] ^
		      tables->of[1][crc >> 48 & 0xff] ^ tables->of[0][crc >> 56];
	}
	for (; len > 0; data++, len--)
		crc = tables->of[0][(crc ^ *data) & 0xff] ^ crc >> 8;
	return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t
add_by_instruction(uint32_t crc, const unsigned char *data, size_t len)
{
	uint64_t wide = crc;

	for (; len >= 8; data += 8, len -= 8)
		wide = __builtin_ia32_crc32di(wide, load_word(data));
	crc = (uint32_t)wide;
	for (; len > 0; data++, len--)
		crc = __builtin_ia32_crc32qi(crc, *data);
	return crc;
}
#endif

uint32_t
crc32c_more(uint32_t crc, const void *data, size_t len)
{
	static struct tables tables;

#if defined(__x86_64__)
	if (__builtin_cpu_supports("sse4.2"))
		return ~add_by_instruction(~crc, data, len);
#endif
	if (!tables.made)
		make_tables(&tables, CRC32C_POLYNOMIAL);
	return ~(uint32_t)add_bytes(&tables, ~crc, data, len);
}

uint64_t
crc64nvme_more(uint64_t crc, const void *data, size_t len)
{
	static struct tables tables;

	if (!tables.made)
		make_tables(&tables, CRC64NVME_POLYNOMIAL);
	return ~add_bytes(&tables, ~crc, data, len);
}

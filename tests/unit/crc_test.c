/* CRC-32C and CRC-64/NVME against the values that their specifications give, and against themselves in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "digest/crc.h"

static void
known_values(void **state)
{
	static const unsigned char zeros[32], ones[32] = {[0 ... 31] = 0xff};

	(void)state;
	assert_int_equal(crc32c_more(0, "", 0), 0);
	assert_int_equal(crc64nvme_more(0, "", 0), 0);
	assert_int_equal(crc32c_more(0, "123456789", 9), 0xe3069283);
	assert_true(crc64nvme_more(0, "123456789", 9) == 0xae8b14860a799888);
	/* RFC 3720, B.4 */
	assert_int_equal(crc32c_more(0, zeros, 32), 0x8a9136aa);
	assert_int_equal(crc32c_more(0, ones, 32), 0x62a8ab43);
}

static void
in_pieces(void **state)
{
	unsigned char data[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i * 167 + i / 7);
	for (size_t first = 0; first <= 64; first++) {
		uint32_t c = crc32c_more(crc32c_more(0, data, first), data + first, sizeof(data) - first);
		uint64_t n = crc64nvme_more(crc64nvme_more(0, data, first), data + first, sizeof(data) - first);

		assert_int_equal(c, crc32c_more(0, data, sizeof(data)));
		assert_true(n == crc64nvme_more(0, data, sizeof(data)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(known_values), cmocka_unit_test(in_pieces)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

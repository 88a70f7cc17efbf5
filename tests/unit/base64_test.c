/* Base64: RFC 4648's own examples, every length, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base64.h"

static void
expect_pair(struct slice bytes, const char *text)
{
	struct buf to = BUF_INIT;

	buf_append_str(&to, "kept");
	base64_encode(&to, bytes);
	assert_string_equal(buf_cstr(&to) + 4, text);
	to.len = 4;
	assert_true(base64_decode(&to, slice_of_str(text)));
	assert_int_equal(to.len, 4 + bytes.len);
	assert_true(bytes.len == 0 || memcmp(to.data + 4, bytes.ptr, bytes.len) == 0);
	buf_release(&to);
}

static void
test_examples(void **state)
{
	(void)state;
	expect_pair(SLICE(""), "");
	expect_pair(SLICE("f"), "Zg==");
	expect_pair(SLICE("fo"), "Zm8=");
	expect_pair(SLICE("foo"), "Zm9v");
	expect_pair(SLICE("foob"), "Zm9vYg==");
	expect_pair(SLICE("fooba"), "Zm9vYmE=");
	expect_pair(SLICE("foobar"), "Zm9vYmFy");
	expect_pair(SLICE("\0"), "AA==");
	expect_pair(SLICE("\xff\xff\xff"), "////");
	expect_pair(SLICE("\xfb\xef\xbe\xff"), "++++/w==");
}

static void
test_every_byte_at_every_place(void **state)
{
	unsigned char bytes[256 + 3];
	struct buf text = BUF_INIT, back = BUF_INIT;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 167 + 13);
	for (len = 0; len <= sizeof(bytes); len++) {
		buf_reset(&text);
		buf_reset(&back);
		base64_encode(&text, slice_of((const char *)bytes, len));
		assert_int_equal(text.len, (len + 2) / 3 * 4);
		assert_true(base64_decode(&back, slice_of_buf(&text)));
		assert_int_equal(back.len, len);
		assert_true(len == 0 || memcmp(back.data, bytes, len) == 0);
	}
	buf_release(&text);
	buf_release(&back);
}

static void
test_refuses(void **state)
{
	static const char *const texts[] = {
		"Z",        "Zg",      "Zg=",    "Zm9vY",    "Zg===", "=",    "====", "Z===",
		"Zg==Zg==", "Zm=v",    "Zm9v\n", "Zm 9",     "Zm9-",  "Zm9_", "Zh==", /* bits that no encoder
	                                                                                 sets */
		"Zm9=",     "Zm\x80v", "Zg=g",   "Zm9vZg=g",
	};
	struct buf to = BUF_INIT;
	size_t i;

	(void)state;
	buf_append_str(&to, "kept");
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (base64_decode(&to, slice_of_str(texts[i])))
			fail_msg("%s", texts[i]);
		assert_int_equal(to.len, 4);
	}
	assert_false(base64_decode(&to, SLICE("Zm9\0")));
	buf_release(&to);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_every_byte_at_every_place),
		cmocka_unit_test(test_refuses),
	};

	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}

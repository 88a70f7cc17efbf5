/* Writing a JSON string. */
#include "json/json.h"

#include "base/utf8.h"

static void
quote_control(struct buf *to, unsigned char byte)
{
	static const char hex[] = "0123456789abcdef";
	static const char letters[] = "\bb\ff\nn\rr\tt";
	const char *at;
	char escape[6] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};

	for (at = letters; *at != '\0'; at += 2) {
		if ((unsigned char)*at == byte) {
			escape[1] = at[1];
			buf_append(to, escape, 2);
			return;
		}
	}
	buf_append(to, escape, sizeof(escape));
}

/* Everything but the quotes around it; text that is UTF-8. */
static void
quote_runs(struct buf *to, struct slice text)
{
	const char *pos = text.ptr, *end = text.ptr + text.len, *run = pos;
	unsigned char byte;

	for (; pos < end; pos++) {
		byte = (unsigned char)*pos;
		if (byte >= 0x20 && byte != '"' && byte != '\\')
			continue;
		buf_append(to, run, (size_t)(pos - run));
		run = pos + 1;
		if (byte < 0x20) {
			quote_control(to, byte);
		} else {
			buf_append_byte(to, '\\');
			buf_append_byte(to, *pos);
		}
	}
	buf_append(to, run, (size_t)(end - run));
}

/* The same for text that is not UTF-8 throughout. */
static void
quote_broken(struct buf *to, struct slice text)
{
	const char *pos = text.ptr, *end = text.ptr + text.len;
	size_t len;

	for (; pos < end; pos += len) {
		len = utf8_length(pos, (size_t)(end - pos));
		if (len == 0) {
			buf_append_str(to, "\xef\xbf\xbd");
			len = 1;
		} else {
			quote_runs(to, slice_of(pos, len));
		}
	}
}

/* Whether any of the eight bytes is below ' ', '"', '\\' or no ASCII: the first three borrow, after the exclusive or. */
static bool
is_special(const char *bytes)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return (((word - ones * ' ') | ((word ^ ones * '"') - ones) | ((word ^ ones * '\\') - ones) | word) &
	        (ones << 7)) != 0;
}

/* Whether the text can stand between quotes as it is: most do. */
static bool
is_plain(struct slice text)
{
	size_t i;

	for (i = 0; text.len - i >= 8; i += 8) {
		if (is_special(text.ptr + i))
			return false;
	}
	if (i == text.len)
		return true;
	if (text.len >= 8)
		return !is_special(text.ptr + text.len - 8);
	for (; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.ptr[i];

		if (byte < ' ' || byte >= 0x80 || byte == '"' || byte == '\\')
			return false;
	}
	return true;
}

void
json_quote(struct buf *to, struct slice text)
{
	buf_reserve(to, text.len + 2);
	buf_append_byte(to, '"');
	if (is_plain(text))
		buf_append_slice(to, text);
	else if (slice_is_utf8(text))
		quote_runs(to, text);
	else
		quote_broken(to, text);
	buf_append_byte(to, '"');
}

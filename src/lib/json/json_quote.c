/* Writing a JSON string. */
#include "json/json.h"

#include "base/hex.h"
#include "base/utf8.h"

static void
quote_control(struct buf *to, unsigned char byte)
{
	static const char letters[] = "\bb\ff\nn\rr\tt";
	const char *at;
	char escape[6] = {'\\', 'u', '0', '0', HEX_DIGITS[byte >> 4], HEX_DIGITS[byte & 15]};

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

typedef signed char bytes16 __attribute__((vector_size(16)));

/*
 * Whether sixteen bytes can stand between quotes as they are; copies them. Bytes that are not ASCII
 * are negative, so below ' '.
 */
static inline bool
copy_sixteen(char *to, const char *from)
{
	bytes16 bytes, special;
	uint64_t halves[2];

	memcpy(&bytes, from, sizeof(bytes));
	memcpy(to, &bytes, sizeof(bytes));
	special = (bytes < ' ') | (bytes == '"') | (bytes == '\\');
	memcpy(halves, &special, sizeof(halves));
	return (halves[0] | halves[1]) == 0;
}

/*
 * Copies text that can stand between quotes as it is, as most can. Of any other it returns false,
 * and copies some of it.
 */
static bool
copy_plain(char *to, struct slice text)
{
	size_t i;

	for (i = 0; text.len - i >= 16; i += 16) {
		if (!copy_sixteen(to + i, text.ptr + i))
			return false;
	}
	/* The rest along with what stands before it. */
	if (text.len >= 16)
		return i == text.len || copy_sixteen(to + text.len - 16, text.ptr + text.len - 16);
	for (; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.ptr[i];

		if (byte < ' ' || byte >= 0x80 || byte == '"' || byte == '\\')
			return false;
		to[i] = (char)byte;
	}
	return true;
}

void
json_quote(struct buf *to, struct slice text)
{
	buf_reserve(to, text.len + 2);
	to->data[to->len++] = '"';
	if (copy_plain(to->data + to->len, text))
		to->len += text.len;
	else if (slice_is_utf8(text))
		quote_runs(to, text);
	else
		quote_broken(to, text);
	buf_append_byte(to, '"');
}

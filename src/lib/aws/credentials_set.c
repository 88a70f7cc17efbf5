/* One set of keys: checked when it comes in, wiped when it goes. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "aws/credentials_internal.h"
#include "base/clock.h"
#include "base/mem.h"

static void
wipe_text(char **text)
{
	if (*text)
		OPENSSL_cleanse(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

/*
 * For values that go into a header, or into a signature that only the server can check: printable
 * ASCII.
 */
static bool
is_plain(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
			return false;
	return true;
}

/* White space around a key is a slip of copying; inside it is damage. */
static struct slice
trim(struct slice text)
{
	while (text.len && strchr(" \t\r\n", text.ptr[text.len - 1]))
		text.len--;
	while (text.len && strchr(" \t\r\n", text.ptr[0])) {
		text.ptr++;
		text.len--;
	}
	return text;
}

void
credential_set_release(struct credential_set *set)
{
	wipe_text(&set->access_key);
	wipe_text(&set->secret_key);
	wipe_text(&set->session_token);
	free(set->source);
	*set = (struct credential_set){0};
}

void
credential_buf_wipe(struct buf *buf)
{
	if (buf->data)
		OPENSSL_cleanse(buf->data, buf->cap);
	buf_release(buf);
}

int
credential_set_fill(struct credential_set *set, struct slice access_key, struct slice secret_key,
                    struct slice session_token, const char *from, struct err *err)
{
	access_key = trim(access_key);
	secret_key = trim(secret_key);
	session_token = trim(session_token);
	if (!access_key.len || !secret_key.len)
		return err_set(err, ERR_USAGE, "%s: %s", from,
		               access_key.len ? "an access key without its secret key" : "no access key");
	if (!is_plain(access_key) || !is_plain(secret_key) || !is_plain(session_token))
		return err_set(err, ERR_USAGE, "%s: blanks or other invalid bytes in the %s", from,
		               !is_plain(access_key)   ? "access key"
		               : !is_plain(secret_key) ? "secret key"
		                                       : "session token");
	credential_set_release(set);
	set->access_key = slice_dup(access_key);
	set->secret_key = slice_dup(secret_key);
	set->session_token = session_token.len ? slice_dup(session_token) : NULL;
	return 0;
}

void
credential_set_source(struct credential_set *set, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	free(set->source);
	set->source = mem_dup(text);
}

int64_t
credential_time(const char *text)
{
	int64_t seconds = clock_parse_iso(text);

	return seconds < 0 ? -1 : seconds * 1000;
}

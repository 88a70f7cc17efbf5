/* Errors as values. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

/* Ends a text that did not fit in "...", so that nobody takes it for the whole. */
static void
mark_cut(struct err *err, int wanted)
{
	if (wanted >= (int)sizeof(err->text))
		memcpy(err->text + sizeof(err->text) - 4, "...", 4);
}

int
err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
	va_list args;

	err->kind = kind;
	va_start(args, format);
	mark_cut(err, vsnprintf(err->text, sizeof(err->text), format, args));
	va_end(args);
	return -1;
}

int
err_set_errno(struct err *err, enum err_kind kind, const char *format, ...)
{
	int number = errno; /* vsnprintf may change it */
	va_list args;
	int len;

	err->kind = kind;
	va_start(args, format);
	len = vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	if (len >= 0 && len < (int)sizeof(err->text))
		len += snprintf(err->text + len, sizeof(err->text) - (size_t)len, ": %s", strerror(number));
	mark_cut(err, len);
	return -1;
}

int
err_prefix(struct err *err, const char *format, ...)
{
	char text[sizeof(err->text)];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len >= 0 && len < (int)sizeof(text))
		len += snprintf(text + len, sizeof(text) - (size_t)len, ": %s", err->text);
	memcpy(err->text, text, sizeof(text));
	mark_cut(err, len);
	return -1;
}

bool
err_is_temporary(const struct err *err)
{
	return err->kind == ERR_TEMPORARY || err->kind == ERR_ACCESS;
}

enum exit_status
err_status(const struct err *err)
{
	switch (err->kind) {
	case ERR_NONE:
		return STATUS_OK;
	case ERR_USAGE:
		return STATUS_USAGE;
	case ERR_TEMPORARY:
		return STATUS_TEMPORARY;
	case ERR_FAILED:
	case ERR_ACCESS:
		break;
	}
	return STATUS_FAILED;
}

/* Errors as values. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"

/* Ends a text that did not fit in "...", so that nobody takes it for the whole. */
static void
mark_cut(struct err *err, int wanted)
{
	if (wanted >= (int)sizeof(err->text))
		memcpy(err->text + sizeof(err->text) - 4, "...", 4);
}

static const char *const fault_names[FAULTS] = {"object", "everybody", "nobody"};

int
err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
	va_list args;

	err->kind = kind;
	err->advice = NULL;
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
	err->advice = NULL;
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

enum fault
err_fault(const struct err *err)
{
	switch (err->kind) {
	case ERR_OBJECT:
		return FAULT_OBJECT;
	case ERR_NONE:
	case ERR_TEMPORARY:
		return FAULT_NOBODY;
	case ERR_FAILED:
	case ERR_ACCESS:
	case ERR_USAGE:
		break;
	}
	return FAULT_EVERYBODY;
}

const char *
fault_name(enum fault fault)
{
	return fault_names[fault];
}

bool
fault_parse(struct slice text, enum fault *fault)
{
	for (int i = FAULT_OBJECT; i < FAULTS; i++) {
		if (!slice_equal_str(text, fault_names[i]))
			continue;
		*fault = (enum fault)i;
		return true;
	}
	return false;
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
	case ERR_OBJECT:
	case ERR_FAILED:
	case ERR_ACCESS:
		break;
	}
	return STATUS_FAILED;
}

void
err_log(const struct err *err)
{
	log_error_fault(fault_name(err_fault(err)), "%s%s%s", err->text, err->advice != NULL ? ": " : "",
	                err->advice != NULL ? err->advice : "");
}

void
err_log_stop(const struct err *err, const char *key)
{
	log_error_fault(fault_name(err_fault(err)),
	                "%s%s%s. The run stops, because the next object would meet this too. If only this one does: "
	                "cursor skip %s --reason TEXT",
	                err->text, err->advice != NULL ? ": " : "", err->advice != NULL ? err->advice : "", key);
}

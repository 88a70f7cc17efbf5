/* Errors as values. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"

static const char *const fault_names[FAULTS] = {"object", "everybody", "nobody"};

/* Ends a text that did not fit in "...", so that it does not look complete. */
static void
mark_cut(char *text, size_t size, int wanted)
{
	if (wanted >= (int)size)
		memcpy(text + size - 4, "...", 4);
}

static void
clear_err(struct err *err, enum err_kind kind)
{
	err->kind = kind;
	err->http_status = 0;
	err->operation = err->advice = NULL;
	err->object_told = err->answer_told = false;
	err->object[0] = err->code[0] = err->request_id[0] = err->reason[0] = err->detail[0] = '\0';
}

int
err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
	va_list args;

	clear_err(err, kind);
	va_start(args, format);
	mark_cut(err->reason, sizeof(err->reason), vsnprintf(err->reason, sizeof(err->reason), format, args));
	va_end(args);
	return -1;
}

int
err_set_errno(struct err *err, enum err_kind kind, const char *format, ...)
{
	int number = errno; /* vsnprintf may change it */
	va_list args;
	int len;

	clear_err(err, kind);
	va_start(args, format);
	len = vsnprintf(err->reason, sizeof(err->reason), format, args);
	va_end(args);
	if (len >= 0 && len < (int)sizeof(err->reason))
		len += snprintf(err->reason + len, sizeof(err->reason) - (size_t)len, ": %s", strerror(number));
	mark_cut(err->reason, sizeof(err->reason), len);
	return -1;
}

int
err_set_operation(struct err *err, enum err_kind kind, const char *operation, const char *format, ...)
{
	va_list args;

	clear_err(err, kind);
	err->operation = operation;
	va_start(args, format);
	mark_cut(err->reason, sizeof(err->reason), vsnprintf(err->reason, sizeof(err->reason), format, args));
	va_end(args);
	return -1;
}

int
err_set_answer(struct err *err, enum err_kind kind, const char *operation, int http_status, const char *code)
{
	clear_err(err, kind);
	err->operation = operation;
	err->http_status = http_status;
	snprintf(err->code, sizeof(err->code), "%s", code);
	return -1;
}

int
err_set_detail(struct err *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	mark_cut(err->detail, sizeof(err->detail), vsnprintf(err->detail, sizeof(err->detail), format, args));
	va_end(args);
	return -1;
}

int
err_set_object(struct err *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	mark_cut(err->object, sizeof(err->object), vsnprintf(err->object, sizeof(err->object), format, args));
	va_end(args);
	return -1;
}

void
err_tell_object(struct err *err, const char *object)
{
	err_set_object(err, "%s", object);
	err->object_told = true;
}

void
err_tell_answer(struct err *err, const char *operation, int http_status, struct slice code)
{
	err->answer_told = true;
	if (operation != NULL)
		err->operation = operation;
	if (http_status != 0)
		err->http_status = http_status;
	if (code.len > 0)
		snprintf(err->code, sizeof(err->code), "%.*s", SLICE_ARGS(code));
}

int
err_prefix(struct err *err, const char *format, ...)
{
	char text[sizeof(err->reason)];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len >= 0 && len < (int)sizeof(text))
		len += snprintf(text + len, sizeof(text) - (size_t)len, ": %s", err->reason);
	memcpy(err->reason, text, sizeof(text));
	mark_cut(err->reason, sizeof(err->reason), len);
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

/* A text that grows; what does not fit is left out, and "..." says so. */
struct text {
	char *at;
	size_t len;
};

static void add_text(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
add_text(struct text *text, const char *format, ...)
{
	size_t room = ERR_TEXT_MAX - text->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text->at + text->len, room, format, args);
	va_end(args);
	mark_cut(text->at + text->len, room, len);
	text->len += len < (int)room ? (size_t)len : room - 1;
}

/* The operation and its result. */
static void
add_operation(struct text *text, const struct err *err)
{
	const char *between = "";

	if (err->answer_told) {
		add_text(text, "%s", err->reason);
		return;
	}
	add_text(text, "%s%s", err->operation != NULL ? err->operation : "", err->operation != NULL ? ": " : "");
	if (err->http_status != 0) {
		add_text(text, "%d", err->http_status);
		between = " ";
	}
	if (err->code[0] != '\0') {
		add_text(text, "%s%s", between, err->code);
		between = ": ";
	}
	if (err->reason[0] != '\0')
		add_text(text, "%s%s", between, err->reason);
}

const char *
err_record_text(const struct err *err, char text[ERR_TEXT_MAX])
{
	struct text to = {text, 0};

	add_operation(&to, err);
	return text;
}

const char *
err_text(const struct err *err, char text[ERR_TEXT_MAX])
{
	struct text to = {text, 0};
	bool detail = err->detail[0] != '\0', id = err->request_id[0] != '\0' && !err->answer_told;

	if (err->object[0] != '\0' && !err->object_told)
		add_text(&to, "%s: ", err->object);
	add_operation(&to, err);
	if (detail || id)
		add_text(&to, " (%s%s%s%s)", err->detail, detail && id ? "; " : "", id ? "request id " : "", err->request_id);
	return text;
}

struct log_fields
err_fields(const struct err *err)
{
	return (struct log_fields){
		.fault = fault_name(err_fault(err)),
		.operation = err->operation,
		.object = err->object,
		.http_status = err->http_status,
		.code = err->code,
		.request_id = err->request_id,
	};
}

/* `stop`: the text after the error if it stops the run, or "". */
static void
log_err(enum log_level level, const struct err *err, const char *stop)
{
	bool advised = err->advice != NULL && level == LOG_ERROR;

	log_with_fields(level, ERR_FIELDS(err), "%s%s%s%s", ERR_TEXT(err), advised ? ": " : "", advised ? err->advice : "",
	                stop);
}

void
err_log(const struct err *err)
{
	log_err(LOG_ERROR, err, "");
}

void
err_log_warning(const struct err *err)
{
	log_err(LOG_WARNING, err, "");
}

void
err_log_stop(const struct err *err, const char *key)
{
	char *stop = mem_printf(". The run stops, because the next object would meet this too. If only this one does: "
	                        "cursor skip %s --reason TEXT",
	                        key);

	log_err(LOG_ERROR, err, stop);
	free(stop);
}

/*
 * What went wrong, as a value. The library never exits and never prints an error that it also
 * returns: it fills a struct err and returns -1 (or NULL); main decides.
 *
 * Wherever a function takes a `struct err *`, it must not be NULL, and it is filled exactly when
 * the function says that it failed.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

#include "base/exits.h"

enum err_kind {
	ERR_NONE,
	ERR_FAILED,    /* for good: trying again gives the same */
	ERR_ACCESS,    /* refused for want of a right: stops the cursor, but no retry helps now */
	ERR_TEMPORARY, /* the same call may go through later */
	ERR_USAGE,     /* settings or arguments: nothing was done */
};

struct err {
	enum err_kind kind;
	char text[1024]; /* what was being done, on what, why; no program name, no newline, no secret */
};

/* clang-format off */
#define ERR_INIT {ERR_NONE, ""}
/* clang-format on */

/* Fill *err. Returns -1, so that `return err_set(...)` reads well. A text that is too long is cut. */
int err_set(struct err *err, enum err_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same with ": " and strerror(errno) appended. */
int err_set_errno(struct err *err, enum err_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Put "prefix: " in front of the text, as a caller that knows more context does. Returns -1. */
int err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether an object with this error is left for a later run (temporary or refused) rather than given up. */
bool err_is_temporary(const struct err *err);

/* The exit status that this error calls for: FAILED and ACCESS 1, USAGE 2, TEMPORARY 75, NONE 0. */
enum exit_status err_status(const struct err *err);

#endif

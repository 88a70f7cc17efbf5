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

#include "base/buf.h"
#include "base/exits.h"

enum err_kind {
	ERR_NONE,
	ERR_FAILED,    /* trying again does not mend it */
	ERR_ACCESS,    /* the same: a permission is missing, or a service refuses what we are set to ask */
	ERR_TEMPORARY, /* the same call may go through later */
	ERR_USAGE,     /* settings or arguments: nothing was done */
	ERR_OBJECT,    /* proof that this one object can never go through: see enum fault */
};

/*
 * Whose fault an error is. It decides what becomes of the object that met it: the cursor passes an
 * object only if the fault is the object's own, and that takes proof. So nothing but ERR_OBJECT is:
 * an error that nobody has thought of stops the cursor.
 */
enum fault {
	FAULT_OBJECT,    /* recorded as failed for good; the cursor passes it */
	FAULT_EVERYBODY, /* the next object would meet it too: the run stops until something is changed */
	FAULT_NOBODY,    /* it may pass: the object is left for a later run */
	FAULTS
};

struct err {
	enum err_kind kind;
	const char *advice; /* what to change, static; NULL: nothing is known. Only err_log() prints it */
	char text[1024];    /* what was being done, on what, why; no program name, no newline, no secret */
};

/* clang-format off */
#define ERR_INIT {ERR_NONE, NULL, ""}
/* clang-format on */

/*
 * Fill *err, without advice. Returns -1, so that `return err_set(...)` reads well. A text that is
 * too long is cut.
 */
int err_set(struct err *err, enum err_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same with ": " and strerror(errno) appended. */
int err_set_errno(struct err *err, enum err_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Put "prefix: " in front of the text, as a caller that knows more context does. Returns -1. */
int err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* OBJECT is the object's, TEMPORARY (and NONE) nobody's, anything else everybody's. */
enum fault err_fault(const struct err *err);

/* "object", "everybody" or "nobody", as records and statistics have it. */
const char *fault_name(enum fault fault);
/* False if the text is none of the three. */
bool fault_parse(struct slice text, enum fault *fault);

/* The exit status that this error calls for: USAGE 2, TEMPORARY 75, NONE 0, anything else 1. */
enum exit_status err_status(const struct err *err);

/* Prints it as an error message: its text, then its advice; in JSON with its fault. */
void err_log(const struct err *err);
/*
 * The same for everybody's fault that stops a run which was at the source `key`: says that the run
 * stops, and how the next one gets past this object if only this one meets it.
 */
void err_log_stop(const struct err *err, const char *key);

#endif

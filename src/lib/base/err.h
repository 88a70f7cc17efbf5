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
#include "base/log.h"

enum err_kind {
	ERR_NONE,
	ERR_FAILED,    /* trying again does not mend it */
	ERR_ACCESS,    /* the same: a permission is missing, or a service refuses our settings */
	ERR_TEMPORARY, /* the same call may go through later */
	ERR_USAGE,     /* settings or arguments: nothing was done */
	ERR_OBJECT,    /* proof that this one object can never go through: see enum fault */
};

/*
 * Whose fault an error is. It decides about the object that met it: the cursor passes an object
 * only if the fault is the object's own, and that takes proof. So only ERR_OBJECT counts as such:
 * an unforeseen error stops the cursor.
 */
enum fault {
	FAULT_OBJECT,    /* recorded as failed for good; the cursor passes it */
	FAULT_EVERYBODY, /* the next object would meet it too: the run stops until something is changed */
	FAULT_NOBODY,    /* it may pass: the object is left for a later run */
	FAULTS
};

enum {
	ERR_WORD_MAX = 64,
	ERR_OBJECT_MAX = 448,
	ERR_REASON_MAX = 1024,
	ERR_DETAIL_MAX = 400,
	ERR_TEXT_MAX = 2048, /* a text of all of it */
};

/*
 * Members say what went wrong; no code looks into a text to find out. The texts hold no program
 * name, no newline and no secret. "" and 0 mean: not known, or it does not apply.
 */
struct err {
	enum err_kind kind;
	int http_status;                   /* of the answer */
	const char *operation;             /* the request, static: "GET", "ListObjectsV2"; NULL */
	const char *advice;                /* what to change, static; NULL */
	bool object_told;                  /* the reason names the object: a text does not name it again */
	bool answer_told;                  /* the same for operation, status, code and request id */
	char object[ERR_OBJECT_MAX];       /* on what: "s3://bucket/key" */
	char code[ERR_WORD_MAX + 1];       /* the service's word for it: "NoSuchKey" */
	char request_id[ERR_WORD_MAX + 1]; /* the service's name for the request */
	char reason[ERR_REASON_MAX];       /* why; the same in every run */
	char detail[ERR_DETAIL_MAX];       /* what else the service said */
};

/* clang-format off */
#define ERR_INIT {.kind = ERR_NONE}
/* clang-format on */

/*
 * Fill *err with a kind and a reason; all other members are empty. Return -1, so that
 * `return err_set(...)` reads well. A text that is too long is cut.
 */
int err_set(struct err *err, enum err_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same with ": " and strerror(errno) appended. */
int err_set_errno(struct err *err, enum err_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same as err_set() with the operation, a static text, that the error is of. */
int err_set_operation(struct err *err, enum err_kind kind, const char *operation, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* What a service answered: "404 NoSuchKey"; `code` is cut to ERR_WORD_MAX. No reason is set. */
int err_set_answer(struct err *err, enum err_kind kind, const char *operation, int http_status, const char *code);

/* Adds details, which may differ from run to run. Returns -1. */
int err_set_detail(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets the object that the error is about. Returns -1. */
int err_set_object(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * For a reason that names these things in its own words: they become fields only, and no text
 * repeats them. NULL, 0 and "" change nothing.
 */
void err_tell_object(struct err *err, const char *object);
void err_tell_answer(struct err *err, const char *operation, int http_status, struct slice code);

/* Put "prefix: " in front of the reason, as a caller that knows more context does. Returns -1. */
int err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* OBJECT is the object's, TEMPORARY (and NONE) nobody's, anything else everybody's. */
enum fault err_fault(const struct err *err);

/* "object", "everybody" or "nobody", as records and statistics have it. */
const char *fault_name(enum fault fault);
/* False if the text is none of the three. */
bool fault_parse(struct slice text, enum fault *fault);

/* The exit status that this error calls for: USAGE 2, TEMPORARY 75, NONE 0, anything else 1. */
enum exit_status err_status(const struct err *err);

/*
 * The whole as a text: "s3://bucket/key: GET: 404 NoSuchKey (The key does not exist.; request id
 * 4F)". Returns `text`.
 */
const char *err_text(const struct err *err, char text[ERR_TEXT_MAX]);
/*
 * The part that is the same in every run, for a record that names the object itself: "GET: 404
 * NoSuchKey".
 */
const char *err_record_text(const struct err *err, char text[ERR_TEXT_MAX]);

/* These texts, for the rest of the block. */
#define ERR_TEXT(err) err_text((err), (char[ERR_TEXT_MAX]){""})
#define ERR_RECORD_TEXT(err) err_record_text((err), (char[ERR_TEXT_MAX]){""})

/*
 * The members that a message shows in JSON, for log_with_fields(); they point into *err. The macro
 * is for the rest of the block.
 */
struct log_fields err_fields(const struct err *err);
#define ERR_FIELDS(err) ((const struct log_fields[]){err_fields(err)})

/* Prints it as an error message: its text, then its advice; in JSON its members are fields, too. */
void err_log(const struct err *err);
/* The same as a warning. */
void err_log_warning(const struct err *err);
/*
 * The same for an error that stops the run (everybody's fault), met at the source `key`: says that
 * the run stops, and how the next run can skip this object if no other meets the error.
 */
void err_log_stop(const struct err *err, const char *key);

#endif

/*
 * The one logger: a line a message on stderr, "PROGRAM: LEVEL: TEXT", by one write(2), with control
 * bytes and broken UTF-8 escaped (\x1b), so that data can forge neither lines nor colours. Errors
 * carry no level word: "s3cat: cannot ...". Or as JSON (base/log_line.h), with SENIORITY_RUN_ID,
 * which is the same for all stages of a run.
 *
 * If SENIORITY_LIVE is set and stderr is a terminal, another program shows a changing line there:
 * it is cleared first.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG };

/* Name the program (a static string). Call it first. */
void log_init(const char *program);

/* Show messages up to `level`; the default is LOG_WARNING. */
void log_set_level(enum log_level level);

/* One JSON object a message. */
void log_set_json(bool json);

const char *log_program(void);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/*
 * A message with what is known of its cause, which only JSON shows; a member that is NULL, "" or 0
 * is left out. err_log() and ERR_FIELDS() (base/err.h) fill it.
 */
struct log_fields {
	const char *fault; /* whose: "object", "everybody", "nobody" */
	const char *operation, *object;
	int http_status;
	const char *code, *request_id;
};
void log_with_fields(enum log_level level, const struct log_fields *fields, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Shown at any level, and not an error: "senserve: listening on ..." */
void log_notice(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * For a warning that may come thousands of times: shows the first 10 of a site, then one a second
 * with the number left out in between. `site` must be zeroed and live as long as the process.
 */
struct log_site {
	long shown;
	long hidden;
	long long last_ms;
};
/* Whether the next warning of the site is shown; it counts as shown then. */
bool log_site_shows(struct log_site *site);
void log_warning_limited(struct log_site *site, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

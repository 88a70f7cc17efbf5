/*
 * What a message looks like on stderr. A line is never longer than LOG_LINE_MAX (PIPE_BUF: another
 * process cannot tear one write(2) of it); a longer text is cut. No memory is allocated, so a
 * program that runs out of it can still say so.
 */
#ifndef BASE_LOG_LINE_H
#define BASE_LOG_LINE_H

#include "base/log.h"

enum { LOG_LINE_MAX = 4096 };

struct log_message {
	const char *program;
	const char *run; /* the id of the run, or NULL */
	enum log_level level;
	const char *text;
	size_t len;
	const struct log_fields *fields; /* or NULL */
};

/* "PROGRAM: LEVEL: TEXT\n" into line[LOG_LINE_MAX]; returns its length. */
size_t log_line_text(char *line, const struct log_message *message);

/*
 * {"time":"…","run":"…","program":"…","pid":…,"level":"…","fault":"…","operation":"…","object":"…",
 * "http_status":…,"code":"…","request_id":"…","message":"…"} and "\n", without what is not known:
 * valid JSON whatever the bytes.
 */
size_t log_line_json(char *line, const struct log_message *message);

#endif

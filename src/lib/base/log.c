/* Messages on stderr. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/log_line.h"

static const char clear_line[] = "\r\033[K";

static const char *log_name = "?";
static const char *log_run;
static enum log_level log_level = LOG_WARNING;
static bool json, live;

void
log_init(const char *program)
{
	log_name = program;
	log_run = getenv("SENIORITY_RUN_ID");
	if (log_run && *log_run == '\0')
		log_run = NULL;
	live = getenv("SENIORITY_LIVE") && isatty(STDERR_FILENO);
}

void
log_set_json(bool on)
{
	json = on;
}

const char *
log_program(void)
{
	return log_name;
}

void
log_set_level(enum log_level level)
{
	log_level = level;
}

static void
write_message(enum log_level level, const struct log_fields *fields, const char *format, va_list args)
{
	char text[LOG_LINE_MAX];
	char line[sizeof(clear_line) + LOG_LINE_MAX];
	struct log_message message = {log_name, log_run, level, text, 0, fields};
	int number = errno;
	size_t start = live ? sizeof(clear_line) - 1 : 0;
	int len;

	if (level > log_level && level != LOG_NOTICE)
		return;
	len = vsnprintf(text, sizeof(text), format, args);
	message.len = len < 0 ? 0 : len >= (int)sizeof(text) ? sizeof(text) - 1 : (size_t)len;
	memcpy(line, clear_line, start);
	len = (int)(json ? log_line_json : log_line_text)(line + start, &message);
	/* If stderr fails, there is nobody left to tell. */
	if (write(STDERR_FILENO, line, start + (size_t)len) < 0) {
	}
	errno = number;
}

#define SAY_FIELDS(level, fields)                                                                                      \
	do {                                                                                                               \
		va_list args;                                                                                                  \
		va_start(args, format);                                                                                        \
		write_message(level, fields, format, args);                                                                    \
		va_end(args);                                                                                                  \
	} while (0)
#define SAY(level) SAY_FIELDS(level, NULL)

void
log_with_fields(enum log_level level, const struct log_fields *fields, const char *format, ...)
{
	SAY_FIELDS(level, fields);
}

void
log_error(const char *format, ...)
{
	SAY(LOG_ERROR);
}

void
log_warning(const char *format, ...)
{
	SAY(LOG_WARNING);
}

void
log_notice(const char *format, ...)
{
	SAY(LOG_NOTICE);
}

void
log_info(const char *format, ...)
{
	SAY(LOG_INFO);
}

void
log_debug(const char *format, ...)
{
	SAY(LOG_DEBUG);
}

bool
log_site_shows(struct log_site *site)
{
	int64_t now = clock_mono_ms();

	if (site->shown >= 10 && now - site->last_ms < 1000) {
		site->hidden++;
		return false;
	}
	if (site->hidden > 0)
		log_warning("(%ld more like the next one were left out)", site->hidden);
	site->shown++;
	site->hidden = 0;
	site->last_ms = now;
	return true;
}

void
log_warning_limited(struct log_site *site, const char *format, ...)
{
	if (log_site_shows(site))
		SAY(LOG_WARNING);
}

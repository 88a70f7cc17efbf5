/* Messages on stderr. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"

enum { LINE_MAX_BYTES = 4096 }; /* PIPE_BUF: one write(2) of a line is never torn by another process's */

static const char *log_name = "?";
static enum log_level log_level = LOG_WARNING;

void
log_init(const char *program)
{
	log_name = program;
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

/* Copies text to line[at..room), making what could fake a line, move a cursor or be no UTF-8 visible. */
static size_t
escape(char *line, size_t at, size_t room, const char *text, size_t len)
{
	size_t i = 0;

	while (i < len) {
		size_t n = utf8_length(text + i, len - i);
		unsigned char c = (unsigned char)text[i];
		bool c1 = n == 2 && c == 0xc2 && (unsigned char)text[i + 1] < 0xa0;

		if (n > 0 && c >= 0x20 && c != 0x7f && !c1) {
			if (at + n > room)
				break;
			memcpy(line + at, text + i, n);
			at += n;
			i += n;
			continue;
		}
		if (at + 4 > room)
			break;
		snprintf(line + at, 5, "\\x%02x", c);
		at += 4;
		i++;
	}
	return at;
}

static void
say(enum log_level level, const char *format, va_list args)
{
	static const char *const words[] = {"", "warning: ", "info: ", "debug: "};
	char text[LINE_MAX_BYTES];
	char line[LINE_MAX_BYTES + 8];
	int number = errno;
	int len;
	size_t at;

	if (level > log_level)
		return;
	len = vsnprintf(text, sizeof(text), format, args);
	if (len < 0)
		len = 0;
	if (len >= (int)sizeof(text))
		len = (int)sizeof(text) - 1;
	at = (size_t)snprintf(line, 128, "%.100s: %s", log_name, words[level]);
	at = escape(line, at, LINE_MAX_BYTES - 1, text, (size_t)len);
	line[at++] = '\n';
	/* Nobody is left to tell where stderr fails. */
	if (write(STDERR_FILENO, line, at) < 0) {
	}
	errno = number;
}

#define SAY(level)                                                                                           \
	do {                                                                                                 \
		va_list args;                                                                                \
		va_start(args, format);                                                                      \
		say(level, format, args);                                                                    \
		va_end(args);                                                                                \
	} while (0)

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
log_info(const char *format, ...)
{
	SAY(LOG_INFO);
}

void
log_debug(const char *format, ...)
{
	SAY(LOG_DEBUG);
}

void
log_warning_limited(struct log_site *site, const char *format, ...)
{
	int64_t now = clock_mono_ms();

	if (site->shown >= 10 && now - site->last_ms < 1000) {
		site->hidden++;
		return;
	}
	if (site->hidden > 0)
		log_warning("(%ld more like the next one were left out)", site->hidden);
	site->shown++;
	site->hidden = 0;
	site->last_ms = now;
	SAY(LOG_WARNING);
}

/*
 * .env: lines NAME=VALUE, parsed and never run. "export " in front, quotes around the value and
 * comments are read as python-dotenv does; nothing is expanded. Names that are not ours are
 * ignored.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "settings/layers.h"

enum { DOTENV_MAX = 1024 * 1024 };

static char *
skip_blanks(char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

static void
trim_end(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
}

/*
 * The value in place: 'literal', "with \n \t \" \\ escapes", or bare up to " #". NULL: a quote is
 * not closed.
 */
static char *
unquote(char *value)
{
	char quote = *value;
	char *to = value, *from = value + 1;

	if (quote != '\'' && quote != '"') {
		for (char *at = value; *at; at++) {
			if (*at == '#' && (at == value || at[-1] == ' ' || at[-1] == '\t')) {
				*at = '\0';
				break;
			}
		}
		trim_end(value);
		return value;
	}
	for (; *from && *from != quote; from++) {
		if (quote == '"' && *from == '\\' && from[1]) {
			from++;
			*to++ = *from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
		} else {
			*to++ = *from;
		}
	}
	if (*from != quote)
		return NULL;
	*to = '\0';
	return value;
}

static int
read_line(struct settings *settings, char *line, const char *origin, struct err *err)
{
	const struct setting *setting;
	char *name = skip_blanks(line), *equals, *value;

	if (strncmp(name, "export", 6) == 0 && (name[6] == ' ' || name[6] == '\t'))
		name = skip_blanks(name + 6);
	if (*name == '\0' || *name == '#')
		return 0;
	equals = strchr(name, '=');
	if (equals == NULL)
		return 0; /* python-dotenv reads it as a name without a value */
	*equals = '\0';
	trim_end(name);
	setting = settings_of_variable(name);
	if (setting == NULL && strncmp(name, "AWS_", 4) != 0)
		return 0;
	value = unquote(skip_blanks(equals + 1));
	if (value == NULL)
		return err_set(err, ERR_USAGE, "%s: the quote after %s= is not closed", origin, name);
	if (setting == NULL)
		settings_put_aws(settings, name, value);
	else if (*value && settings_put(settings, setting, LAYER_DOTENV, value, origin, err) < 0)
		return err_prefix(err, "%s", origin);
	return 0;
}

int
settings_read_dotenv(struct settings *settings, const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	char *at, *next;
	int number = 0, result;

	result = io_read_file(path, DOTENV_MAX, &text, err);
	if (result == 0 && memchr(text.data ? text.data : "", '\0', text.len))
		result = err_set(err, ERR_USAGE, "%s holds a NUL byte", path);
	if (result == 0) {
		buf_cstr(&text);
		at = text.data;
		if (text.len >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
			at += 3;
		for (; at && result == 0; at = next) {
			char origin[512];

			next = strchr(at, '\n');
			if (next)
				*next++ = '\0';
			trim_end(at);
			snprintf(origin, sizeof(origin), "%s:%d", path, ++number);
			result = read_line(settings, at, origin, err);
		}
	}
	if (text.data)
		explicit_bzero(text.data, text.cap);
	buf_release(&text);
	return result;
}

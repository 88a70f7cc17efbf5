/*
 * The grammar of AWS's profile files (config.h describes it), in one pass over the text. Nothing is
 * copied: names and values are ended by a NUL in place, and a continuation is moved to the end of
 * the value that it continues. So all secrets of the file are in one piece of memory, which can be
 * wiped.
 *
 * Errors never quote a line: it may hold a secret.
 */
#include <ctype.h>
#include <string.h>

#include "aws/config_internal.h"

struct scan {
	struct aws_config *config;
	enum aws_config_file file;
	const char *name;
	size_t line;

	bool in_section;
	bool skipped; /* a section of a kind that is not ours: checked, not kept */
	enum aws_config_kind kind;
	enum aws_config_rank rank;
	const char *section;

	bool in_value; /* a continuation may come */
	size_t indent; /* of the key above */
	const char *key;
	char *value;
	char *value_end; /* where its NUL is */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

static char *
skip_blanks(char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p;
}

static char *
trim_end(const char *start, char *end)
{
	while (end > start && is_blank(end[-1]))
		end--;
	return end;
}

static int
reject_line(const struct scan *scan, struct err *err, const char *why)
{
	return err_set(err, ERR_USAGE, "%s:%zu: %s", scan->name, scan->line, why);
}

static void
lower(char *text)
{
	for (; *text; text++)
		*text = (char)tolower((unsigned char)*text);
}

static void
add_entry(const struct scan *scan, const char *nest, const char *key, const char *value)
{
	struct aws_config_entry entry = {
		.kind = scan->kind, .rank = scan->rank, .section = scan->section, .nest = nest, .key = key, .value = value};

	if (!scan->skipped)
		aws_config_add(scan->config, &entry);
}

/*
 * The word after "profile" and the like: bare, or in quotes if it has blanks. NULL if it is
 * neither.
 */
static char *
section_word(char *word)
{
	size_t len = strlen(word);
	char quote = word[0];

	if (len > 2 && (quote == '"' || quote == '\'') && strchr(word + 1, quote) == word + len - 1) {
		word[len - 1] = '\0';
		return word + 1;
	}
	return len && !strpbrk(word, " \t\v\f\"'") ? word : NULL;
}

/*
 * The section of the config file that `title` names; sections that AWS does not know are skipped.
 */
static void
config_section(struct scan *scan, char *title)
{
	static const struct {
		const char *word;
		enum aws_config_kind kind;
	} kinds[] = {
		{"profile", AWS_CONFIG_PROFILE},
		{"services", AWS_CONFIG_SERVICES},
		{"sso-session", AWS_CONFIG_SSO_SESSION},
	};
	size_t word = strcspn(title, " \t\v\f");

	scan->skipped = true;
	scan->rank = RANK_CONFIG;
	if (strcmp(title, "default") == 0) {
		scan->kind = AWS_CONFIG_PROFILE;
		scan->rank = RANK_BARE_DEFAULT;
		scan->section = title;
		scan->skipped = false;
		return;
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (word != strlen(kinds[i].word) || memcmp(title, kinds[i].word, word) != 0)
			continue;
		scan->kind = kinds[i].kind;
		scan->section = section_word(skip_blanks(title + word, title + strlen(title)));
		scan->skipped = !scan->section;
	}
}

/* "[...]"; anything after it counts as a comment. */
static int
take_section(struct scan *scan, char *start, char *end, struct err *err)
{
	char *close = memchr(start, ']', (size_t)(end - start));
	char *title;

	if (!close)
		return reject_line(scan, err, "a section starts with [ and does not end with ]");
	title = skip_blanks(start + 1, close);
	close = trim_end(title, close);
	if (close == title)
		return reject_line(scan, err, "a section without a name");
	*close = '\0';
	if (scan->file == AWS_CREDENTIALS_FILE) {
		scan->kind = AWS_CONFIG_PROFILE;
		scan->rank = RANK_CREDENTIALS;
		scan->section = title;
		scan->skipped = false;
	} else {
		config_section(scan, title);
	}
	scan->in_section = true;
	scan->in_value = false;
	add_entry(scan, "", "", "");
	return 0;
}

/* The end of the value in [start, end), without a comment that follows white space. */
static char *
without_comment(const char *start, char *end)
{
	for (char *p = (char *)start; p < end; p++)
		if ((*p == '#' || *p == ';') && is_blank(p[-1]))
			return p;
	return end;
}

/*
 * `key = value`; start is not a blank. Cuts off the value's comment, and ends both by a NUL. `end`
 * is the end of the line, which may be overwritten. Returns the fault, or NULL.
 */
static const char *
take_pair(char *start, char *end, const char *delimiters, char **key, char **value, char **value_end)
{
	char *delimiter = start;

	while (delimiter < end && !strchr(delimiters, *delimiter))
		delimiter++;
	if (delimiter == end)
		return "neither a section, nor key = value";
	if (delimiter == start)
		return "a value without a key";
	end = without_comment(delimiter + 1, end);
	*value = skip_blanks(delimiter + 1, end);
	*value_end = trim_end(*value, end);
	*key = start;
	*trim_end(start, delimiter) = '\0';
	**value_end = '\0';
	lower(*key);
	return NULL;
}

static int
take_key(struct scan *scan, char *start, char *end, struct err *err)
{
	const char *why;
	char *key;

	if (!scan->in_section)
		return reject_line(scan, err, "a line before the first [section]");
	/* Python's parser, which AWS's own command line uses, takes ':' as well. */
	why = take_pair(start, end, "=:", &key, &scan->value, &scan->value_end);
	if (why)
		return reject_line(scan, err, why);
	scan->key = key;
	scan->in_value = true;
	add_entry(scan, "", key, scan->value);
	return 0;
}

static int
take_continuation(struct scan *scan, char *start, char *end, struct err *err)
{
	size_t len;

	if (!*scan->value) {
		char *key, *value, *value_end;

		if (take_pair(start, end, "=", &key, &value, &value_end))
			return reject_line(scan, err, "an indented line under a key without a value is not key = value");
		add_entry(scan, scan->key, key, value);
		return 0;
	}
	len = (size_t)(trim_end(start, end) - start);
	*scan->value_end = '\n';
	memmove(scan->value_end + 1, start, len);
	scan->value_end += 1 + len;
	*scan->value_end = '\0';
	return 0;
}

static int
take_line(struct scan *scan, char *line, char *end, struct err *err)
{
	char *start = skip_blanks(line, end);
	size_t indent = (size_t)(start - line);

	if (start == end || *start == '#' || *start == ';')
		return 0;
	if (memchr(start, '\0', (size_t)(end - start)))
		return reject_line(scan, err, "a NUL byte");
	if (scan->in_value && indent > scan->indent)
		return take_continuation(scan, start, end, err);
	scan->indent = indent;
	if (*start == '[')
		return take_section(scan, start, end, err);
	return take_key(scan, start, end, err);
}

/* Cuts `text` (which is followed by a NUL) into entries, in place. Returns -1 with err. */
static int
scan_text(struct aws_config *config, enum aws_config_file file, const char *name, struct buf *text, struct err *err)
{
	struct scan scan = {.config = config, .file = file, .name = name};
	char *p = text->data;
	char *end = p + text->len;

	if (text->len >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
		p += 3;
	while (p < end) {
		char *line = p;
		char *stop = p;

		while (stop < end && *stop != '\n' && *stop != '\r')
			stop++;
		p = stop + 1;
		if (p < end && *stop == '\r' && *p == '\n')
			p++;
		scan.line++;
		if (take_line(&scan, line, stop, err) < 0)
			return -1;
	}
	return 0;
}

int
aws_config_parse(struct aws_config *config, enum aws_config_file file, const char *name, struct buf *text,
                 struct err *err)
{
	struct buf *kept = &config->texts[config->text_count];
	int result;

	if (config->text_count == (int)(sizeof config->texts / sizeof *config->texts))
		return err_set(err, ERR_USAGE, "%s: too many files", name);
	buf_reserve(text, 1);
	text->data[text->len] = '\0';
	*kept = *text;
	*text = (struct buf)BUF_INIT;
	config->text_count++;
	result = scan_text(config, file, name, kept, err);
	aws_config_sort(config);
	return result;
}

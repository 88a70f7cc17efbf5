/* A message as a line. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log_line.h"
#include "base/utf8.h"

enum {
	NAME_MAX_BYTES = 100,
	RUN_MAX_BYTES = 768, /* escaped: some 128 at least */
	WORD_MAX_BYTES = 100,
	OBJECT_MAX_BYTES = 900, /* all of these leave half of the line to the message */
};

/* What is being written, and how much room there is. */
struct line {
	char *bytes;
	size_t at, room;
};

static bool
put_bytes(struct line *line, const char *bytes, size_t len)
{
	if (len > line->room - line->at)
		return false;
	memcpy(line->bytes + line->at, bytes, len);
	line->at += len;
	return true;
}

/*
 * Bytes that could move the terminal's cursor or fake a line. `n` is the length of the character, 0
 * if it is not UTF-8.
 */
static bool
is_control(const char *text, size_t n)
{
	unsigned char c = (unsigned char)*text;

	return n == 0 || c < 0x20 || c == 0x7f || (n == 2 && c == 0xc2 && (unsigned char)text[1] < 0xa0);
}

static bool
put_visible(struct line *line, const char *text, size_t n)
{
	char escape[8];

	if (!is_control(text, n))
		return put_bytes(line, text, n);
	snprintf(escape, sizeof(escape), "\\x%02x", (unsigned char)*text);
	return put_bytes(line, escape, 4);
}

static bool
put_quoted(struct line *line, const char *text, size_t n)
{
	char escape[8] = "\\";

	if (n == 0)
		return put_bytes(line, "\xef\xbf\xbd", 3);
	if (*text == '"' || *text == '\\') {
		escape[1] = *text;
		return put_bytes(line, escape, 2);
	}
	if (!is_control(text, n))
		return put_bytes(line, text, n);
	/* of two bytes the second is the code point */
	snprintf(escape, sizeof(escape), "\\u%04x", (unsigned char)text[n - 1]);
	return put_bytes(line, escape, 6);
}

/* Copies whole characters, as many as there is room for. */
static void
put_text(struct line *line, const char *text, size_t len, bool (*put_one)(struct line *, const char *, size_t))
{
	for (size_t i = 0; i < len;) {
		size_t n = utf8_length(text + i, len - i);

		if (!put_one(line, text + i, n))
			break;
		/*
		 * a byte of a broken character, or of a control character of two bytes, is shown by itself
		 */
		i += n == 0 || (put_one == put_visible && is_control(text + i, n)) ? 1 : n;
	}
}

static void
put_member(struct line *to, const char *start, const char *text, size_t len, size_t most)
{
	size_t room = to->room;

	put_bytes(to, start, strlen(start));
	if (most && to->at + most < room)
		to->room = to->at + most;
	put_text(to, text, len, put_quoted);
	to->room = room;
	put_bytes(to, "\"", 1);
}

static void
put_known_member(struct line *to, const char *start, const char *text, size_t most)
{
	if (text && *text)
		put_member(to, start, text, strlen(text), most);
}

static void
put_fields(struct line *to, const struct log_fields *fields)
{
	char status[32];

	put_known_member(to, ",\"fault\":\"", fields->fault, WORD_MAX_BYTES);
	put_known_member(to, ",\"operation\":\"", fields->operation, WORD_MAX_BYTES);
	put_known_member(to, ",\"object\":\"", fields->object, OBJECT_MAX_BYTES);
	if (fields->http_status) {
		snprintf(status, sizeof(status), ",\"http_status\":%d", fields->http_status);
		put_bytes(to, status, strlen(status));
	}
	put_known_member(to, ",\"code\":\"", fields->code, WORD_MAX_BYTES);
	put_known_member(to, ",\"request_id\":\"", fields->request_id, WORD_MAX_BYTES);
}

size_t
log_line_text(char *line, const struct log_message *message)
{
	static const char *const words[] = {"", "warning: ", "", "info: ", "debug: "};
	struct line to = {line, 0, LOG_LINE_MAX - 1};

	put_bytes(&to, message->program, strnlen(message->program, NAME_MAX_BYTES));
	put_bytes(&to, ": ", 2);
	put_bytes(&to, words[message->level], strlen(words[message->level]));
	put_text(&to, message->text, message->len, put_visible);
	line[to.at++] = '\n';
	return to.at;
}

size_t
log_line_json(char *line, const struct log_message *message)
{
	static const char *const words[] = {"error", "warning", "info", "info", "debug"};
	struct line to = {line, 0, LOG_LINE_MAX - 3}; /* the end of the message always fits */
	int64_t now = clock_unix_ms();
	char time[32], numbers[128];

	clock_format_iso(now / 1000, time);
	snprintf(numbers, sizeof(numbers), "{\"time\":\"%.19s.%03dZ\"", time, (int)(now % 1000));
	put_bytes(&to, numbers, strlen(numbers));
	if (message->run)
		put_member(&to, ",\"run\":\"", message->run, strlen(message->run), RUN_MAX_BYTES);
	put_member(&to, ",\"program\":\"", message->program, strlen(message->program), NAME_MAX_BYTES);
	snprintf(numbers, sizeof(numbers), ",\"pid\":%ld,\"level\":\"%s\"", (long)getpid(), words[message->level]);
	put_bytes(&to, numbers, strlen(numbers));
	if (message->fields)
		put_fields(&to, message->fields);
	put_bytes(&to, ",\"message\":\"", sizeof(",\"message\":\"") - 1);
	put_text(&to, message->text, message->len, put_quoted);
	memcpy(line + to.at, "\"}\n", 3);
	return to.at + 3;
}

/*
 * credential_process: a command of the profile that prints a set of keys as JSON.
 *
 * A command in a profile is split into words and not interpreted further, as AWS does.
 */
#include <stdlib.h>
#include <string.h>

#include "aws/credentials_internal.h"
#include "base/mem.h"

static bool
is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/*
 * Unquotes one word of *from to *to (which may not be after it) and moves both on. False: an
 * unclosed quote.
 */
static bool
take_word(const char **from, char **to)
{
	const char *p = *from;
	char *out = *to;
	char quote = '\0';

	for (; *p && (quote || !is_white(*p)); p++) {
		if (quote && *p == quote)
			quote = '\0';
		else if (!quote && (*p == '"' || *p == '\''))
			quote = *p;
		else if (*p == '\\' && (!quote || (quote == '"' && (p[1] == '"' || p[1] == '\\')))) {
			if (!*++p)
				return false;
			*out++ = *p;
		} else {
			*out++ = *p;
		}
	}
	*out++ = '\0';
	*from = p;
	*to = out;
	return !quote;
}

char **
credential_words(const char *command)
{
	/*
	 * Each word takes at least two bytes of the command with what ends it: pointers first, then the
	 * text.
	 */
	size_t most = strlen(command) / 2 + 2;
	char **words = mem_alloc(most * sizeof *words + strlen(command) + 2);
	char *text = (char *)(words + most);
	size_t count = 0;

	for (;;) {
		while (is_white(*command))
			command++;
		if (!*command)
			break;
		words[count++] = text;
		if (!take_word(&command, &text)) {
			free(words);
			return NULL;
		}
	}
	words[count] = NULL;
	return words;
}

enum step
credentials_from_process(struct credential_job *job, const char *command, struct err *err)
{
	static const struct credential_json rules = {.token_name = "SessionToken", .version = true};
	struct credential_command *run = &job->command;
	int result = -1;

	if (run->state == COMMAND_IDLE) {
		run->words = credential_words(command);
		if (run->words && run->words[0])
			return STEP_RUN;
		err_set(err, ERR_USAGE, "credential_process: %s", run->words ? "no command" : "a quote is left open");
		credential_command_release(run);
		return STEP_FAILED;
	}
	if (run->err.kind != ERR_NONE)
		*err = run->err;
	else
		result = credential_json_parse(&rules, slice_of_buf(&run->output), &job->set, err);
	if (result < 0)
		/* The program alone: its arguments may be secret. */
		err_prefix(err, "credential_process %s", run->words[0]);
	credential_command_release(run);
	return result < 0 ? STEP_FAILED : STEP_FOUND;
}

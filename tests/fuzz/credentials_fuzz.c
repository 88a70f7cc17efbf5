/*
 * libFuzzer: what credential_process and the services answer, their times, and the words of a command.
 * Checked beyond the sanitizers: keys that come out can stand in a header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "aws/credentials_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_plain(const char *text)
{
	for (; text && *text; text++)
		if (*text <= ' ' || *text > '~')
			abort();
}

static void
try_answer(const struct credential_json *rules, struct slice text)
{
	struct credential_set set = {0};
	struct err err = ERR_INIT;

	if (credential_json_parse(rules, text, &set, &err) == 0) {
		if (!*set.access_key || !*set.secret_key || set.expires_ms < 0)
			abort();
		check_plain(set.access_key);
		check_plain(set.secret_key);
		check_plain(set.session_token);
	} else if (err.kind == ERR_NONE) {
		abort();
	}
	credential_set_release(&set);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct credential_json rules[] = {
		{.token_name = "SessionToken", .version = true},
		{.token_name = "Token"},
		{.token_name = "Token", .must_expire = true},
	};
	struct slice text = slice_of((const char *)data, size);
	struct buf error = BUF_INIT;
	char *copy = slice_dup(text);

	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		try_answer(&rules[i], text);
	credential_json_error(text, &error);
	buf_release(&error);
	credential_time(copy);
	free(credential_words(copy));
	free(copy);
	return 0;
}

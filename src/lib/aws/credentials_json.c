/* The JSON that credential_process, container endpoints and instance metadata answer with. */
#include <stdlib.h>
#include <string.h>

#include "aws/credentials_internal.h"
#include "base/mem.h"
#include "json/json.h"

enum member {
	ACCESS_KEY,
	SECRET_KEY,
	TOKEN,
	EXPIRATION,
	JSON_VERSION,
	CODE,
	MESSAGE,
	LOWER_CODE,
	LOWER_MESSAGE,
	MEMBERS
};

struct answer {
	struct json json;
	struct buf scratch;
	int values[MEMBERS];
};

static bool
answer_parse(struct answer *answer, struct slice text, const char *token_name, const char **why)
{
	const struct slice names[MEMBERS] = {
		[ACCESS_KEY] = SLICE("AccessKeyId"), [SECRET_KEY] = SLICE("SecretAccessKey"),
		[TOKEN] = slice_of_str(token_name),  [EXPIRATION] = SLICE("Expiration"),
		[JSON_VERSION] = SLICE("Version"),   [CODE] = SLICE("Code"),
		[MESSAGE] = SLICE("Message"),        [LOWER_CODE] = SLICE("code"),
		[LOWER_MESSAGE] = SLICE("message"),
	};

	if (!json_parse(&answer->json, text, why))
		return false;
	if (!json_is_object(&answer->json)) {
		*why = "not a JSON object";
		return false;
	}
	json_members(&answer->json, names, MEMBERS, answer->values);
	/* Decoding never moves what was decoded before. */
	buf_reserve(&answer->scratch, text.len + 1);
	return true;
}

static void
answer_release(struct answer *answer)
{
	json_release(&answer->json);
	credential_buf_wipe(&answer->scratch);
}

/* The member's string; empty if it is not there, null, or no string. */
static struct slice
answer_text(struct answer *answer, enum member member)
{
	struct slice text = {"", 0};
	const char *why;

	if (answer->values[member] < 0 || !json_is_string(&answer->json, answer->values[member]) ||
	    !json_string(&answer->json, answer->values[member], &answer->scratch, &text, &why))
		return SLICE("");
	return text;
}

static int
take_expiration(struct answer *answer, const struct credential_json *rules, struct credential_set *set, struct err *err)
{
	struct slice text = answer_text(answer, EXPIRATION);
	char *copy;

	if (!text.len && (answer->values[EXPIRATION] < 0 ||
	                  slice_equal_str(json_raw(&answer->json, answer->values[EXPIRATION]), "null"))) {
		if (rules->must_expire)
			return err_set(err, ERR_FAILED, "the answer has no Expiration");
		return 0;
	}
	copy = slice_dup(text);
	set->expires_ms = credential_time(copy);
	free(copy);
	if (set->expires_ms <= 0)
		return err_set(err, ERR_FAILED, "the answer's Expiration is not a valid time");
	return 0;
}

static int
take_keys(struct answer *answer, const struct credential_json *rules, struct credential_set *set, struct err *err)
{
	struct slice code = answer_text(answer, CODE);
	int64_t version = 0;

	if (code.len && !slice_equal_str(code, "Success")) {
		struct slice message = answer_text(answer, MESSAGE);

		err_set(err, ERR_ACCESS, "%.*s: %.*s", SLICE_ARGS(code), SLICE_ARGS(message));
		err_tell_answer(err, NULL, 0, code);
		return -1;
	}
	if (rules->version && (answer->values[JSON_VERSION] < 0 ||
	                       !json_int(&answer->json, answer->values[JSON_VERSION], &version) || version != 1))
		return err_set(err, ERR_FAILED, "the answer's Version is not 1");
	if (credential_set_fill(set, answer_text(answer, ACCESS_KEY), answer_text(answer, SECRET_KEY),
	                        answer_text(answer, TOKEN), "the answer", err) < 0) {
		err->kind = ERR_FAILED;
		return -1;
	}
	return take_expiration(answer, rules, set, err);
}

int
credential_json_parse(const struct credential_json *rules, struct slice text, struct credential_set *set,
                      struct err *err)
{
	struct answer answer = {0};
	const char *why;
	int result;

	if (answer_parse(&answer, text, rules->token_name, &why))
		result = take_keys(&answer, rules, set, err);
	else
		result = err_set(err, ERR_FAILED, "the answer is not JSON: %s", why);
	answer_release(&answer);
	return result;
}

size_t
credential_json_error(struct slice text, struct buf *to)
{
	struct answer answer = {0};
	size_t code_len = 0;
	const char *why;

	if (answer_parse(&answer, text, "Token", &why)) {
		struct slice code = answer_text(&answer, CODE);
		struct slice message = answer_text(&answer, MESSAGE);

		if (!code.len)
			code = answer_text(&answer, LOWER_CODE);
		if (!message.len)
			message = answer_text(&answer, LOWER_MESSAGE);
		buf_printf(to, "%.*s%s%.*s", SLICE_ARGS(code), code.len && message.len ? ": " : "", SLICE_ARGS(message));
		code_len = code.len;
	}
	answer_release(&answer);
	return code_len;
}

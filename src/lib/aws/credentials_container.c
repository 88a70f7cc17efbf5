/*
 * Credentials of a container: ECS (a path on 169.254.170.2) and EKS Pod Identity (a whole URI, with
 * a token in a file).
 *
 * The token is a secret, so plain http is for hosts that no packet leaves the machine for.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/credentials_internal.h"
#include "base/mem.h"
#include "http/url.h"

#define ECS "http://169.254.170.2"

static bool
is_local(const char *host)
{
	static const char *const known[] = {"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "[::1]", "localhost"};
	struct in_addr address;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcasecmp(host, known[i]) == 0)
			return true;
	return inet_pton(AF_INET, host, &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

static int
check_uri(const char *uri, bool *local, struct err *err)
{
	struct url url;

	if (!url_parse(uri, &url))
		return err_set(err, ERR_USAGE, "not an http or https URI");
	*local = is_local(url.host);
	if (!*local && strcmp(url.scheme, "https") != 0)
		return err_set(err, ERR_USAGE,
		               "http://%s is not allowed: https, or http to loopback, 169.254.170.2, "
		               "169.254.170.23 or [fd00:ec2::23]",
		               url.host);
	return 0;
}

/* Adds the Authorization header, if a token is set. Returns -1 with err. */
static int
add_token(const struct settings *settings, struct http_call *call, struct err *err)
{
	const char *path = settings_aws(settings, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *token = settings_aws(settings, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
	struct buf text = BUF_INIT;
	int result = 0;

	/* The file first: it is the one that is renewed. */
	if (path)
		result = credential_read_token(path, &text, err);
	else if (token && strpbrk(token, "\r\n"))
		result = err_set(err, ERR_USAGE, "AWS_CONTAINER_AUTHORIZATION_TOKEN: more than one line");
	else if (token)
		buf_append_str(&text, token);
	if (result == 0 && text.len)
		http_add_header(call, "Authorization", buf_cstr(&text));
	credential_buf_wipe(&text);
	return result;
}

static int
answer_error(int status, const struct buf *reply, struct err *err)
{
	struct buf text = BUF_INIT;
	size_t code_len = credential_json_error(slice_of_buf(reply), &text);

	err_set(err, status == 429 || status >= 500 ? ERR_TEMPORARY : ERR_ACCESS, "status %d%s%.*s", status,
	        text.len ? ", " : "", SLICE_ARGS(slice_of_buf(&text)));
	err_tell_answer(err, NULL, 0, slice_of(text.data, code_len));
	buf_release(&text);
	return -1;
}

/* Returns -1 with err. */
static int
prepare_question(struct credential_job *job, const char *relative, const char *full, struct err *err)
{
	char *uri = relative ? mem_printf(ECS "%s", relative) : mem_dup(full);
	struct http_call *call = &job->ask.call;
	bool local = true;

	credential_ask_prepare(&job->ask, "GET", uri, 3);
	if (relative && relative[0] != '/')
		return err_set(err, ERR_USAGE, "does not start with /");
	if (!relative && check_uri(uri, &local, err) < 0)
		return -1;
	call->no_proxy = local;
	call->ca_bundle = aws_config_ca_bundle(job->config, job->settings, job->profile);
	call->connect_timeout_ms = 2000;
	call->timeout_ms = 5000;
	http_add_header(call, "Accept", "application/json");
	return add_token(job->settings, call, err);
}

static int
take_answer(struct credential_job *job, struct err *err)
{
	static const struct credential_json rules = {.token_name = "Token"};
	int status = credential_ask_status(&job->ask, err);

	if (status == 200)
		return credential_json_parse(&rules, slice_of_buf(&job->ask.reply), &job->set, err);
	return status < 0 ? -1 : answer_error(status, &job->ask.reply, err);
}

enum step
credentials_from_container(struct credential_job *job, struct err *err)
{
	const char *relative = settings_aws(job->settings, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = settings_aws(job->settings, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
	const char *name = relative ? "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" : "AWS_CONTAINER_CREDENTIALS_FULL_URI";
	bool asked;
	int status, result;

	if (!relative && !full) {
		buf_append_str(&job->looked, ", a container's (AWS_CONTAINER_CREDENTIALS_*_URI are not set)");
		return STEP_ABSENT;
	}
	if (!job->container_asked && prepare_question(job, relative, full, err) == 0) {
		job->container_asked = true;
		return STEP_ASK;
	}
	asked = job->container_asked;
	status = job->ask.call.status;
	result = asked ? take_answer(job, err) : -1;
	job->container_asked = false;
	credential_ask_release(&job->ask);
	if (result < 0) {
		err_prefix(err, "credentials of the container (%s)", name);
		err_tell_object(err, name);
		err_tell_answer(err, asked ? "GET" : NULL, status, SLICE(""));
		return STEP_FAILED;
	}
	credential_set_source(&job->set, "the container's endpoint (%s)", name);
	return STEP_FOUND;
}

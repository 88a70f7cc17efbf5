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

/* The Authorization header, or nothing if no token is set. Returns -1 with err. */
static int
add_token(const struct settings *settings, struct buf *header, struct err *err)
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
	if (result == 0 && text.len) {
		buf_reserve(header, text.len + 32);
		buf_append_str(header, "Authorization: ");
		buf_append_slice(header, slice_of_buf(&text));
	}
	credential_buf_wipe(&text);
	return result;
}

static int
answer_error(int status, const struct buf *reply, struct err *err)
{
	struct buf text = BUF_INIT;

	credential_json_error(slice_of_buf(reply), &text);
	err_set(err, status == 429 || status >= 500 ? ERR_TEMPORARY : ERR_ACCESS, "status %d%s%.*s", status,
	        text.len ? ", " : "", SLICE_ARGS(slice_of_buf(&text)));
	buf_release(&text);
	return -1;
}

static int
ask_container(struct credential_context *context, const char *uri, bool local, struct credential_set *set,
              struct err *err)
{
	static const struct credential_json rules = {.token_name = "Token"};
	struct buf header = BUF_INIT, reply = BUF_INIT;
	const char *headers[] = {"Accept: application/json", NULL, NULL};
	struct fetch fetch = {.method = "GET",
	                      .url = uri,
	                      .headers = headers,
	                      .no_proxy = local,
	                      .ca_bundle = aws_config_ca_bundle(context->config, context->settings, context->profile),
	                      .connect_timeout_ms = 2000,
	                      .timeout_ms = 5000};
	int result = add_token(context->settings, &header, err);
	int status;

	if (result == 0) {
		headers[1] = header.len ? buf_cstr(&header) : NULL;
		status = credential_fetch(&fetch, 3, &reply, err);
		if (status == 200)
			result = credential_json_parse(&rules, slice_of_buf(&reply), set, err);
		else
			result = status < 0 ? -1 : answer_error(status, &reply, err);
	}
	credential_buf_wipe(&header);
	credential_buf_wipe(&reply);
	return result;
}

int
credentials_from_container(struct credential_context *context, struct credential_set *set, struct err *err)
{
	const char *relative = settings_aws(context->settings, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = settings_aws(context->settings, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
	const char *name = relative ? "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" : "AWS_CONTAINER_CREDENTIALS_FULL_URI";
	char *uri;
	bool local = true;
	int result = 0;

	if (!relative && !full) {
		buf_append_str(context->looked, ", a container's (AWS_CONTAINER_CREDENTIALS_*_URI are not set)");
		return 0;
	}
	uri = relative ? mem_printf(ECS "%s", relative) : mem_dup(full);
	if (relative && relative[0] != '/')
		result = err_set(err, ERR_USAGE, "does not start with /");
	else
		result = check_uri(uri, &local, err);
	if (result == 0)
		result = ask_container(context, uri, local, set, err);
	free(uri);
	if (result < 0) {
		err_prefix(err, "credentials of the container (%s)", name);
		return -1;
	}
	credential_set_source(set, "the container's endpoint (%s)", name);
	return 1;
}

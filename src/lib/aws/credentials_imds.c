/*
 * Credentials of the role of an EC2 instance, from its metadata service, version 2 (a token by PUT,
 * then GETs with it).
 *
 * Most machines have no such service: the first try is short, and its failure is not an error but
 * one more place where nothing was found. Once it has answered, it is worth several tries.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/credentials_internal.h"
#include "base/clock.h"
#include "base/mem.h"

#define ENDPOINT "http://169.254.169.254"
#define ENDPOINT_IPV6 "http://[fd00:ec2::254]"
#define ROLE_PATH "/latest/meta-data/iam/security-credentials/"
#define TIMEOUT_MS 1000 /* to connect, and to read; it is on the same machine */
#define TOKEN_TTL "X-aws-ec2-metadata-token-ttl-seconds: 300"

/*
 * Where the answer to the token does not come although the connection did: the answer's packets
 * have a small time to live, and a container's bridge takes one from it.
 */
#define HOP_LIMIT                                                                                                      \
	"in a container on EC2, the instance's metadata hop limit must be 2 "                                              \
	"(aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2)"

struct imds {
	char *endpoint; /* without a '/' at its end */
	int attempts;
	struct buf token; /* the whole header line */
	bool present;     /* it has answered something */
	bool connected;   /* at least that */
};

/* One request. Returns the status, or -1 with err. */
static int
ask_imds(struct imds *imds, const char *method, const char *path, const char *header, struct buf *reply,
         struct err *err)
{
	const char *headers[] = {header, NULL};
	char *url = mem_printf("%s%s", imds->endpoint, path);
	struct fetch fetch = {.method = method,
	                      .url = url,
	                      .headers = headers,
	                      .no_proxy = true,
	                      .connect_timeout_ms = TIMEOUT_MS,
	                      .timeout_ms = 2 * TIMEOUT_MS};
	int status = credential_fetch(&fetch, imds->attempts, reply, err);

	free(url);
	return status;
}

static enum err_kind
kind_of(int status)
{
	return status == 429 || status >= 500 ? ERR_TEMPORARY : ERR_ACCESS;
}

static int
get_token(struct imds *imds, struct err *err)
{
	struct buf reply = BUF_INIT;
	int64_t started_ms = clock_mono_ms();
	int status = ask_imds(imds, "PUT", "/latest/api/token", TOKEN_TTL, &reply, err);
	int result = 0;

	imds->present = status > 0;
	/* A connection that does not come about is given up sooner. */
	imds->connected = clock_mono_ms() - started_ms > TIMEOUT_MS + TIMEOUT_MS / 2;
	if (status == 200 && reply.len && reply.len < 4096 && !memchr(reply.data, '\n', reply.len) &&
	    !memchr(reply.data, '\r', reply.len)) {
		buf_reserve(&imds->token, reply.len + 64);
		buf_append_str(&imds->token, "X-aws-ec2-metadata-token: ");
		buf_append_slice(&imds->token, slice_of_buf(&reply));
	} else if (status > 0) {
		result =
			err_set(err, kind_of(status),
		            status == 403 ? "status 403: it is switched off for this instance" : "no token, status %d", status);
	} else {
		result = -1;
	}
	credential_buf_wipe(&reply);
	return result;
}

/* Whether a role's name is one: it becomes part of a path. */
static bool
is_role(const struct buf *name)
{
	for (size_t i = 0; i < name->len; i++)
		if (name->data[i] <= ' ' || name->data[i] > '~' || strchr("/?#%", name->data[i]))
			return false;
	return name->len > 0 && name->len <= 256;
}

static int
get_role(struct imds *imds, struct buf *role, struct err *err)
{
	int status = ask_imds(imds, "GET", ROLE_PATH, buf_cstr(&imds->token), role, err);

	if (status < 0)
		return -1;
	if (status == 404)
		return err_set(err, ERR_ACCESS, "the instance has no role");
	if (status != 200)
		return err_set(err, kind_of(status), "no role, status %d", status);
	/* One role a line; there is only ever one. */
	for (size_t i = 0; i < role->len; i++)
		if (role->data[i] == '\n' || role->data[i] == '\r')
			role->len = i;
	return is_role(role) ? 0 : err_set(err, ERR_ACCESS, "the instance has no role");
}

static int
get_keys(struct imds *imds, struct buf *role, struct credential_set *set, struct err *err)
{
	static const struct credential_json rules = {.token_name = "Token", .must_expire = true};
	char *path = mem_printf("%s%s", ROLE_PATH, buf_cstr(role));
	struct buf reply = BUF_INIT;
	int status = ask_imds(imds, "GET", path, buf_cstr(&imds->token), &reply, err);
	int result = -1;

	if (status == 200)
		result = credential_json_parse(&rules, slice_of_buf(&reply), set, err);
	else if (status > 0)
		result = err_set(err, kind_of(status), "no keys for role %s, status %d", buf_cstr(role), status);
	if (result == 0)
		credential_set_source(set, "instance metadata, role %s", buf_cstr(role));
	credential_buf_wipe(&reply);
	free(path);
	return result;
}

static char *
endpoint_of(const struct settings *settings)
{
	const char *named = settings_aws(settings, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
	const char *mode = settings_aws(settings, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
	size_t len;

	if (!named)
		named = mode && strcasecmp(mode, "IPv6") == 0 ? ENDPOINT_IPV6 : ENDPOINT;
	len = strlen(named);
	while (len && named[len - 1] == '/')
		len--;
	return mem_dup_n(named, len);
}

int
credentials_from_imds(struct credential_context *context, struct credential_set *set, struct err *err)
{
	const char *disabled = settings_aws(context->settings, "AWS_EC2_METADATA_DISABLED");
	struct imds imds = {.attempts = context->again ? 3 : 1};
	struct buf role = BUF_INIT;
	int result;

	if (disabled && strcasecmp(disabled, "true") == 0) {
		buf_append_str(context->looked, ", instance metadata (AWS_EC2_METADATA_DISABLED)");
		return 0;
	}
	imds.endpoint = endpoint_of(context->settings);
	result = get_token(&imds, err);
	if (result == 0) {
		imds.attempts = 3;
		result = get_role(&imds, &role, err);
		if (result == 0)
			result = get_keys(&imds, &role, set, err);
	}
	if (result < 0 && !imds.present && !context->again) {
		buf_printf(context->looked, ", instance metadata (%s: %s%s)", imds.endpoint, ERR_TEXT(err),
		           imds.connected ? "; " HOP_LIMIT : "");
		*err = (struct err)ERR_INIT;
		result = 0;
	} else if (result < 0) {
		err_prefix(err, "instance metadata (%s)", imds.endpoint);
	} else {
		result = 1;
	}
	credential_buf_wipe(&imds.token);
	buf_release(&role);
	free(imds.endpoint);
	return result;
}

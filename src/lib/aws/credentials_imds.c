/*
 * Credentials of the role of an EC2 instance, from its metadata service, version 2 (a token by PUT,
 * then GETs with it).
 *
 * Most machines have no such service: the first try is short, and its failure is not an error; the
 * search goes on. Once the service has answered, it is worth several tries.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/credentials_internal.h"
#include "base/mem.h"

#define ENDPOINT "http://169.254.169.254"
#define ENDPOINT_IPV6 "http://[fd00:ec2::254]"
#define ROLE_PATH "/latest/meta-data/iam/security-credentials/"
#define TIMEOUT_MS 1000 /* to connect, and to read; it is on the same machine */
#define TOKEN_HEADER "X-aws-ec2-metadata-token"

/*
 * For a connection that succeeds while the answer with the token never arrives: the answer's
 * packets have a small time to live, and a container's bridge takes one from it.
 */
#define HOP_LIMIT                                                                                                      \
	"in a container on EC2, the instance's metadata hop limit must be 2 "                                              \
	"(aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2)"

static enum step
ask_imds(struct credential_job *job, const char *method, const char *path, const char *name, const char *value,
         int attempts)
{
	struct http_call *call = &job->ask.call;

	credential_ask_prepare(&job->ask, method, mem_printf("%s%s", job->imds.endpoint, path), attempts);
	http_add_header(call, name, value);
	call->no_proxy = true;
	call->connect_timeout_ms = TIMEOUT_MS;
	call->timeout_ms = INT64_C(2) * TIMEOUT_MS;
	return STEP_ASK;
}

static enum err_kind
kind_of(int status)
{
	return status == 429 || status >= 500 ? ERR_TEMPORARY : ERR_ACCESS;
}

/* Returns 0, or -1 with err, as the other two that take an answer. */
static int
take_token(struct credential_job *job, struct err *err)
{
	const struct buf *reply = &job->ask.reply;
	int status = credential_ask_status(&job->ask, err);

	job->imds.present = status > 0;
	job->imds.connected = job->ask.call.timed_out && job->ask.call.sends > 0;
	if (status < 0)
		return -1;
	if (status != 200 || !reply->len || reply->len >= 4096 || memchr(reply->data, '\n', reply->len) ||
	    memchr(reply->data, '\r', reply->len))
		return err_set(err, kind_of(status),
		               status == 403 ? "status 403: it is switched off for this instance" : "no token, status %d",
		               status);
	buf_reserve(&job->imds.token, reply->len + 1);
	buf_append_slice(&job->imds.token, slice_of_buf(reply));
	return 0;
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
take_role(struct credential_job *job, struct err *err)
{
	struct buf *role = &job->imds.role;
	int status = credential_ask_status(&job->ask, err);

	if (status < 0)
		return -1;
	if (status == 404)
		return err_set(err, ERR_ACCESS, "the instance has no role");
	if (status != 200)
		return err_set(err, kind_of(status), "no role, status %d", status);
	buf_append_slice(role, slice_of_buf(&job->ask.reply));
	/* One role a line; there is only ever one. */
	for (size_t i = 0; i < role->len; i++)
		if (role->data[i] == '\n' || role->data[i] == '\r')
			role->len = i;
	return is_role(role) ? 0 : err_set(err, ERR_ACCESS, "the instance has no role");
}

static int
take_keys(struct credential_job *job, struct err *err)
{
	static const struct credential_json rules = {.token_name = "Token", .must_expire = true};
	int status = credential_ask_status(&job->ask, err);

	if (status < 0)
		return -1;
	if (status != 200)
		return err_set(err, kind_of(status), "no keys for role %s, status %d", buf_cstr(&job->imds.role), status);
	return credential_json_parse(&rules, slice_of_buf(&job->ask.reply), &job->set, err);
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

static enum step
ask_keys(struct credential_job *job)
{
	char *path = mem_printf("%s%s", ROLE_PATH, buf_cstr(&job->imds.role));
	enum step step = ask_imds(job, "GET", path, TOKEN_HEADER, buf_cstr(&job->imds.token), 3);

	free(path);
	return step;
}

/*
 * The only function that changes the state: processes the last answer and asks the next question.
 */
static enum step
next_step(struct credential_job *job, struct err *err)
{
	switch (job->imds.state) {
	case IMDS_START:
		job->imds.endpoint = endpoint_of(job->settings);
		job->imds.state = IMDS_TOKEN;
		return ask_imds(job, "PUT", "/latest/api/token", TOKEN_HEADER "-ttl-seconds", "300", job->again ? 3 : 1);
	case IMDS_TOKEN:
		if (take_token(job, err) < 0)
			return STEP_FAILED;
		job->imds.state = IMDS_ROLE;
		return ask_imds(job, "GET", ROLE_PATH, TOKEN_HEADER, buf_cstr(&job->imds.token), 3);
	case IMDS_ROLE:
		if (take_role(job, err) < 0)
			return STEP_FAILED;
		job->imds.state = IMDS_KEYS;
		return ask_keys(job);
	case IMDS_KEYS:
		break;
	}
	if (take_keys(job, err) < 0)
		return STEP_FAILED;
	credential_set_source(&job->set, "instance metadata, role %s", buf_cstr(&job->imds.role));
	return STEP_FOUND;
}

void
credentials_imds_release(struct credential_job *job)
{
	credential_buf_wipe(&job->imds.token);
	buf_release(&job->imds.role);
	free(job->imds.endpoint);
	memset(&job->imds, 0, sizeof job->imds);
}

enum step
credentials_from_imds(struct credential_job *job, struct err *err)
{
	const char *disabled = settings_aws(job->settings, "AWS_EC2_METADATA_DISABLED");
	enum step step;

	if (disabled && strcasecmp(disabled, "true") == 0) {
		buf_append_str(&job->looked, ", instance metadata (AWS_EC2_METADATA_DISABLED)");
		return STEP_ABSENT;
	}
	step = next_step(job, err);
	if (step == STEP_ASK)
		return step;
	if (step == STEP_FAILED && !job->imds.present && !job->again) {
		buf_printf(&job->looked, ", instance metadata (%s: %s%s)", job->imds.endpoint, ERR_TEXT(err),
		           job->imds.connected ? "; " HOP_LIMIT : "");
		*err = (struct err)ERR_INIT;
		step = STEP_ABSENT;
	} else if (step == STEP_FAILED) {
		err_prefix(err, "instance metadata (%s)", job->imds.endpoint);
		err_tell_object(err, job->imds.endpoint);
		err_tell_answer(err, job->ask.call.method, job->ask.call.status, SLICE(""));
	}
	credential_ask_release(&job->ask);
	credentials_imds_release(job);
	return step;
}

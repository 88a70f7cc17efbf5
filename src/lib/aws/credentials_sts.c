/*
 * Keys for a role, from AWS's security token service: AssumeRole, signed with other keys, and
 * AssumeRoleWithWebIdentity, with a token from a file (of Kubernetes, of a CI) instead.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/credentials_internal.h"
#include "aws/retry.h"
#include "aws/sigv4.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/units.h"
#include "http/percent.h"
#include "http/url.h"
#include "http/xml.h"

static void
add_field(struct buf *body, const char *name, const char *value)
{
	buf_printf(body, "&%s=", name);
	percent_encode(body, slice_of_str(value), false);
}

static int
make_body(const struct sts_role *role, struct buf *body, struct err *err)
{
	struct buf token = BUF_INIT;
	char session[64];
	int64_t seconds;

	snprintf(session, sizeof session, "seniority-%lld-%ld", (long long)clock_unix(), (long)getpid());
	if (role->duration && !units_parse_int(role->duration, 900, 43200, &seconds))
		return err_set(err, ERR_USAGE, "duration_seconds: not 900 to 43200");
	if (role->token_file && credential_read_token(role->token_file, &token, err) < 0) {
		credential_buf_wipe(&token);
		return -1;
	}
	buf_reserve(body, 4096 + token.len * 3);
	buf_append_str(body, role->token_file ? "Action=AssumeRoleWithWebIdentity" : "Action=AssumeRole");
	add_field(body, "Version", "2011-06-15");
	add_field(body, "RoleArn", role->role_arn);
	add_field(body, "RoleSessionName", role->session_name ? role->session_name : session);
	if (role->duration)
		add_field(body, "DurationSeconds", role->duration);
	if (role->external_id)
		add_field(body, "ExternalId", role->external_id);
	if (role->token_file)
		add_field(body, "WebIdentityToken", buf_cstr(&token));
	credential_buf_wipe(&token);
	return 0;
}

/* Appends the value of the header Authorization. */
static void
sign_call(const struct sts_endpoint *endpoint, const char *path, const char *host, const struct credential_set *with,
          const char *date, int64_t now, struct slice body, struct buf *to)
{
	struct sigv4 *sigv4 = sigv4_new();
	struct sigv4_header headers[] = {
		{"content-type", "application/x-www-form-urlencoded"},
		{"host", host},
		{"x-amz-date", date},
		{"x-amz-security-token", with->session_token},
	};
	char hash[65];
	struct sigv4_request request = {
		.method = "POST",
		.path = path,
		.query = "",
		.headers = headers,
		.header_count = with->session_token ? 4 : 3,
		.payload_hash = hash,
		.time = now,
		.region = endpoint->region,
		.service = "sts",
		.access_key = with->access_key,
		.secret_key = with->secret_key,
	};

	sigv4_hash(body.ptr, body.len, hash);
	sigv4_sign(sigv4, &request, to);
	sigv4_free(sigv4);
}

/* `with` signs it; NULL: a web identity needs no signature. */
static void
prepare_question(struct credential_job *job, const struct credential_set *with, struct buf *body)
{
	const struct sts_endpoint *endpoint = &job->sts.endpoint;
	const char *slash = strchr(strstr(endpoint->url, "://") + 3, '/');
	const char *path = slash ? slash : "/";
	struct buf host = BUF_INIT, authorization = BUF_INIT;
	struct http_call *call = &job->ask.call;
	int64_t now = clock_unix();
	char date[17];

	credential_ask_prepare(&job->ask, "POST", slash ? mem_dup(endpoint->url) : mem_printf("%s/", endpoint->url), 3);
	url_host_header(endpoint->url, &host);
	sigv4_date(now, date);
	http_add_header(call, "content-type", "application/x-www-form-urlencoded");
	http_add_header(call, "x-amz-date", date);
	http_add_header(call, "host", buf_cstr(&host));
	if (with) {
		sign_call(endpoint, path, buf_cstr(&host), with, date, now, slice_of_buf(body), &authorization);
		http_add_header(call, "authorization", buf_cstr(&authorization));
	}
	if (with && with->session_token)
		http_add_header(call, "x-amz-security-token", with->session_token);
	call->ca_bundle = aws_config_ca_bundle(job->config, job->settings, job->profile);
	if (!call->ca_bundle)
		call->ca_bundle = aws_config_get(job->config, job->profile, "ca_bundle");
	call->connect_timeout_ms = 5000;
	call->timeout_ms = 15000;
	job->ask.body = *body;
	*body = (struct buf)BUF_INIT;
	buf_release(&host);
	buf_release(&authorization);
}

static int
take_error(int status, const struct buf *reply, struct err *err)
{
	struct buf code = BUF_INIT, message = BUF_INIT, id = BUF_INIT;
	enum retry retry;

	xml_text(slice_of_buf(reply), "Code", &code);
	xml_text(slice_of_buf(reply), "Message", &message);
	retry = retry_classify(status, slice_of_buf(&code));
	/* The identity provider did not answer AWS in time. */
	if (slice_equal_str(slice_of_buf(&code), "IDPCommunicationError"))
		retry = RETRY_TRANSIENT;
	err_set(err, retry == RETRY_NEVER ? ERR_ACCESS : ERR_TEMPORARY, "status %d%s%.*s%s%.*s", status,
	        code.len ? " " : "", SLICE_ARGS(slice_of_buf(&code)), message.len ? ": " : "",
	        SLICE_ARGS(slice_of_buf(&message)));
	err_tell_answer(err, NULL, status, slice_of_buf(&code));
	if (xml_text(slice_of_buf(reply), "RequestId", &id))
		snprintf(err->request_id, sizeof(err->request_id), "%s", buf_cstr(&id));
	buf_release(&id);
	buf_release(&code);
	buf_release(&message);
	return -1;
}

static int
take_answer(const struct buf *reply, struct credential_set *set, struct err *err)
{
	static const char *const names[] = {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"};
	struct buf values[4] = {BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT};
	int result = 0;

	for (int i = 0; i < 4; i++)
		if (!xml_text(slice_of_buf(reply), names[i], &values[i]))
			result = -1;
	if (result < 0) {
		err_set(err, ERR_ACCESS, "the answer has no keys");
	} else {
		result = credential_set_fill(set, slice_of_buf(&values[0]), slice_of_buf(&values[1]), slice_of_buf(&values[2]),
		                             "the answer", err);
		set->expires_ms = credential_time(buf_cstr(&values[3]));
		if (result == 0 && set->expires_ms <= 0)
			result = err_set(err, ERR_ACCESS, "the answer's Expiration is not a valid time");
	}
	for (int i = 0; i < 4; i++)
		credential_buf_wipe(&values[i]);
	return result;
}

/* Returns 0 with the question in job->ask, or -1 with err. */
static int
begin_role(struct credential_job *job, const struct sts_role *role, struct err *err)
{
	struct buf body = BUF_INIT;
	int result = -1;

	if (sts_endpoint_find(job, role->profile, &job->sts.endpoint, err) == 0 && make_body(role, &body, err) == 0) {
		prepare_question(job, role->token_file ? NULL : &job->set, &body);
		result = 0;
	}
	credential_buf_wipe(&body);
	return result;
}

/* Replaces job->set. Returns -1 with err. */
static int
end_role(struct credential_job *job, struct err *err)
{
	struct credential_set fresh = {0};
	int status = credential_ask_status(&job->ask, err);
	int result = -1;

	if (status == 200)
		result = take_answer(&job->ask.reply, &fresh, err);
	else if (status > 0)
		take_error(status, &job->ask.reply, err);
	if (result == 0) {
		credential_set_release(&job->set);
		job->set = fresh;
		fresh = (struct credential_set){0};
	}
	credential_set_release(&fresh);
	return result;
}

enum step
credentials_assume_role(struct credential_job *job, const struct sts_role *role, struct err *err)
{
	const char *operation = role->token_file ? "AssumeRoleWithWebIdentity" : "AssumeRole";
	int result = -1;

	if (job->sts.state == STS_ASKED) {
		result = end_role(job, err);
	} else if (begin_role(job, role, err) == 0) {
		job->sts.state = STS_ASKED;
		return STEP_ASK;
	}
	if (result < 0) {
		err_prefix(err, "%s %s%s%s", operation, role->role_arn, job->sts.endpoint.url ? " at " : "",
		           job->sts.endpoint.url ? job->sts.endpoint.url : "");
		err_tell_answer(err, operation, 0, SLICE(""));
		err_tell_object(err, role->role_arn);
	}
	credential_ask_release(&job->ask);
	free(job->sts.endpoint.url);
	memset(&job->sts, 0, sizeof job->sts);
	return result < 0 ? STEP_FAILED : STEP_FOUND;
}

enum step
credentials_from_web_identity(struct credential_job *job, struct err *err)
{
	const struct settings *settings = job->settings;
	struct sts_role role = {
		.role_arn = settings_aws(settings, "AWS_ROLE_ARN"),
		.session_name = settings_aws(settings, "AWS_ROLE_SESSION_NAME"),
		.token_file = settings_aws(settings, "AWS_WEB_IDENTITY_TOKEN_FILE"),
	};
	enum step step;

	if (!role.token_file) {
		buf_append_str(&job->looked, ", a web identity (AWS_WEB_IDENTITY_TOKEN_FILE is not set)");
		return STEP_ABSENT;
	}
	if (!role.role_arn) {
		err_set(err, ERR_USAGE, "AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not");
		return STEP_FAILED;
	}
	step = credentials_assume_role(job, &role, err);
	if (step == STEP_FOUND)
		credential_set_source(&job->set, "AWS_WEB_IDENTITY_TOKEN_FILE, role %s", role.role_arn);
	return step;
}

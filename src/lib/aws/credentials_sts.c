/*
 * Keys for a role, from AWS's security token service: AssumeRole, signed with other keys, and
 * AssumeRoleWithWebIdentity, where a token in a file (of Kubernetes, of a CI) stands for them.
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

/* Appends "authorization: ...". */
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
	buf_append_str(to, "authorization: ");
	sigv4_sign(sigv4, &request, to);
	sigv4_free(sigv4);
}

/* Asks; returns the status, or -1 with err. */
static int
call_sts(const struct credential_context *context, const struct sts_endpoint *endpoint,
         const struct credential_set *with, struct slice body, struct buf *reply, struct err *err)
{
	const char *slash = strchr(strstr(endpoint->url, "://") + 3, '/');
	const char *path = slash ? slash : "/";
	char *url = slash ? mem_dup(endpoint->url) : mem_printf("%s/", endpoint->url);
	int64_t now = clock_unix();
	struct buf host = BUF_INIT, authorization = BUF_INIT;
	char *date_line, *host_line, *token_line = NULL;
	char date[17];
	int status;

	url_host_header(endpoint->url, &host);
	sigv4_date(now, date);
	date_line = mem_printf("x-amz-date: %s", date);
	host_line = mem_printf("host: %s", buf_cstr(&host));
	if (with) {
		sign_call(endpoint, path, buf_cstr(&host), with, date, now, body, &authorization);
		token_line = with->session_token ? mem_printf("x-amz-security-token: %s", with->session_token) : NULL;
	}
	const char *headers[] = {"content-type: application/x-www-form-urlencoded",
	                         date_line,
	                         host_line,
	                         with ? buf_cstr(&authorization) : NULL,
	                         token_line,
	                         NULL};
	struct fetch fetch = {.method = "POST",
	                      .url = url,
	                      .headers = headers,
	                      .body = body,
	                      .ca_bundle = aws_config_ca_bundle(context->config, context->settings, context->profile),
	                      .connect_timeout_ms = 5000,
	                      .timeout_ms = 15000};

	if (!fetch.ca_bundle)
		fetch.ca_bundle = aws_config_get(context->config, context->profile, "ca_bundle");
	status = credential_fetch(&fetch, 3, reply, err);
	free(date_line);
	free(host_line);
	free(token_line);
	free(url);
	buf_release(&host);
	buf_release(&authorization);
	return status;
}

static int
take_error(int status, const struct buf *reply, struct err *err)
{
	struct buf code = BUF_INIT, message = BUF_INIT;
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
		err_set(err, ERR_ACCESS, "an answer without keys");
	} else {
		result = credential_set_fill(set, slice_of_buf(&values[0]), slice_of_buf(&values[1]), slice_of_buf(&values[2]),
		                             "the answer", err);
		set->expires_ms = credential_time(buf_cstr(&values[3]));
		if (result == 0 && set->expires_ms <= 0)
			result = err_set(err, ERR_ACCESS, "the answer's Expiration is no time");
	}
	for (int i = 0; i < 4; i++)
		credential_buf_wipe(&values[i]);
	return result;
}

int
credentials_assume_role(struct credential_context *context, const struct sts_role *role,
                        const struct credential_set *with, struct credential_set *set, struct err *err)
{
	struct sts_endpoint endpoint = {0};
	struct buf body = BUF_INIT, reply = BUF_INIT;
	int status = -1;
	int result = -1;

	if (sts_endpoint_find(context, role->profile, &endpoint, err) == 0 && make_body(role, &body, err) == 0)
		status = call_sts(context, &endpoint, with, slice_of_buf(&body), &reply, err);
	if (status == 200)
		result = take_answer(&reply, set, err);
	else if (status > 0)
		take_error(status, &reply, err);
	if (result < 0)
		err_prefix(err, "%s %s%s%s", with ? "AssumeRole" : "AssumeRoleWithWebIdentity", role->role_arn,
		           endpoint.url ? " at " : "", endpoint.url ? endpoint.url : "");
	credential_buf_wipe(&body);
	credential_buf_wipe(&reply);
	free(endpoint.url);
	return result;
}

int
credentials_from_web_identity(struct credential_context *context, struct credential_set *set, struct err *err)
{
	const struct settings *settings = context->settings;
	struct sts_role role = {
		.role_arn = settings_aws(settings, "AWS_ROLE_ARN"),
		.session_name = settings_aws(settings, "AWS_ROLE_SESSION_NAME"),
		.token_file = settings_aws(settings, "AWS_WEB_IDENTITY_TOKEN_FILE"),
	};

	if (!role.token_file) {
		buf_append_str(context->looked, ", a web identity (AWS_WEB_IDENTITY_TOKEN_FILE is not set)");
		return 0;
	}
	if (!role.role_arn)
		return err_set(err, ERR_USAGE, "AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not");
	if (credentials_assume_role(context, &role, NULL, set, err) < 0)
		return -1;
	credential_set_source(set, "AWS_WEB_IDENTITY_TOKEN_FILE, role %s", role.role_arn);
	return 1;
}

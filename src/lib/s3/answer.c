/*
 * The meaning of S3's answers: success, a failure for good, worth another try; or news of the
 * region, the clock or the credentials, with which the same request is sent again at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/endpoint.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "s3/s3.h"

#define MOVES_MAX 4
#define CODE_SHOWN 64
#define MESSAGE_SHOWN 300
#define ID_SHOWN 64

/* For answers without a code of their own: HEAD's, and those of proxies. */
static const char *
status_name(int status)
{
	static const struct {
		int status;
		const char *name;
	} names[] = {
		{301, "Moved Permanently"},
		{302, "Found"},
		{307, "Temporary Redirect"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{407, "Proxy Authentication Required"},
		{408, "Request Timeout"},
		{409, "Conflict"},
		{411, "Length Required"},
		{412, "Precondition Failed"},
		{413, "Content Too Large"},
		{414, "URI Too Long"},
		{416, "Range Not Satisfiable"},
		{425, "Too Early"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"},
		{501, "Not Implemented"},
		{502, "Bad Gateway"},
		{503, "Service Unavailable"},
		{504, "Gateway Timeout"},
		{505, "HTTP Version Not Supported"},
		{507, "Insufficient Storage"},
		{509, "Bandwidth Limit Exceeded"},
		/* Cloudflare's */
		{520, "Unknown Error"},
		{521, "Web Server Is Down"},
		{522, "Connection Timed Out"},
		{523, "Origin Is Unreachable"},
		{524, "A Timeout Occurred"},
		{525, "TLS Handshake Failed"},
		{526, "Invalid TLS Certificate"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].status == status)
			return names[i].name;
	}
	return "unexpected status";
}

/* A server's text as part of a message: on one line, and no longer than `max`. */
static void
append_plain(struct buf *to, struct slice text, size_t max)
{
	size_t len = text.len < max ? text.len : max;

	/* Not in the middle of a character. */
	while (len < text.len && len > 0 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
		len--;
	for (size_t i = 0; i < len; i++)
		buf_append_byte(to, (unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7f ? ' ' : text.ptr[i]);
}

/* A code is one word; anything else is left out. */
static void
append_code(struct buf *to, struct slice code)
{
	for (size_t i = 0; i < code.len && i < CODE_SHOWN; i++) {
		unsigned char c = (unsigned char)code.ptr[i];

		if (c > ' ' && c < 0x7f && c != '(')
			buf_append_byte(to, (char)c);
	}
}

/* Describes an answer that is not S3's: a page of a proxy or web server, or nothing. */
static void
append_stranger(struct buf *to, const struct s3_request *request)
{
	const char *type = http_header(&request->call, "content-type");

	buf_append_str(to, "this is not S3's answer");
	if (request->op == S3_OP_HEAD)
		return;
	if (request->reply.len == 0) {
		buf_append_str(to, ": it is empty");
	} else if (type != NULL) {
		buf_append_str(to, ", but ");
		append_plain(to, slice_of(type, strcspn(type, ";")), CODE_SHOWN);
	}
}

/* "GET: 404 NoSuchKey (The specified key does not exist.; request id 4F)". */
static void
describe_error(struct s3_request *request, const struct s3_error *error, const struct s3_judgement *judgement)
{
	static const enum err_kind kinds[] = {
		[FAULT_OBJECT] = ERR_OBJECT, [FAULT_EVERYBODY] = ERR_ACCESS, [FAULT_NOBODY] = ERR_TEMPORARY};
	struct err *err = &request->err;
	struct buf text = BUF_INIT;
	const char *header = http_header(&request->call, "x-amz-request-id");
	struct slice id = header != NULL ? slice_of_str(header) : slice_of_buf(&error->request_id);

	append_code(&text, slice_of_buf(&error->code));
	err_set_answer(err, kinds[judgement->fault], request->verb, request->status, buf_cstr(&text));
	err->advice = judgement->advice;
	if (text.len == 0)
		snprintf(err->reason, sizeof(err->reason), "%s", status_name(request->status));
	buf_reset(&text);
	append_plain(&text, id, ID_SHOWN);
	snprintf(err->request_id, sizeof(err->request_id), "%s", buf_cstr(&text));
	buf_reset(&text);
	append_plain(&text, slice_of_buf(&error->message), MESSAGE_SHOWN);
	if (!judgement->from_s3 && request->status < 500)
		append_stranger(&text, request);
	err_set_detail(err, "%s", buf_cstr(&text));
	buf_release(&text);
}

/* The region that the answer names for the bucket, in a header or in its <Error>. */
static bool
learn_region(struct s3_request *request, const struct s3_error *error)
{
	const char *header = http_header(&request->call, "x-amz-bucket-region");
	struct slice region = header != NULL ? slice_of_str(header) : slice_of_buf(&error->region);

	if (request->moves >= MOVES_MAX)
		return false;
	/*
	 * Another request may have learnt it while this one was under way: then there is no news, only
	 * the new place.
	 */
	if (!s3_bucket_move(request->s3, request->bucket, region) &&
	    (region.len == 0 || strcmp(request->sent_region, request->bucket->region) == 0))
		return false;
	request->moves++;
	return true;
}

/*
 * Uses the origin of Location, for this request alone, signed again; only if the request may be
 * sent there (redirect.c).
 */
static bool
follow_redirect(struct s3_request *request)
{
	const char *location = http_header(&request->call, "location");
	const char *origin = request->moved_to != NULL ? request->moved_to : request->bucket->origin;
	struct err ignored;
	bool in_host;
	char *to;

	if (location == NULL || request->moves >= MOVES_MAX)
		return false;
	to = mem_dup_n(location, strcspn(location, "?#"));
	char *parsed = endpoint_parse(to, "Location", &ignored);
	free(to);
	if (parsed == NULL)
		return false;
	size_t len = (size_t)(strstr(parsed, "://") + 3 - parsed);
	len += strcspn(parsed + len, "/");
	parsed[len] = '\0';
	if (!s3_redirect_fits(request->bucket->origin, request->bucket->name, parsed, &in_host)) {
		free(request->refused_to);
		request->refused_to = parsed;
		return false;
	}
	if (strcmp(parsed, origin) == 0) {
		free(parsed);
		return false;
	}
	if (!request->bucket->redirect_told)
		log_warning("s3://%s: %s redirects to %s", request->bucket->name, origin, parsed);
	request->bucket->redirect_told = true;
	free(request->moved_to);
	request->moved_to = parsed;
	request->moved_in_host = in_host;
	request->moves++;
	return true;
}

/* Adopts the server's clock: once for a request, with one warning in all. */
static bool
learn_clock(struct s3_request *request)
{
	struct s3 *s3 = request->s3;
	const char *date = http_header(&request->call, "date");
	int64_t theirs = date != NULL ? http_date(date) : -1;
	int64_t skew;

	if (theirs < 0 || request->clock_set)
		return false;
	request->clock_set = true;
	skew = theirs - clock_unix();
	if (!s3->skew_told)
		log_warning("this machine's clock is %lld s %s the server's: requests are signed with the server's time",
		            (long long)(skew < 0 ? -skew : skew), skew < 0 ? "ahead of" : "behind");
	s3->skew_told = true;
	s3->skew = skew;
	return true;
}

static bool
renew_credentials(struct s3_request *request)
{
	if (request->renewed || request->s3->anonymous)
		return false;
	request->renewed = true;
	request->refused = request->generation;
	return true;
}

/* The error must show where the store, or something in its place, redirected us to. */
static void
describe_refused(struct s3_request *request)
{
	struct err *err = &request->err;
	size_t len = strlen(err->reason);

	snprintf(err->reason + len, sizeof(err->reason) - len,
	         "%sit leads to %s, which is not a host of the endpoint's: nothing was sent there (if the bucket is there, "
	         "set endpoint_url)",
	         len > 0 ? ": " : "", request->refused_to);
}

/*
 * A bucket with Object Lock refuses objects without a checksum: "Content-MD5 OR x-amz-checksum-
 * HTTP header is required for Put Object requests ...". From then on Content-MD5 is sent (send.c).
 * AWS's code for it is InvalidRequest, which has many causes: only the message shows this one.
 */
static bool
learn_checksum(struct s3_request *request, const struct s3_error *error)
{
	struct slice message = slice_of_buf(&error->message), code = slice_of_buf(&error->code);

	if ((request->op & (S3_OP_PUT | S3_OP_PART)) == 0 || request->checksum_sent)
		return false;
	if (!slice_equal_str(code, "MissingContentMD5") &&
	    (!slice_equal_str(code, "InvalidRequest") || message.len == 0 ||
	     memmem(message.ptr, message.len, "Content-MD5", sizeof("Content-MD5") - 1) == NULL))
		return false;
	if (!request->bucket->wants_checksum)
		log_info("s3://%s requires a checksum with each object (Object Lock): Content-MD5 is sent from now on",
		         request->bucket->name);
	request->bucket->wants_checksum = true;
	return true;
}

/* Whether the answer told us something that may make the same request succeed. */
static bool
learn_from_error(struct s3_request *request, const struct s3_error *error)
{
	static const char *const expired[] = {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", NULL};
	static const char *const skewed[] = {"RequestTimeTooSkewed", "RequestExpired", NULL};
	struct slice code = slice_of_buf(&error->code);

	if (request->status / 100 == 3 || request->status == 400 || request->status == 403) {
		if (learn_region(request, error))
			return true;
	}
	if (request->status / 100 == 3)
		return follow_redirect(request);
	/* HEAD's 400 says no more than that. */
	if (slice_is_one_of(code, expired) || (request->op == S3_OP_HEAD && request->status == 400))
		return renew_credentials(request);
	if (slice_is_one_of(code, skewed))
		return learn_clock(request);
	return request->status == 400 && learn_checksum(request, error);
}

/* Headers that only a store of this kind sends, with every answer. */
static bool
has_headers_of_s3(const struct http_call *call)
{
	static const char *const names[] = {"x-amz-request-id", "x-amz-id-2", "x-amz-bucket-region", NULL};
	const char *type = http_header(call, "content-type");

	for (const char *const *name = names; *name != NULL; name++) {
		if (http_header(call, *name) != NULL)
			return true;
	}
	/* What the body of a GET would be. */
	return type != NULL && (strncmp(type, "application/xml", 15) == 0 || strncmp(type, "text/xml", 8) == 0);
}

static enum s3_verdict
judge_error(struct s3_request *request, const struct s3_error *error, enum retry *retry)
{
	struct slice code = slice_of_buf(&error->code);
	const struct s3_evidence evidence = {request->op, request->status, code, has_headers_of_s3(&request->call)};
	struct s3_judgement judgement;

	buf_reset(&request->code);
	buf_append_slice(&request->code, code);
	if (learn_from_error(request, error))
		return S3_AT_ONCE;
	judgement = s3_fault_judge(&evidence);
	*retry = judgement.retry;
	describe_error(request, error, &judgement);
	if (request->refused_to != NULL)
		describe_refused(request);
	if (*retry == RETRY_NEVER)
		return S3_FAILURE;
	request->unsure = request->unsure || request->status >= 500;
	return S3_AGAIN;
}

/* No answer, or no whole one. */
static enum s3_verdict
judge_broken(struct s3_request *request, enum retry *retry)
{
	const struct http_call *call = &request->call;
	struct buf why = BUF_INIT;
	enum err_kind kind;

	if (call->end == HTTP_BODY_REFUSED && request->err.kind != ERR_NONE) {
		/* on_body has reported the fault. */
		*retry = RETRY_TRANSIENT;
		return request->err.kind == ERR_TEMPORARY ? S3_AGAIN : S3_FAILURE;
	}
	if (call->end != HTTP_UNREACHABLE)
		request->unsure = true;
	kind = http_broken(call, &why);
	err_set_operation(&request->err, kind, request->verb, "%s", buf_cstr(&why));
	buf_release(&why);
	*retry = RETRY_TRANSIENT;
	return kind == ERR_TEMPORARY ? S3_AGAIN : S3_FAILURE;
}

enum s3_verdict
s3_answer_judge(struct s3_request *request, enum retry *retry)
{
	struct s3_error error = {.code = BUF_INIT};
	enum s3_verdict verdict = S3_SUCCESS;

	*retry = RETRY_NEVER;
	if (request->call.end != HTTP_WHOLE)
		return judge_broken(request, retry);
	if (request->status / 100 != 2) {
		s3_error_read(slice_of_buf(&request->reply), &error);
		verdict = judge_error(request, &error, retry);
	} else if (request->body_errors && s3_error_read(slice_of_buf(&request->reply), &error)) {
		verdict = judge_error(request, &error, retry);
	} else if (request->check != NULL) {
		*retry = request->check(request, &request->err);
		if (request->err.kind != ERR_NONE)
			verdict = *retry != RETRY_NEVER ? S3_AGAIN : S3_FAILURE;
	}
	s3_error_release(&error);
	return verdict;
}

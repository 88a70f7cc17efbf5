/*
 * What S3's answers mean: success, a failure for good, worth another try; or news of the region, the clock or
 * the credentials, with which the same request is sent again at once.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/s3.h"

#define MOVES_MAX 4
#define CODE_SHOWN 64
#define MESSAGE_SHOWN 300
#define ID_SHOWN 64

static bool
is_one_of(struct slice code, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (slice_equal_str(code, *names))
			return true;
	}
	return false;
}

/* For answers without a code of their own: HEAD's, and those of proxies. */
static const char *
status_name(int status)
{
	switch (status) {
	case 301:
		return "Moved Permanently";
	case 307:
		return "Temporary Redirect";
	case 400:
		return "Bad Request";
	case 401:
		return "Unauthorized";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 407:
		return "Proxy Authentication Required";
	case 412:
		return "Precondition Failed";
	case 416:
		return "Range Not Satisfiable";
	case 429:
		return "Too Many Requests";
	case 500:
		return "Internal Server Error";
	case 501:
		return "Not Implemented";
	case 502:
		return "Bad Gateway";
	case 503:
		return "Service Unavailable";
	case 504:
		return "Gateway Timeout";
	default:
		return "unexpected status";
	}
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

/* A code is a word; whatever else stands there is left out. */
static void
append_code(struct buf *to, struct slice code)
{
	for (size_t i = 0; i < code.len && i < CODE_SHOWN; i++) {
		unsigned char c = (unsigned char)code.ptr[i];

		if (c > ' ' && c < 0x7f && c != '(')
			buf_append_byte(to, (char)c);
	}
}

/* "GET: 404 NoSuchKey (The specified key does not exist.; request id 4F)". */
static void
describe(struct s3_request *request, const struct s3_xml_error *error, enum err_kind kind)
{
	struct buf text = BUF_INIT;
	struct buf id = BUF_INIT;
	const char *header = http_header(&request->call, "x-amz-request-id");

	buf_printf(&text, "%s: %d ", request->verb, request->status);
	if (error->code.len > 0)
		append_code(&text, slice_of_buf(&error->code));
	else
		buf_append_str(&text, status_name(request->status));
	append_plain(&id, header != NULL ? slice_of_str(header) : slice_of_buf(&error->request_id), ID_SHOWN);
	if (error->message.len > 0 || id.len > 0) {
		buf_append_str(&text, " (");
		append_plain(&text, slice_of_buf(&error->message), MESSAGE_SHOWN);
		if (id.len > 0) {
			buf_append_str(&text, error->message.len > 0 ? "; request id " : "request id ");
			buf_append_slice(&text, slice_of_buf(&id));
		}
		buf_append_byte(&text, ')');
	}
	err_set(&request->err, kind, "%s", buf_cstr(&text));
	buf_release(&text);
	buf_release(&id);
}

/*
 * Failed for good is only what is wrong with this one object. Whatever would meet the next object as well (a
 * right, the bucket, the endpoint) must not let a cursor pass it.
 */
static enum err_kind
kind_of(const struct s3_request *request, struct slice code)
{
	static const char *const settings[] = {
		"NoSuchBucket",
		"InvalidBucketName",
		"ExpiredToken",
		"ExpiredTokenException",
		"InvalidToken",
		"TokenRefreshRequired",
		"InvalidAccessKeyId",
		"SignatureDoesNotMatch",
		"AccessDenied",
		"AllAccessDisabled",
		"AccountProblem",
		"NotSignedUp",
		"AuthorizationHeaderMalformed",
		"IllegalLocationConstraintException",
		"RequestTimeTooSkewed",
		"NotImplemented",
		"KMS.DisabledException",
		"KMS.NotFoundException",
		"KMS.KMSInvalidStateException",
		"UserKeyMustBeSpecified",
		NULL,
	};
	static const char *const passing[] = {"ConditionalRequestConflict", "OperationAborted", "NoSuchUpload", NULL};

	if (is_one_of(code, settings))
		return ERR_ACCESS;
	if (is_one_of(code, passing))
		return ERR_TEMPORARY;
	switch (request->status) {
	case 412:
		/* If-Match: the object was replaced while it was read; the next run reads the new one. */
		return strcmp(request->method, "GET") == 0 ? ERR_TEMPORARY : ERR_FAILED;
	case 400:
	case 404:
	case 405:
	case 410:
	case 416:
		return ERR_FAILED;
	case 408:
	case 409:
	case 429:
	case 500:
	case 502:
	case 503:
	case 504:
		return ERR_TEMPORARY;
	default:
		return ERR_ACCESS;
	}
}

/* The region that the answer names for the bucket, in a header or in its <Error>. */
static bool
learn_region(struct s3_request *request, const struct s3_xml_error *error)
{
	const char *header = http_header(&request->call, "x-amz-bucket-region");
	struct slice region = header != NULL ? slice_of_str(header) : slice_of_buf(&error->region);

	if (request->moves >= MOVES_MAX)
		return false;
	/* Another request may have learnt it while this one was under way: then there is no news, but a new
	 * place. */
	if (!s3_bucket_move(request->s3, request->bucket, region) &&
	    (region.len == 0 || strcmp(request->sent_region, request->bucket->region) == 0))
		return false;
	request->moves++;
	return true;
}

/* The origin of Location, for this request alone; signed anew, and only where what we send may go (s3_redirect.c). */
static bool
follow(struct s3_request *request)
{
	const char *location = http_header(&request->call, "location");
	const char *origin = request->moved_to != NULL ? request->moved_to : request->bucket->origin;
	struct err ignored;
	bool in_host;
	char *to;

	if (location == NULL || request->moves >= MOVES_MAX)
		return false;
	to = mem_dup_n(location, strcspn(location, "?#"));
	char *parsed = s3_endpoint_parse(to, "Location", &ignored);
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
		log_warning("s3://%s: %s sends us on to %s", request->bucket->name, origin, parsed);
	request->bucket->redirect_told = true;
	free(request->moved_to);
	request->moved_to = parsed;
	request->moved_in_host = in_host;
	request->moves++;
	return true;
}

/* The server's clock is taken for ours: once in a request, with one warning in all. */
static bool
learn_clock(struct s3_request *request)
{
	struct s3 *s3 = request->s3;
	const char *date = http_header(&request->call, "date");
	time_t theirs = date != NULL ? curl_getdate(date, NULL) : -1;
	int64_t skew;

	if (theirs < 0 || request->clock_set)
		return false;
	request->clock_set = true;
	skew = (int64_t)theirs - clock_unix();
	if (!s3->skew_told)
		log_warning("this machine's clock is %lld s %s the server's: signing by the server's",
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

/* Behind the text of the error: whoever reads it must learn where the store, or what is in its place, wanted us to go. */
static void
describe_refused(struct s3_request *request)
{
	struct err err = request->err;

	err_set(
		&request->err, err.kind,
		"%s: it leads to %s, which is not a host of the endpoint's: nothing was sent there (if the bucket is there, "
		"set endpoint_url)",
		err.text, request->refused_to);
}

/* Whether the answer told us something with which the same request may go through. */
static bool
learn(struct s3_request *request, const struct s3_xml_error *error)
{
	static const char *const expired[] = {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", NULL};
	static const char *const skewed[] = {"RequestTimeTooSkewed", "RequestExpired", NULL};
	struct slice code = slice_of_buf(&error->code);

	if (request->status / 100 == 3 || request->status == 400 || request->status == 403) {
		if (learn_region(request, error))
			return true;
	}
	if (request->status / 100 == 3)
		return follow(request);
	if (is_one_of(code, expired))
		return renew_credentials(request);
	if (is_one_of(code, skewed))
		return learn_clock(request);
	return false;
}

static enum s3_verdict
judge_error(struct s3_request *request, const struct s3_xml_error *error, enum retry *retry)
{
	struct slice code = slice_of_buf(&error->code);

	buf_reset(&request->code);
	buf_append_slice(&request->code, code);
	if (learn(request, error))
		return S3_AT_ONCE;
	*retry = retry_classify(request->status, code);
	describe(request, error, *retry != RETRY_NEVER ? ERR_TEMPORARY : kind_of(request, code));
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

	if (call->result == CURLE_WRITE_ERROR && request->err.kind != ERR_NONE) {
		/* The taker of the body has said what is wrong with it. */
		*retry = RETRY_TRANSIENT;
		return request->err.kind == ERR_TEMPORARY ? S3_AGAIN : S3_FAILURE;
	}
	if (call->result != CURLE_COULDNT_CONNECT && call->result != CURLE_COULDNT_RESOLVE_HOST)
		request->unsure = true;
	kind = http_broken(call, &why);
	err_set(&request->err, kind, "%s: %s", request->verb, buf_cstr(&why));
	buf_release(&why);
	*retry = RETRY_TRANSIENT;
	return kind == ERR_TEMPORARY ? S3_AGAIN : S3_FAILURE;
}

enum s3_verdict
s3_answer_judge(struct s3_request *request, enum retry *retry)
{
	struct s3_xml_error error = {.code = BUF_INIT};
	enum s3_verdict verdict = S3_SUCCESS;

	*retry = RETRY_NEVER;
	if (request->call.result != CURLE_OK)
		return judge_broken(request, retry);
	if (request->status / 100 != 2) {
		s3_xml_error(slice_of_buf(&request->reply), &error);
		verdict = judge_error(request, &error, retry);
	} else if (request->body_errors && s3_xml_error(slice_of_buf(&request->reply), &error)) {
		verdict = judge_error(request, &error, retry);
	} else if (request->check != NULL) {
		*retry = request->check(request, &request->err);
		if (request->err.kind != ERR_NONE)
			verdict = *retry != RETRY_NEVER ? S3_AGAIN : S3_FAILURE;
	}
	s3_xml_error_release(&error);
	return verdict;
}

void
s3_answer_etag(const struct http_call *call, char *to, size_t size)
{
	const char *etag = http_header(call, "etag");
	size_t len;

	to[0] = '\0';
	if (etag == NULL)
		return;
	if (strncmp(etag, "W/", 2) == 0)
		etag += 2;
	len = strlen(etag);
	if (len >= 2 && etag[0] == '"' && etag[len - 1] == '"') {
		etag++;
		len -= 2;
	}
	snprintf(to, size, "%.*s", (int)len, etag);
}

/*
 * The etag is the content's MD5 unless it came in parts ("-2") or was encrypted with a key that is not S3's own.
 * Gateways have others that look just like one: s3_get.c finds out.
 */
bool
s3_answer_etag_is_md5(const struct http_call *call, const char *etag)
{
	const char *sse = http_header(call, "x-amz-server-side-encryption");
	const char *class = http_header(call, "x-amz-storage-class");

	return strlen(etag) == 32 && strspn(etag, "0123456789abcdefABCDEF") == 32 &&
	       (sse == NULL || strcmp(sse, "AES256") == 0) &&
	       http_header(call, "x-amz-server-side-encryption-customer-algorithm") == NULL &&
	       (class == NULL || strcmp(class, "EXPRESS_ONEZONE") != 0);
}

bool
s3_answer_is_page(const struct http_call *call)
{
	const char *type = http_header(call, "content-type");

	return type != NULL && strncasecmp(type, "text/html", 9) == 0 && http_header(call, "x-amz-request-id") == NULL &&
	       http_header(call, "x-amz-id-2") == NULL;
}

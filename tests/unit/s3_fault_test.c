/*
 * Whose fault an answer of S3 is: the whole rule, written out. Each cell of a table is one letter, for
 * whose fault it is and whether the request is tried again:
 *
 *   O  the object's, proved; not tried again: the cursor passes it
 *   E  everybody's; not tried again: the run stops with 1
 *   N  nobody's; the same request cannot succeed, a later run may: 75
 *   n  nobody's; tried again, then 75
 *   t  nobody's; tried again, and all requests slow down
 *
 * With arguments it is no test: OP STATUS CODE... prints a letter a line, for tests/store_s3_fault.bats.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "s3/fault.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* In the order of the tables' columns. */
static const char *const verbs[] = {
	"ListObjectsV2",        "GET",   "HEAD", "PUT", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload",
	"AbortMultipartUpload", "DELETE"};

enum { OPS = COUNT(verbs) };

static char
letter(struct s3_judgement judgement)
{
	if (judgement.fault == FAULT_OBJECT)
		return judgement.retry == RETRY_NEVER ? 'O' : '?';
	if (judgement.fault == FAULT_EVERYBODY)
		return judgement.retry == RETRY_NEVER ? 'E' : '?';
	return "Nnt"[judgement.retry];
}

static char
judged(int op, int status, const char *code, bool headers_of_s3)
{
	const struct s3_evidence evidence = {s3_op_find(verbs[op]), status, slice_of_str(code), headers_of_s3};

	return letter(s3_fault_judge(&evidence));
}

static void
assert_row(int status, const char *code, bool headers_of_s3, const char *wanted)
{
	char got[OPS + 1] = "";

	for (int op = 0; op < OPS; op++)
		got[op] = judged(op, status, code, headers_of_s3);
	if (strcmp(got, wanted) != 0)
		fail_msg("%d '%s'%s: %s, not %s", status, code, headers_of_s3 ? "" : ", headers of a stranger", got, wanted);
}

/* clang-format off */

/*
 * Statuses by themselves.
 *   stranger  the answer is not S3's: a page of HTML, an <Error> without a code, an empty body, a HEAD
 *             without S3's headers
 *   store     it is S3's, with a code that no table has; of a HEAD, with S3's headers
 */
static const struct {
	int status;
	const char *stranger, *store;
} statuses[] = {
	/*        list get head put create part complete abort delete */
	{100, "nnnnnnnnn", "nnnnnnnnn"},
	{200, "nnnnnnnnn", "nnnnnnnnn"}, /* a 200 that is no success has an <Error> in it */
	{206, "nnnnnnnnn", "nnnnnnnnn"},
	{300, "nnnnnnnnn", "EEEEEEEEE"},
	{301, "nnnnnnnnn", "EEEEEEEEE"}, /* the region or endpoint is wrong, and the answer did not say which is right */
	{302, "nnnnnnnnn", "EEEEEEEEE"}, /* "please log in" */
	{303, "nnnnnnnnn", "EEEEEEEEE"},
	{304, "nnnnnnnnn", "EEEEEEEEE"},
	{307, "nnnnnnnnn", "EEEEEEEEE"},
	{308, "nnnnnnnnn", "EEEEEEEEE"},
	{400, "nnnnnnnnn", "EEnEEEEEE"}, /* a HEAD's may be an expired token */
	{401, "nnnnnnnnn", "EEEEEEEEE"},
	{402, "nnnnnnnnn", "EEEEEEEEE"},
	{403, "nnnnnnnnn", "EEEEEEEEE"},
	{404, "nnnnnnnnn", "EEOEEEEEE"}, /* a HEAD has no code to say NoSuchKey */
	{405, "nnnnnnnnn", "EEEEEEEEE"},
	{406, "nnnnnnnnn", "EEEEEEEEE"},
	{407, "EEEEEEEEE", "EEEEEEEEE"}, /* the proxy's, always */
	{408, "nnnnnnnnn", "nnnnnnnnn"},
	{409, "nnnnnnnnn", "nnnnnnnnn"},
	{410, "nnnnnnnnn", "EEEEEEEEE"},
	{411, "nnnnnnnnn", "EEEEEEEEE"},
	{412, "nnnnnnnnn", "ENnEEEEEE"}, /* GET: If-Match, the object was replaced */
	{413, "nnnEEEEnn", "EEEEEEEEE"}, /* a proxy limits bodies */
	{414, "nnnnnnnnn", "EEEEEEEEE"},
	{415, "nnnnnnnnn", "EEEEEEEEE"},
	{416, "nnnnnnnnn", "ENEEEEEEE"}, /* GET: nothing there, of which the rest was asked */
	{417, "nnnnnnnnn", "EEEEEEEEE"},
	{421, "nnnnnnnnn", "EEEEEEEEE"},
	{422, "nnnnnnnnn", "EEEEEEEEE"},
	{423, "nnnnnnnnn", "EEEEEEEEE"},
	{425, "nnnnnnnnn", "nnnnnnnnn"},
	{426, "nnnnnnnnn", "EEEEEEEEE"},
	{428, "nnnnnnnnn", "EEEEEEEEE"},
	{429, "ttttttttt", "ttttttttt"},
	{431, "nnnnnnnnn", "EEEEEEEEE"},
	{451, "nnnnnnnnn", "EEEEEEEEE"},
	{498, "nnnnnnnnn", "EEEEEEEEE"},
	{499, "nnnnnnnnn", "EEEEEEEEE"},
	{500, "nnnnnnnnn", "nnnnnnnnn"},
	{501, "EEEEEEEEE", "EEEEEEEEE"},
	{502, "nnnnnnnnn", "nnnnnnnnn"},
	{503, "ttttttttt", "nntnnnnnn"}, /* SlowDown, unless a code says otherwise */
	{504, "nnnnnnnnn", "nnnnnnnnn"},
	{505, "EEEEEEEEE", "EEEEEEEEE"},
	{506, "nnnnnnnnn", "nnnnnnnnn"},
	{507, "nnnnnnnnn", "nnnnnnnnn"},
	{508, "nnnnnnnnn", "nnnnnnnnn"},
	{509, "ttttttttt", "ttttttttt"},
	{510, "nnnnnnnnn", "nnnnnnnnn"},
	{511, "nnnnnnnnn", "nnnnnnnnn"},
	/* Cloudflare's */
	{520, "nnnnnnnnn", "nnnnnnnnn"}, {521, "nnnnnnnnn", "nnnnnnnnn"}, {522, "nnnnnnnnn", "nnnnnnnnn"},
	{523, "nnnnnnnnn", "nnnnnnnnn"}, {524, "nnnnnnnnn", "nnnnnnnnn"}, {525, "nnnnnnnnn", "nnnnnnnnn"},
	{526, "nnnnnnnnn", "nnnnnnnnn"}, {527, "nnnnnnnnn", "nnnnnnnnn"}, {530, "nnnnnnnnn", "nnnnnnnnn"},
	{598, "nnnnnnnnn", "nnnnnnnnn"}, {599, "nnnnnnnnn", "nnnnnnnnn"},
};

/* Codes that decide by themselves, at the status that they have. (A HEAD never has one.) */
static const struct {
	int status;
	const char *code, *wanted;
} codes[] = {
	/*                                              list get head put create part complete abort delete */
	/* proof, at the status and the operation where it is one */
	{404, "NoSuchKey",                             "EO.EEEEEE"},
	{400, "KeyTooLongError",                       "EO.OOOOEE"},
	{400, "KeyTooLong",                            "EO.OOOOEE"},
	{400, "InvalidObjectName",                     "EO.OOOOEE"},
	{400, "XMinioInvalidObjectName",               "EO.OOOOEE"},
	{400, "EntityTooLarge",                        "EO.OOOOEE"},
	{413, "EntityTooLarge",                        "EO.OOOOEE"},
	{405, "EntityTooLarge",                        "EO.OOOOEE"}, /* AWS has it so for downloads */
	{200, "EntityTooLarge",                        "nO.OOOOnn"},
	{403, "InvalidObjectState",                    "EO.EEEEEE"},
	{412, "PreconditionFailed",                    "EN.OOOOEE"},
	/* the same words where they are none */
	{400, "NoSuchKey",                             "EE.EEEEEE"},
	{500, "NoSuchKey",                             "nn.nnnnnn"},
	{503, "NoSuchKey",                             "nn.nnnnnn"},
	{503, "EntityTooLarge",                        "nn.nnnnnn"},
	{400, "InvalidObjectState",                    "EE.EEEEEE"},
	{409, "NoSuchKey",                             "nn.nnnnnn"},
	{404, "nosuchkey",                             "EE.EEEEEE"},
	{404, "NoSuchKeyX",                            "EE.EEEEEE"},
	{404, "Not Found",                             "EE.EEEEEE"},

	/* may pass */
	{400, "RequestTimeout",                        "nn.nnnnnn"},
	{400, "BadDigest",                             "nn.nnnnnn"},
	{400, "IncompleteBody",                        "nn.nnnnnn"},
	{400, "XAmzContentSHA256Mismatch",             "nn.nnnnnn"},
	{400, "XAmzContentChecksumMismatch",           "nn.nnnnnn"},
	{400, "ConnectionClosedByRequester",           "nn.nnnnnn"},
	{400, "ResponseInterrupted",                   "nn.nnnnnn"},
	{400, "ExpiredToken",                          "nn.nnnnnn"},
	{403, "ExpiredToken",                          "nn.nnnnnn"},
	{403, "ExpiredTokenException",                 "nn.nnnnnn"},
	{400, "TokenRefreshRequired",                  "nn.nnnnnn"},
	{400, "InvalidSessionException",               "nn.nnnnnn"},
	{403, "RequestExpired",                        "nn.nnnnnn"},
	{409, "OperationAborted",                      "nn.nnnnnn"},
	{409, "ConditionalRequestConflict",            "nn.nnnNnn"}, /* the parts are gone */
	{409, "InvalidBucketState",                    "nn.nnnnnn"},
	{409, "RestoreAlreadyInProgress",              "nn.nnnnnn"},
	{404, "NoSuchUpload",                          "NN.NNNNNN"},
	{400, "SlowDown",                              "tt.tttttt"},
	{503, "SlowDown",                              "tt.tttttt"},
	{200, "SlowDown",                              "tt.tttttt"},
	{400, "ThrottlingException",                   "tt.tttttt"},
	{400, "RequestLimitExceeded",                  "tt.tttttt"},
	{400, "KMS.ThrottlingException",               "tt.tttttt"},
	{503, "ServiceUnavailable",                    "tt.tttttt"},
	{500, "InternalError",                         "nn.nnnnnn"},
	{200, "InternalError",                         "nn.nnnnnn"},
	{503, "ServiceNotReady",                       "nn.nnnnnn"},

	/* credentials, permissions, the bucket, options: refused for all objects */
	{403, "AccessDenied",                          "EE.EEEEEE"},
	{200, "AccessDenied",                          "EE.EEEEEE"},
	{403, "AllAccessDisabled",                     "EE.EEEEEE"},
	{403, "AccountProblem",                        "EE.EEEEEE"},
	{403, "NotSignedUp",                           "EE.EEEEEE"},
	{403, "InvalidAccessKeyId",                    "EE.EEEEEE"},
	{403, "SignatureDoesNotMatch",                 "EE.EEEEEE"},
	{400, "InvalidToken",                          "EE.EEEEEE"},
	{403, "InvalidSecurity",                       "EE.EEEEEE"},
	{403, "MissingAuthenticationToken",            "EE.EEEEEE"},
	{403, "RequestTimeTooSkewed",                  "EE.EEEEEE"},
	{400, "AuthorizationHeaderMalformed",          "EE.EEEEEE"},
	{404, "NoSuchBucket",                          "EE.EEEEEE"},
	{400, "InvalidBucketName",                     "EE.EEEEEE"},
	{301, "PermanentRedirect",                     "EE.EEEEEE"},
	{307, "TemporaryRedirect",                     "EE.EEEEEE"},
	{400, "IllegalLocationConstraintException",    "EE.EEEEEE"},
	{400, "IncorrectEndpoint",                     "EE.EEEEEE"},
	{400, "InvalidRequest",                        "EE.EEEEEE"}, /* Object Lock wants a checksum, ... */
	{400, "MissingContentMD5",                     "EE.EEEEEE"},
	{400, "InvalidArgument",                       "EE.EEEEEE"},
	{400, "InvalidStorageClass",                   "EE.EEEEEE"},
	{400, "InvalidEncryptionAlgorithmError",       "EE.EEEEEE"},
	{400, "KMS.DisabledException",                 "EE.EEEEEE"},
	{400, "KMS.InvalidKeyUsageException",          "EE.EEEEEE"},
	{400, "KMS.KMSInvalidStateException",          "EE.EEEEEE"},
	{400, "KMS.NotFoundException",                 "EE.EEEEEE"},
	{400, "KMS.AnythingNew",                       "EE.EEEEEE"},
	{405, "MethodNotAllowed",                      "EE.EEEEEE"},
	{501, "NotImplemented",                        "EE.EEEEEE"},
	{403, "QuotaExceeded",                         "EE.EEEEEE"},
	{403, "UserSuspended",                         "EE.EEEEEE"},
	{403, "InvalidPayer",                          "EE.EEEEEE"},
	{400, "InvalidPart",                           "EE.EEEEEE"},
	{400, "EntityTooSmall",                        "EE.EEEEEE"},
	{411, "MissingContentLength",                  "EE.EEEEEE"},
	{416, "InvalidRange",                          "EN.EEEEEE"},
};

/*
 * AWS's own list of S3's error codes, with their statuses: those that a program of ours can meet at a PUT
 * or GET, and those of other operations too, which would mean that somebody answers nonsense. As letters
 * for GET and PUT.
 */
static const struct {
	const char *code;
	int status;
	const char *get_put;
} aws[] = {
	{"AccessControlListNotSupported", 400, "EE"},
	{"AccessDenied", 403, "EE"},
	{"AccessPointAlreadyOwnedByYou", 409, "nn"},
	{"AccountProblem", 403, "EE"},
	{"AllAccessDisabled", 403, "EE"},
	{"AmbiguousGrantByEmailAddress", 400, "EE"},
	{"AuthorizationHeaderMalformed", 400, "EE"},
	{"AuthorizationQueryParametersError", 400, "EE"},
	{"BadDigest", 400, "nn"},
	{"BucketAlreadyExists", 409, "nn"},
	{"BucketAlreadyOwnedByYou", 409, "nn"},
	{"BucketHasAccessPointsAttached", 400, "EE"},
	{"BucketNotEmpty", 409, "nn"},
	{"ClientTokenConflict", 409, "nn"},
	{"ConnectionClosedByRequester", 400, "nn"},
	{"ConditionalRequestConflict", 409, "nn"},
	{"CredentialsNotSupported", 400, "EE"},
	{"CrossLocationLoggingProhibited", 403, "EE"},
	{"DeviceNotActiveError", 400, "EE"},
	{"EndpointNotFound", 400, "EE"},
	{"EntityTooSmall", 400, "EE"},
	{"EntityTooLarge", 400, "OO"},
	{"EntityTooLarge", 405, "OO"},
	{"ExpiredToken", 400, "nn"},
	{"IllegalLocationConstraintException", 400, "EE"},
	{"IllegalVersioningConfigurationException", 400, "EE"},
	{"IncompleteBody", 400, "nn"},
	{"IncorrectEndpoint", 400, "EE"},
	{"IncorrectNumberOfFilesInPostRequest", 400, "EE"},
	{"InlineDataTooLarge", 400, "EE"},
	{"InternalError", 500, "nn"},
	{"InvalidAccessKeyId", 403, "EE"},
	{"InvalidAccessPoint", 400, "EE"},
	{"InvalidAccessPointAliasError", 400, "EE"},
	{"InvalidArgument", 400, "EE"},
	{"InvalidBucketAclWithObjectOwnership", 400, "EE"},
	{"InvalidBucketName", 400, "EE"},
	{"InvalidBucketOwnerAWSAccountID", 400, "EE"},
	{"InvalidBucketState", 409, "nn"},
	{"InvalidDigest", 400, "EE"},
	{"InvalidEncryptionAlgorithmError", 400, "EE"},
	{"InvalidHostHeader", 400, "EE"},
	{"InvalidHttpMethod", 400, "EE"},
	{"InvalidLocationConstraint", 400, "EE"},
	{"InvalidObjectState", 403, "OE"},
	{"InvalidPart", 400, "EE"},
	{"InvalidPartOrder", 400, "EE"},
	{"InvalidPayer", 403, "EE"},
	{"InvalidPolicyDocument", 400, "EE"},
	{"InvalidRange", 416, "NE"},
	{"InvalidRegion", 403, "EE"},
	{"InvalidRequest", 400, "EE"},
	{"InvalidSessionException", 400, "nn"},
	{"InvalidSignature", 400, "EE"},
	{"InvalidSecurity", 403, "EE"},
	{"InvalidSOAPRequest", 400, "EE"},
	{"InvalidStorageClass", 400, "EE"},
	{"InvalidTag", 400, "EE"},
	{"InvalidTargetBucketForLogging", 400, "EE"},
	{"InvalidToken", 400, "EE"},
	{"InvalidURI", 400, "EE"},
	{"KeyTooLongError", 400, "OO"},
	{"KMS.DisabledException", 400, "EE"},
	{"KMS.InvalidKeyUsageException", 400, "EE"},
	{"KMS.KMSInvalidStateException", 400, "EE"},
	{"KMS.NotFoundException", 400, "EE"},
	{"MalformedACLError", 400, "EE"},
	{"MalformedPolicy", 400, "EE"},
	{"MalformedPOSTRequest", 400, "EE"},
	{"MalformedXML", 400, "EE"},
	{"MaxMessageLengthExceeded", 400, "EE"},
	{"MaxPostPreDataLengthExceededError", 400, "EE"},
	{"MetadataTooLarge", 400, "EE"},
	{"MethodNotAllowed", 405, "EE"},
	{"MissingAttachment", 400, "EE"},
	{"MissingAuthenticationToken", 403, "EE"},
	{"MissingContentLength", 411, "EE"},
	{"MissingRequestBodyError", 400, "EE"},
	{"MissingSecurityElement", 400, "EE"},
	{"MissingSecurityHeader", 400, "EE"},
	{"NoLoggingStatusForKey", 400, "EE"},
	{"NoSuchAccessPoint", 404, "EE"},
	{"NoSuchAsyncRequest", 404, "EE"},
	{"NoSuchBucket", 404, "EE"},
	{"NoSuchBucketPolicy", 404, "EE"},
	{"NoSuchCORSConfiguration", 404, "EE"},
	{"NoSuchKey", 404, "OE"},
	{"NoSuchLifecycleConfiguration", 404, "EE"},
	{"NoSuchMultiRegionAccessPoint", 404, "EE"},
	{"NoSuchObjectLockConfiguration", 404, "EE"},
	{"NoSuchTagSet", 404, "EE"},
	{"NoSuchUpload", 404, "NN"},
	{"NoSuchVersion", 404, "EE"},
	{"NoSuchWebsiteConfiguration", 404, "EE"},
	{"NotDeviceOwnerError", 400, "EE"},
	{"NotImplemented", 501, "EE"},
	{"NotModified", 304, "EE"},
	{"NotSignedUp", 403, "EE"},
	{"NoTransformationDefined", 404, "EE"},
	{"ObjectLockConfigurationNotFoundError", 404, "EE"},
	{"OperationAborted", 409, "nn"},
	{"OwnershipControlsNotFoundError", 404, "EE"},
	{"PermanentRedirect", 301, "EE"},
	{"PermanentRedirectControlError", 301, "EE"},
	{"PreconditionFailed", 412, "NO"},
	{"Redirect", 307, "EE"},
	{"RequestHeaderSectionTooLarge", 400, "EE"},
	{"RequestIsNotMultiPartContent", 412, "NE"},
	{"RequestTimeout", 400, "nn"},
	{"RequestTimeTooSkewed", 403, "EE"},
	{"RequestTorrentOfBucketError", 400, "EE"},
	{"ResponseInterrupted", 400, "nn"},
	{"RestoreAlreadyInProgress", 409, "nn"},
	{"ServerSideEncryptionConfigurationNotFoundError", 400, "EE"},
	{"ServiceUnavailable", 503, "tt"},
	{"SignatureDoesNotMatch", 403, "EE"},
	{"SlowDown", 503, "tt"},
	{"TagPolicyException", 400, "EE"},
	{"TemporaryRedirect", 307, "EE"},
	{"TokenCodeInvalidError", 400, "EE"},
	{"TokenRefreshRequired", 400, "nn"},
	{"TooManyAccessPoints", 400, "EE"},
	{"TooManyBuckets", 400, "EE"},
	{"TooManyMultiRegionAccessPointregionsError", 400, "EE"},
	{"TooManyMultiRegionAccessPoints", 400, "EE"},
	{"UnauthorizedAccessError", 403, "EE"},
	{"UnexpectedContent", 400, "EE"},
	{"UnexpectedIPError", 403, "EE"},
	{"UnresolvableGrantByEmailAddress", 400, "EE"},
	{"UnsupportedArgument", 400, "EE"},
	{"UnsupportedSignature", 400, "EE"},
	{"UserKeyMustBeSpecified", 400, "EE"},
};
/* clang-format on */

static void
test_statuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++) {
		assert_row(statuses[i].status, "", false, statuses[i].stranger);
		for (int op = 0; op < OPS; op++) {
			bool head = strcmp(verbs[op], "HEAD") == 0;
			/* A HEAD is the store's by its headers, everything else by the code in its body alone. */
			char got =
				head ? judged(op, statuses[i].status, "", true) : judged(op, statuses[i].status, "Unheard", false);

			if (got != statuses[i].store[op])
				fail_msg("%d of %s: %c, not %c", statuses[i].status, verbs[op], got, statuses[i].store[op]);
			if (!head)
				assert_int_equal(judged(op, statuses[i].status, "", true), statuses[i].stranger[op]);
		}
	}
}

static void
test_codes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		assert_int_equal(strlen(codes[i].wanted), OPS);
		for (int op = 0; op < OPS; op++) {
			char got = judged(op, codes[i].status, codes[i].code, true);

			if (codes[i].wanted[op] != '.' && got != codes[i].wanted[op])
				fail_msg("%d %s of %s: %c, not %c", codes[i].status, codes[i].code, verbs[op], got,
				         codes[i].wanted[op]);
		}
	}
}

static void
test_aws(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(aws); i++) {
		char got[] = {judged(1, aws[i].status, aws[i].code, true), judged(3, aws[i].status, aws[i].code, true), '\0'};

		if (strcmp(got, aws[i].get_put) != 0)
			fail_msg("%d %s: %s, not %s", aws[i].status, aws[i].code, got, aws[i].get_put);
	}
}

/* Whatever the status: without a code of S3's, or S3's headers on a HEAD, no answer is proof. */
static void
test_no_proof(void **state)
{
	(void)state;
	for (int status = 0; status < 1000; status++) {
		for (int op = 0; op < OPS; op++) {
			bool refusal = status == 407 || status == 501 || status == 505 || (status == 413 && op >= 3 && op <= 6);

			assert_int_equal(judged(op, status, "", false) == 'E', refusal);
			assert_int_not_equal(judged(op, status, "", false), 'O');
			assert_int_not_equal(judged(op, status, "Unheard", false), 'O');
			if (status >= 500 && status < 600 && status != 501 && status != 505) {
				assert_non_null(strchr("nt", judged(op, status, "", false)));
				assert_non_null(strchr("nt", judged(op, status, "NoSuchKey", true)));
			}
		}
	}
}

/* What would meet every object says what to change. */
static void
test_advice(void **state)
{
	static const struct {
		const char *verb;
		int status;
		const char *code, *advice;
	} cases[] = {
		{"ListObjectsV2", 403, "AccessDenied", "s3:ListBucket"},
		{"GET", 403, "AccessDenied", "s3:GetObject"},
		{"PUT", 403, "AccessDenied", "s3:PutObject"},
		{"CompleteMultipartUpload", 403, "AccessDenied", "s3:PutObject"},
		{"DELETE", 403, "AccessDenied", "s3:DeleteObject"},
		{"HEAD", 403, "", "s3:GetObject"},
		{"PUT", 404, "NoSuchBucket", "output_bucket"},
		{"ListObjectsV2", 404, "NoSuchBucket", "input_bucket"},
		{"PUT", 413, "", "client_max_body_size"},
		{"GET", 407, "", "http_proxy"},
		{"PUT", 400, "InvalidStorageClass", "storage_class"},
		{"PUT", 400, "KMS.InvalidKeyUsageException", "sse_kms_key_id"},
		{"PUT", 400, "InvalidRequest", "check_crc32"},
		{"PUT", 501, "NotImplemented", "check_crc32"},
		{"GET", 403, "SignatureDoesNotMatch", "s3ls --whoami"},
		{"GET", 301, "PermanentRedirect", "region"},
		{"GET", 403, "InvalidObjectState", "exclude_storage_class"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct s3_evidence evidence = {s3_op_find(cases[i].verb), cases[i].status, slice_of_str(cases[i].code),
		                                     true};
		struct s3_judgement judgement = s3_fault_judge(&evidence);

		assert_int_not_equal(judgement.fault, FAULT_NOBODY);
		assert_non_null(judgement.advice);
		if (strstr(judgement.advice, cases[i].advice) == NULL)
			fail_msg("%s %d %s: '%s' has no '%s'", cases[i].verb, cases[i].status, cases[i].code, judgement.advice,
			         cases[i].advice);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses), cmocka_unit_test(test_codes),  cmocka_unit_test(test_aws),
		cmocka_unit_test(test_no_proof), cmocka_unit_test(test_advice),
	};

	for (int i = 1; i + 2 < argc; i += 3) {
		const struct s3_evidence evidence = {s3_op_find(argv[i]), atoi(argv[i + 1]), slice_of_str(argv[i + 2]), true};

		printf("%c\n", letter(s3_fault_judge(&evidence)));
	}
	return argc > 1 ? 0 : cmocka_run_group_tests(tests, NULL, NULL);
}

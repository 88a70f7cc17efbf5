/*
 * The table of S3's errors. It was compared with AWS's list of S3 error codes and botocore's lists
 * of retried codes; other servers' codes for the same error are beside AWS's.
 *
 * The first row that fits decides. Codes that AWS's clients retry for every service are in retry.c
 * and come before the table.
 */
#include "s3/fault.h"

#include <stdlib.h>
#include <string.h>

enum {
	ANY = ~0,
	WRITES = S3_OP_PUT | S3_OP_CREATE | S3_OP_PART | S3_OP_COMPLETE, /* of a new object */
	WITH_KEY = WRITES | S3_OP_GET,
};

/* Who answered, if a row depends on it. */
enum source {
	ANYONE, /* anybody */
	CODE,   /* S3, with the row's code */
	STORE,  /* S3: with any code, or by the headers of a HEAD */
};

struct row {
	enum source source;
	const char *code; /* "KMS.*" are all that begin with "KMS." */
	int first, last;  /* statuses */
	int ops;
	enum fault fault;
	enum retry retry;
	const char *advice;
};

#define OURS "check the credentials (`s3ls --whoami` shows which are used)"
#define KMS "check the KMS key: it must be enabled and usable for encryption (sse_kms_key_id, or the bucket's default)"
#define PLACE "check endpoint_url and region"

/* clang-format off */
static const struct row table[] = {
	/* A server in trouble, whatever else it says. 501 and 505 are refusals, not trouble. */
	{ANYONE, NULL, 501, 501, WRITES, FAULT_EVERYBODY, RETRY_NEVER,
	 "the store does not know this request or an option of it (storage_class, sse, check_crc32); is endpoint_url an S3 server?"},
	{ANYONE, NULL, 501, 501, ANY, FAULT_EVERYBODY, RETRY_NEVER, "the store does not know this request; is endpoint_url an S3 server?"},
	{ANYONE, NULL, 505, 505, ANY, FAULT_EVERYBODY, RETRY_NEVER, "is endpoint_url an S3 server?"},
	{STORE,  NULL, 503, 503, ANY & ~S3_OP_HEAD, FAULT_NOBODY, RETRY_TRANSIENT, NULL},
	{ANYONE, NULL, 503, 503, ANY, FAULT_NOBODY, RETRY_THROTTLED, NULL}, /* SlowDown, whose body not every server sends */
	{ANYONE, NULL, 509, 509, ANY, FAULT_NOBODY, RETRY_THROTTLED, NULL}, /* bandwidth used up */
	{ANYONE, NULL, 500, 599, ANY, FAULT_NOBODY, RETRY_TRANSIENT, NULL},

	/* Errors that may pass, whoever reports them. */
	{ANYONE, NULL, 408, 408, ANY, FAULT_NOBODY, RETRY_TRANSIENT, NULL},
	{ANYONE, NULL, 425, 425, ANY, FAULT_NOBODY, RETRY_TRANSIENT, NULL},
	{ANYONE, NULL, 429, 429, ANY, FAULT_NOBODY, RETRY_THROTTLED, NULL},
	/*
	 * The parts are gone by then, so the same request cannot succeed: the next run uploads them
	 * again.
	 */
	{CODE, "ConditionalRequestConflict", 409, 409, S3_OP_COMPLETE, FAULT_NOBODY, RETRY_NEVER, NULL},
	{ANYONE, NULL, 409, 409, ANY, FAULT_NOBODY, RETRY_TRANSIENT, NULL},
	{CODE, "NoSuchUpload", 200, 404, ANY, FAULT_NOBODY, RETRY_NEVER, NULL},
	{CODE, "ExpiredToken", 200, 499, ANY, FAULT_NOBODY, RETRY_TRANSIENT, OURS},
	{CODE, "ExpiredTokenException", 200, 499, ANY, FAULT_NOBODY, RETRY_TRANSIENT, OURS},
	{CODE, "TokenRefreshRequired", 200, 499, ANY, FAULT_NOBODY, RETRY_TRANSIENT, OURS},
	{CODE, "InvalidSessionException", 200, 499, ANY, FAULT_NOBODY, RETRY_TRANSIENT, OURS},
	{CODE, "RequestExpired", 200, 499, ANY, FAULT_NOBODY, RETRY_TRANSIENT, NULL},
	{CODE, "KMS.ThrottlingException", 200, 499, ANY, FAULT_NOBODY, RETRY_THROTTLED, NULL},
	{CODE, "KMS.DependencyTimeoutException", 200, 499, ANY, FAULT_NOBODY, RETRY_TRANSIENT, NULL},
	{CODE, "KMS.KMSInternalException", 200, 499, ANY, FAULT_NOBODY, RETRY_TRANSIENT, NULL},
	/* If-Match: the object was replaced while it was read. The next run reads the new one. */
	{STORE, NULL, 412, 412, S3_OP_GET, FAULT_NOBODY, RETRY_NEVER, NULL},
	/*
	 * Only the rest of an object is requested by range. A damaged download is not proof against the
	 * object.
	 */
	{STORE, NULL, 416, 416, S3_OP_GET, FAULT_NOBODY, RETRY_NEVER, NULL},

	/* Proof. */
	{CODE, "NoSuchKey", 404, 404, S3_OP_GET, FAULT_OBJECT, RETRY_NEVER, NULL},
	{STORE, NULL, 404, 404, S3_OP_HEAD, FAULT_OBJECT, RETRY_NEVER, NULL},
	{CODE, "KeyTooLongError", 200, 499, WITH_KEY, FAULT_OBJECT, RETRY_NEVER, NULL},
	{CODE, "KeyTooLong", 200, 499, WITH_KEY, FAULT_OBJECT, RETRY_NEVER, NULL},        /* StorageGRID's */
	{CODE, "InvalidObjectName", 200, 499, WITH_KEY, FAULT_OBJECT, RETRY_NEVER, NULL}, /* Ceph's */
	{CODE, "XMinioInvalidObjectName", 200, 499, WITH_KEY, FAULT_OBJECT, RETRY_NEVER, NULL},
	{CODE, "EntityTooLarge", 200, 499, WITH_KEY, FAULT_OBJECT, RETRY_NEVER, NULL},
	{CODE, "InvalidObjectState", 403, 403, S3_OP_GET, FAULT_OBJECT, RETRY_NEVER,
	 "it is archived: restore it, or leave such objects out with exclude_storage_class"},
	/* If-None-Match, by --no-clobber. */
	{CODE, "PreconditionFailed", 412, 412, WRITES, FAULT_OBJECT, RETRY_NEVER, NULL},

	/* Permissions and credentials. */
	{CODE, "AccessDenied", 200, 499, S3_OP_LIST, FAULT_EVERYBODY, RETRY_NEVER, "these credentials need s3:ListBucket for the bucket"},
	{CODE, "AccessDenied", 200, 499, S3_OP_GET, FAULT_EVERYBODY, RETRY_NEVER,
	 "these credentials need s3:GetObject for the object (and s3:ListBucket for the bucket, without which a missing object "
	 "looks like this; and kms:Decrypt, if it is encrypted with a KMS key)"},
	{CODE, "AccessDenied", 200, 499, WRITES, FAULT_EVERYBODY, RETRY_NEVER,
	 "these credentials need s3:PutObject for the object (and kms:GenerateDataKey and kms:Decrypt, if a KMS key encrypts it)"},
	{CODE, "AccessDenied", 200, 499, S3_OP_DELETE, FAULT_EVERYBODY, RETRY_NEVER, "these credentials need s3:DeleteObject for the object"},
	{CODE, "AccessDenied", 200, 499, S3_OP_ABORT, FAULT_EVERYBODY, RETRY_NEVER, "these credentials need s3:AbortMultipartUpload"},
	{STORE, NULL, 403, 403, S3_OP_HEAD, FAULT_EVERYBODY, RETRY_NEVER, "these credentials need s3:GetObject and s3:ListBucket"},
	{CODE, "InvalidAccessKeyId", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, OURS},
	{CODE, "SignatureDoesNotMatch", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, OURS},
	{CODE, "InvalidToken", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, OURS},
	{CODE, "InvalidSecurity", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, OURS},
	{CODE, "MissingAuthenticationToken", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, OURS},
	{CODE, "AuthorizationHeaderMalformed", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, PLACE},
	{CODE, "RequestTimeTooSkewed", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, "set this machine's clock"},
	{CODE, "AllAccessDisabled", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, "ask the store's operator for access"},
	{CODE, "AccountProblem", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, "ask the store's operator about the account"},
	{CODE, "NotSignedUp", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, "ask the store's operator about the account"},
	{CODE, "QuotaExceeded", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, "make room, or raise the quota"}, /* Ceph's */

	/* The bucket and its place. */
	{CODE, "NoSuchBucket", 200, 499, WRITES | S3_OP_DELETE | S3_OP_ABORT, FAULT_EVERYBODY, RETRY_NEVER, "check output_bucket and endpoint_url"},
	{CODE, "NoSuchBucket", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, "check input_bucket, output_bucket and endpoint_url"},
	{CODE, "InvalidBucketName", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, "check input_bucket and output_bucket"},
	{CODE, "IllegalLocationConstraintException", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, PLACE},
	{CODE, "IncorrectEndpoint", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, PLACE},
	{CODE, "EndpointNotFound", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, PLACE},

	/* Options that the store refuses. */
	{CODE, "InvalidStorageClass", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, "set storage_class to one that the store has, or leave it out"},
	{CODE, "InvalidEncryptionAlgorithmError", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, "set sse to an encryption that the store supports, or leave it out"},
	{CODE, "KMS.*", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, KMS},
	{CODE, "InvalidPayer", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, "see request_payer"},
	{CODE, "MissingContentMD5", 200, 499, WRITES, FAULT_EVERYBODY, RETRY_NEVER, "set check_crc32: true"},
	{CODE, "InvalidRequest", 200, 499, S3_OP_PUT | S3_OP_PART, FAULT_EVERYBODY, RETRY_NEVER,
	 "see check_crc32, storage_class and sse"},
	{CODE, "MethodNotAllowed", 200, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, "is endpoint_url an S3 server, and the bucket one for objects?"},

	/* A proxy that says so itself, in its own page: this does not pass by itself. */
	{ANYONE, NULL, 407, 407, ANY, FAULT_EVERYBODY, RETRY_NEVER, "the proxy wants other credentials (http_proxy, https_proxy)"},
	{ANYONE, NULL, 413, 413, WRITES, FAULT_EVERYBODY, RETRY_NEVER,
	 "a proxy in front of the store limits the size of a request: raise its limit (nginx: client_max_body_size)"},

	/* The rest. */
	{STORE, NULL, 400, 400, S3_OP_HEAD, FAULT_NOBODY, RETRY_TRANSIENT, NULL}, /* perhaps an expired token */
	{STORE, NULL, 412, 412, S3_OP_HEAD, FAULT_NOBODY, RETRY_TRANSIENT, NULL}, /* no condition was set */
	{STORE, NULL, 300, 399, ANY, FAULT_EVERYBODY, RETRY_NEVER, PLACE},
	{STORE, NULL, 400, 499, ANY, FAULT_EVERYBODY, RETRY_NEVER, NULL},
	{ANYONE, NULL, 0, 999, ANY, FAULT_NOBODY, RETRY_TRANSIENT, NULL}, /* no answer of the store; or an <Error> in a 200 */
};
/* clang-format on */

static bool
code_fits(const char *wanted, struct slice code)
{
	size_t len = strlen(wanted);

	if (wanted[len - 1] == '*')
		return code.len >= len && memcmp(code.ptr, wanted, len - 1) == 0;
	return slice_equal_str(code, wanted);
}

static bool
row_fits(const struct row *row, const struct s3_evidence *evidence, bool from_s3)
{
	if (evidence->status < row->first || evidence->status > row->last || (row->ops & (int)evidence->op) == 0)
		return false;
	if (row->source == CODE)
		return code_fits(row->code, evidence->code);
	return row->source == ANYONE || from_s3;
}

enum s3_op
s3_op_find(const char *verb)
{
	static const struct {
		const char *verb;
		enum s3_op op;
	} ops[] = {
		{"GET", S3_OP_GET},
		{"PUT", S3_OP_PUT},
		{"ListObjectsV2", S3_OP_LIST},
		{"UploadPart", S3_OP_PART},
		{"HEAD", S3_OP_HEAD},
		{"CreateMultipartUpload", S3_OP_CREATE},
		{"CompleteMultipartUpload", S3_OP_COMPLETE},
		{"AbortMultipartUpload", S3_OP_ABORT},
		{"DELETE", S3_OP_DELETE},
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (strcmp(ops[i].verb, verb) == 0)
			return ops[i].op;
	}
	abort();
}

struct s3_judgement
s3_fault_judge(const struct s3_evidence *evidence)
{
	/* A HEAD has no body; any other error of S3's has one, with a code. */
	bool from_s3 = evidence->op == S3_OP_HEAD ? evidence->headers_of_s3 : evidence->code.len > 0;
	struct s3_judgement judgement = {FAULT_NOBODY, retry_of_code(evidence->code), from_s3, NULL};
	const struct row *row = table;

	if (judgement.retry != RETRY_NEVER)
		return judgement;
	while (!row_fits(row, evidence, from_s3))
		row++;
	judgement.fault = row->fault;
	judgement.retry = row->retry;
	judgement.advice = row->advice;
	return judgement;
}

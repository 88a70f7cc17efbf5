/*
 * Whose fault an answer of S3 is (base/err.h), and whether the same request is worth another try.
 * One table says it, in fault.c; this is the whole interface. Pure functions.
 *
 * The rule: an answer is the object's fault only with proof, which is one of a few codes of S3, at
 * a status and an operation for which it means that. An answer of S3 that refuses the request
 * without such proof would refuse the next one as well: everybody's fault. An answer that is not
 * S3's, or an error that may pass, is nobody's.
 */
#ifndef S3_FAULT_H
#define S3_FAULT_H

#include <stdbool.h>

#include "aws/retry.h"
#include "base/err.h"

enum s3_op {
	S3_OP_LIST = 1,
	S3_OP_GET = 2,
	S3_OP_HEAD = 4,
	S3_OP_PUT = 8,
	S3_OP_CREATE = 16, /* of an upload in parts */
	S3_OP_PART = 32,
	S3_OP_COMPLETE = 64,
	S3_OP_ABORT = 128,
	S3_OP_DELETE = 256,
};

/* The operation by its name in messages, "ListObjectsV2". There must be one of that name. */
enum s3_op s3_op_find(const char *verb);

/* The facts to judge by. */
struct s3_evidence {
	enum s3_op op;
	int status;
	struct slice code;  /* of the <Error> in the body; len 0: there is none */
	bool headers_of_s3; /* headers that only S3 sends: they tell who answered a HEAD, which has no body */
};

struct s3_judgement {
	enum fault fault;
	enum retry retry;
	bool from_s3; /* the store itself has answered, not a proxy or web server in its place */
	/* What to change, static; NULL: no more is known than the answer says. */
	const char *advice;
};

/* Classifies an answer that is not a success: a status other than 2xx, or an <Error> in a 200. */
struct s3_judgement s3_fault_judge(const struct s3_evidence *evidence);

#endif

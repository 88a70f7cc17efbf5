/*
 * Where a redirect may lead. Signature, session token and the object itself go along, and a 200
 * from there counts as the store's. So only to the endpoint's own host (with or without the bucket
 * in front), or, if that is AWS's, to another of AWS's hosts for S3.
 */
#include <string.h>
#include <strings.h>

#include "aws/endpoint.h"
#include "s3/s3.h"

#define AWS ".amazonaws.com"
#define AWS_CHINA ".amazonaws.com.cn"

/* Takes "bucket." off the front. */
static bool
cut_bucket(struct slice *name, const char *bucket)
{
	size_t len = strlen(bucket);

	if (name->len <= len + 1 || name->ptr[len] != '.' || strncasecmp(name->ptr, bucket, len) != 0)
		return false;
	*name = slice_of(name->ptr + len + 1, name->len - len - 1);
	return true;
}

/* Whether it is AWS's own for S3, in this partition. */
static bool
is_aws(struct slice name, struct slice partition)
{
	if (!slice_ends_with(name, partition))
		return false;
	name.len -= partition.len;
	return endpoint_is_aws_service(name);
}

bool
s3_redirect_fits(const char *origin, const char *bucket, const char *to, bool *in_host)
{
	struct endpoint_host from = endpoint_host_of(origin), target = endpoint_host_of(to);
	struct slice partition = slice_ends_with(from.name, SLICE(AWS_CHINA)) ? SLICE(AWS_CHINA) : SLICE(AWS);
	struct slice bare = target.name;

	cut_bucket(&from.name, bucket);
	*in_host = cut_bucket(&bare, bucket);
	if (from.tls && !target.tls)
		return false;
	if (slice_equal(bare, from.name) || slice_equal(target.name, from.name)) {
		*in_host = *in_host && slice_equal(bare, from.name);
		return slice_equal(target.port, from.port) || from.tls != target.tls;
	}
	return is_aws(from.name, partition) && is_aws(bare, partition) &&
	       slice_equal(target.port, target.tls ? SLICE("443") : SLICE("80"));
}

/*
 * Where a redirect may lead. Signature, session token and the object itself go along, and a 200 from there is taken for the
 * store's: so only to the endpoint's own host (with the bucket in front of it or without), or, if that is AWS's,
 * to another of AWS's hosts for S3.
 */
#include <string.h>
#include <strings.h>

#include "store/s3.h"

#define AWS ".amazonaws.com"
#define AWS_CHINA ".amazonaws.com.cn"

struct host {
	bool tls;
	struct slice name, port;
};

/* "https://name:port"; the port may be missing. */
static struct host
host_of(const char *origin)
{
	struct host host = {.tls = strncmp(origin, "https:", 6) == 0};
	const char *name = strstr(origin, "://") + 3;
	size_t len = strcspn(name, "/");
	const char *bracket = memchr(name, ']', len);
	const char *from = bracket != NULL ? bracket : name;
	const char *colon = memchr(from, ':', len - (size_t)(from - name));

	host.name = slice_of(name, colon != NULL ? (size_t)(colon - name) : len);
	host.port = colon != NULL ? slice_of(colon + 1, len - host.name.len - 1) : host.tls ? SLICE("443") : SLICE("80");
	return host;
}

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

static struct slice
cut_label(struct slice *name)
{
	const char *dot = name->len > 0 ? memchr(name->ptr, '.', name->len) : NULL;
	struct slice label = slice_of(name->ptr, dot != NULL ? (size_t)(dot - name->ptr) : name->len);
	size_t used = label.len + (dot != NULL);

	*name = slice_of(name->ptr + used, name->len - used);
	return label;
}

/* "us-east-1", "us-gov-west-1": nothing that could be the name of a bucket, function or gateway of somebody's. */
static bool
is_region(struct slice label)
{
	size_t dashes = 0;

	for (size_t i = 0; i < label.len; i++)
		dashes += label.ptr[i] == '-';
	return dashes >= 2 && label.ptr[label.len - 1] >= '0' && label.ptr[label.len - 1] <= '9';
}

/*
 * Whether it is AWS's own for S3, in this partition: s3.amazonaws.com, s3-us-west-2.amazonaws.com, s3.dualstack.REGION.…,
 * s3-fips.REGION.…, s3express-AZ.REGION.…. Under amazonaws.com there are also hosts of its customers, such as
 * NAME.execute-api.REGION.…, and buckets whose names are anybody's.
 */
static bool
is_aws(struct slice name, struct slice partition)
{
	struct slice label;

	if (!slice_ends_with(name, partition))
		return false;
	name.len -= partition.len;
	label = cut_label(&name);
	if ((!slice_equal_str(label, "s3") && !slice_starts_with(label, SLICE("s3-")) &&
	     !slice_starts_with(label, SLICE("s3express-"))) ||
	    slice_starts_with(label, SLICE("s3-website")))
		return false;
	label = cut_label(&name);
	if (slice_equal_str(label, "dualstack"))
		label = cut_label(&name);
	return name.len == 0 && (label.len == 0 || is_region(label));
}

bool
s3_redirect_fits(const char *origin, const char *bucket, const char *to, bool *in_host)
{
	struct host from = host_of(origin), target = host_of(to);
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

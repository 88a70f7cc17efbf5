/*
 * Where buckets live. AWS: the bucket is part of the host, unless its name has dots (no certificate
 * fits) or is not a host name. Any other endpoint: the bucket is the first part of the path.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "http/percent.h"
#include "s3/s3.h"

#define REGION_MAX 64

static bool
is_host_label(const char *name)
{
	size_t len = strlen(name);

	if (len < 1 || len > 63 || name[0] == '-' || name[len - 1] == '-')
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

/* Fills origin and path from the endpoint or the region. */
static void
place_bucket(struct s3 *s3, struct s3_bucket *bucket)
{
	struct buf path = BUF_INIT;

	free(bucket->origin);
	free(bucket->path);
	if (s3->endpoint != NULL) {
		const char *host = strstr(s3->endpoint, "://") + 3;
		size_t origin_len = (size_t)(host - s3->endpoint) + strcspn(host, "/");

		bucket->origin = mem_dup_n(s3->endpoint, origin_len);
		buf_append_str(&path, s3->endpoint + origin_len);
		buf_append_byte(&path, '/');
		percent_encode(&path, slice_of_str(bucket->name), false);
	} else {
		const char *china = strncmp(bucket->region, "cn-", 3) == 0 ? ".cn" : "";
		bool in_host = is_host_label(bucket->name);

		bucket->origin = mem_printf("https://%s%ss3.%s.amazonaws.com%s", in_host ? bucket->name : "",
		                            in_host ? "." : "", bucket->region, china);
		if (!in_host) {
			buf_append_byte(&path, '/');
			percent_encode(&path, slice_of_str(bucket->name), false);
		}
	}
	bucket->path = mem_dup(buf_cstr(&path));
	buf_release(&path);
}

struct s3_bucket *
s3_bucket_find(struct s3 *s3, const char *name)
{
	struct s3_bucket *bucket = s3->buckets;

	while (bucket != NULL && strcmp(bucket->name, name) != 0)
		bucket = bucket->next;
	if (bucket != NULL)
		return bucket;
	bucket = mem_zero(1, sizeof(*bucket));
	bucket->name = mem_dup(name);
	bucket->region = mem_dup(s3->region);
	place_bucket(s3, bucket);
	bucket->next = s3->buckets;
	s3->buckets = bucket;
	return bucket;
}

bool
s3_bucket_move(struct s3 *s3, struct s3_bucket *bucket, struct slice region)
{
	char *name;

	if (region.len == 0 || region.len > REGION_MAX || slice_equal_str(region, bucket->region))
		return false;
	name = slice_dup(region);
	/* It becomes part of a host name: nothing that could lead elsewhere. */
	if (strlen(name) != region.len || !is_host_label(name)) {
		free(name);
		return false;
	}
	log_warning("s3://%s: is in region %s, not %s", bucket->name, name, bucket->region);
	free(bucket->region);
	bucket->region = name;
	place_bucket(s3, bucket);
	return true;
}

void
s3_buckets_free(struct s3 *s3)
{
	while (s3->buckets != NULL) {
		struct s3_bucket *bucket = s3->buckets;

		s3->buckets = bucket->next;
		free(bucket->name);
		free(bucket->region);
		free(bucket->origin);
		free(bucket->path);
		free(bucket);
	}
}

bool
s3_bucket_name_ok(const char *name)
{
	return *name != '\0' && strpbrk(name, "/?#") == NULL && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

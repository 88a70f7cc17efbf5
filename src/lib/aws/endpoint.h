/*
 * Which server is used: the endpoint in force and where it was set, its parts, and whether it is
 * AWS's own. It depends on no HTTP client, so a program that never talks to a store can use it,
 * too.
 */
#ifndef AWS_ENDPOINT_H
#define AWS_ENDPOINT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "settings/settings.h"

/*
 * The endpoint as configured: the setting endpoint_url, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, then
 * the profile's (aws_config_endpoint(), or NULL). NULL means AWS's own: none is set, or AWS's
 * variables and files are to be ignored (AWS_IGNORE_CONFIGURED_ENDPOINT_URLS). *origin says where
 * it was set.
 */
const char *endpoint_choose(const struct settings *settings, const char *of_profile, const char **origin);

/* The region: the setting, AWS_REGION, AWS_DEFAULT_REGION, the profile's (or NULL), us-east-1. */
const char *endpoint_region(const struct settings *settings, const char *of_profile);

/*
 * The folder of "file:///folder". Returns 1 with *folder (in text), 0 if the endpoint is not file:,
 * -1 with err (ERR_USAGE) if its folder is not absolute.
 */
int endpoint_folder(const char *text, const char *origin, const char **folder, struct err *err);

/*
 * "http://host[:port][/path]" without '/' at its end, its scheme and host in lower case, checked;
 * `origin` says where it was set. NULL with err (ERR_USAGE; a password in the URL is not shown).
 */
char *endpoint_parse(const char *text, const char *origin, struct err *err);

/* The parts of what endpoint_parse() returns; they point into it. */
struct endpoint_host {
	bool tls;
	struct slice name, port; /* the port is the scheme's own if none is given */
};
struct endpoint_host endpoint_host_of(const char *endpoint);

/*
 * Whether a host's name without AWS's domain is that of a service for S3: "s3", "s3.eu-west-1",
 * "s3-us-west-2", "s3.dualstack.eu-west-1", "s3-fips.us-gov-west-1",
 * "s3express-use1-az4.us-east-1". In AWS's domain there are also hosts of its customers, such as
 * NAME.execute-api.REGION, and buckets whose names are anybody's.
 */
bool endpoint_is_aws_service(struct slice name);

/*
 * The partition ("aws", "aws-cn", "aws-us-gov") if this is one of AWS's hosts for S3, with or
 * without a bucket or a VPC endpoint in front; else NULL.
 */
const char *endpoint_partition(struct slice host);

/* The partition that a region is of. */
const char *endpoint_region_partition(const char *region);

#endif

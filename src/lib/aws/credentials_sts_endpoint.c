/* Chooses one of AWS's security token services. */
#include <string.h>
#include <strings.h>

#include "aws/credentials_internal.h"
#include "aws/endpoint.h"
#include "base/mem.h"

#define DEFAULT_REGION "us-east-1"

static bool
is_region(const char *region)
{
	size_t len = strlen(region);

	return len > 0 && len < 64 && region[0] != '-' && strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

/*
 * Chosen as the store chooses its own endpoint, except that the role's profile comes first. NULL:
 * none is set.
 */
static const char *
region_of(const struct credential_job *job, const char *profile)
{
	const char *region = settings_text(job->settings, "region");

	if (!region)
		region = settings_aws(job->settings, "AWS_REGION");
	if (!region)
		region = settings_aws(job->settings, "AWS_DEFAULT_REGION");
	if (!region && profile)
		region = aws_config_get(job->config, profile, "region");
	if (!region)
		region = aws_config_get(job->config, job->profile, "region");
	return region;
}

static const char *
domain_of(const char *region)
{
	static const struct {
		const char *prefix;
		const char *domain;
	} partitions[] = {
		{"cn-", "amazonaws.com.cn"},
		{"us-iso-", "c2s.ic.gov"},
		{"us-isob-", "sc2s.sgov.gov"},
	};

	for (size_t i = 0; i < sizeof partitions / sizeof *partitions; i++)
		if (strncmp(region, partitions[i].prefix, strlen(partitions[i].prefix)) == 0)
			return partitions[i].domain;
	return "amazonaws.com";
}

/* AWS's order: the service's own variable, the one for all services, the profile. */
static const char *
named_endpoint(const struct credential_job *job, const char *profile, const char **origin)
{
	const char *ignore = settings_aws(job->settings, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
	const char *endpoint;

	if (ignore && strcasecmp(ignore, "true") == 0)
		return NULL;
	endpoint = settings_aws(job->settings, *origin = "AWS_ENDPOINT_URL_STS");
	if (!endpoint)
		endpoint = settings_aws(job->settings, *origin = "AWS_ENDPOINT_URL");
	if (!endpoint && profile) {
		*origin = "the profile";
		endpoint = aws_config_endpoint(job->config, job->settings, profile, "sts");
	}
	return endpoint;
}

int
sts_endpoint_find(const struct credential_job *job, const char *profile, struct sts_endpoint *endpoint, struct err *err)
{
	const char *region = region_of(job, profile);
	const char *origin;
	const char *named = named_endpoint(job, profile, &origin);

	endpoint->region = region && strcmp(region, "aws-global") != 0 ? region : DEFAULT_REGION;
	if (!is_region(endpoint->region))
		return err_set(err, ERR_USAGE, "\"%s\" is not a valid region name", endpoint->region);
	if (named)
		endpoint->url = endpoint_parse(named, origin, err);
	else if (!region || endpoint->region != region)
		endpoint->url = mem_dup("https://sts.amazonaws.com");
	else
		endpoint->url = mem_printf("https://sts.%s.%s", region, domain_of(region));
	return endpoint->url ? 0 : -1;
}

/* Endpoints: whose setting holds, their grammar, AWS's hosts. */
#include "aws/endpoint.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/units.h"

/*
 * A partition is separate from all others: its bucket names are unique in it, and no account
 * reaches another partition.
 */
static const struct partition {
	const char *name, *domain, *regions; /* how its regions start */
} partitions[] = {
	{"aws-cn", ".amazonaws.com.cn", "cn-"},       {"aws-us-gov", ".amazonaws.com", "us-gov-"},
	{"aws-iso-b", ".sc2s.sgov.gov", "us-isob-"},  {"aws-iso", ".c2s.ic.gov", "us-iso-"},
	{"aws-iso-e", ".cloud.adc-e.uk", "eu-isoe-"}, {"aws-iso-f", ".csp.hci.ic.gov", "us-isof-"},
	{"aws-eusc", ".amazonaws.eu", "eusc-"},       {"aws", ".amazonaws.com", ""},
};

#define PARTITIONS (sizeof(partitions) / sizeof(partitions[0]))

static bool
is_true(const char *text)
{
	return text != NULL && (strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0);
}

static bool
is_port(const char *text, size_t len)
{
	int64_t port;

	return units_parse_digits(text, len, &port) && port > 0 && port < 65536;
}

/* "host", "host:port", "[::1]:port". */
static bool
is_authority(const char *host, size_t len)
{
	const char *bracket = memchr(host, ']', len);
	const char *from = bracket != NULL ? bracket : host;
	const char *colon = memchr(from, ':', len - (size_t)(from - host));

	if (len == 0 || host[0] == ':')
		return false;
	return colon == NULL || is_port(colon + 1, len - (size_t)(colon + 1 - host));
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

/*
 * "us-east-1", "us-gov-west-1": nothing that could be the name of a bucket, function or gateway of
 * somebody's.
 */
static bool
is_region(struct slice label)
{
	size_t dashes = 0;

	for (size_t i = 0; i < label.len; i++)
		dashes += label.ptr[i] == '-';
	return dashes >= 2 && label.ptr[label.len - 1] >= '0' && label.ptr[label.len - 1] <= '9';
}

/*
 * Whether the name of a service ("s3.us-gov-west-1", "s3-us-gov-west-1") is in a region that starts
 * so.
 */
static bool
in_regions(struct slice service, const char *regions)
{
	return *regions == '\0' || memmem(service.ptr, service.len, regions, strlen(regions)) != NULL;
}

const char *
endpoint_choose(const struct settings *settings, const char *of_profile, const char **origin)
{
	const char *text = settings_text(settings, "endpoint_url");

	*origin = text != NULL ? settings_origin(settings, "endpoint_url") : NULL;
	if (text != NULL || is_true(settings_aws(settings, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")))
		return text;
	if ((text = settings_aws(settings, "AWS_ENDPOINT_URL_S3")) != NULL)
		*origin = "AWS_ENDPOINT_URL_S3";
	else if ((text = settings_aws(settings, "AWS_ENDPOINT_URL")) != NULL)
		*origin = "AWS_ENDPOINT_URL";
	else if ((text = of_profile) != NULL)
		*origin = "profile";
	return text;
}

const char *
endpoint_region(const struct settings *settings, const char *of_profile)
{
	const char *region = settings_text(settings, "region");

	if (region == NULL)
		region = settings_aws(settings, "AWS_REGION");
	if (region == NULL)
		region = settings_aws(settings, "AWS_DEFAULT_REGION");
	if (region == NULL)
		region = of_profile;
	return region != NULL ? region : "us-east-1";
}

int
endpoint_folder(const char *text, const char *origin, const char **folder, struct err *err)
{
	if (strncmp(text, "file:", 5) != 0)
		return 0;
	*folder = text + 5;
	if (strncmp(*folder, "//localhost/", 12) == 0)
		*folder += 11;
	else if (strncmp(*folder, "///", 3) == 0)
		*folder += 2;
	if ((*folder)[0] == '/' && (*folder)[1] != '/')
		return 1;
	return err_set(err, ERR_USAGE, "endpoint_url %s (%s): must be file:///absolute/folder", text, origin);
}

char *
endpoint_parse(const char *text, const char *origin, struct err *err)
{
	size_t scheme = strncasecmp(text, "http://", 7) == 0 ? 7 : strncasecmp(text, "https://", 8) == 0 ? 8 : 0;
	size_t len = strlen(text);
	size_t host_len = strcspn(text + scheme, "/");
	char *endpoint;
	bool fine = scheme > 0 && is_authority(text + scheme, host_len) && strpbrk(text, "?#@ \"<>\\") == NULL;

	for (const char *c = text; *c != '\0'; c++)
		fine = fine && (unsigned char)*c > ' ' && (unsigned char)*c < 0x7f;
	if (!fine) {
		const char *at = strrchr(text, '@'); /* a password may stand in front of it */

		err_set(err, ERR_USAGE,
		        "endpoint_url %s%s (%s): must be http://host[:port], https://host[:port] or "
		        "file:///folder",
		        at != NULL ? "..." : "", at != NULL ? at : text, origin);
		return NULL;
	}
	while (len > scheme && text[len - 1] == '/')
		len--;
	endpoint = mem_dup_n(text, len);
	for (size_t i = 0; i < scheme + host_len && i < len; i++)
		endpoint[i] = (char)tolower((unsigned char)endpoint[i]);
	return endpoint;
}

struct endpoint_host
endpoint_host_of(const char *endpoint)
{
	struct endpoint_host host = {.tls = strncmp(endpoint, "https:", 6) == 0};
	const char *name = strstr(endpoint, "://") + 3;
	size_t len = strcspn(name, "/");
	const char *bracket = memchr(name, ']', len);
	const char *from = bracket != NULL ? bracket : name;
	const char *colon = memchr(from, ':', len - (size_t)(from - name));

	host.name = slice_of(name, colon != NULL ? (size_t)(colon - name) : len);
	host.port = colon != NULL ? slice_of(colon + 1, len - host.name.len - 1) : host.tls ? SLICE("443") : SLICE("80");
	return host;
}

bool
endpoint_is_aws_service(struct slice name)
{
	/* They speak another protocol, or have other names than those of buckets. */
	static const char *const others[] = {"s3-website", "s3-accesspoint", "s3-outposts", "s3-object-lambda"};
	struct slice label = cut_label(&name);

	if (!slice_equal_str(label, "s3") && !slice_starts_with(label, SLICE("s3-")) &&
	    !slice_starts_with(label, SLICE("s3express-")))
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (slice_starts_with(label, slice_of_str(others[i])))
			return false;
	label = cut_label(&name);
	if (slice_equal_str(label, "dualstack"))
		label = cut_label(&name);
	return name.len == 0 && (label.len == 0 || is_region(label));
}

const char *
endpoint_partition(struct slice host)
{
	if (slice_ends_with(host, SLICE(".")))
		host.len--;
	for (size_t i = 0; i < PARTITIONS; i++) {
		const struct partition *partition = &partitions[i];
		struct slice service = host;

		if (!slice_ends_with(host, slice_of_str(partition->domain)))
			continue;
		service.len -= strlen(partition->domain);
		if (slice_ends_with(service, SLICE(".vpce")))
			service.len -= strlen(".vpce");
		for (; service.len > 0; cut_label(&service))
			if (endpoint_is_aws_service(service))
				break;
		/* Of two partitions in one domain the one whose regions are named comes first. */
		if (service.len > 0 &&
		    (strcmp(partition->domain, ".amazonaws.com") != 0 || in_regions(service, partition->regions)))
			return partition->name;
	}
	return NULL;
}

const char *
endpoint_region_partition(const char *region)
{
	for (size_t i = 0; i < PARTITIONS; i++)
		if (strncasecmp(region, partitions[i].regions, strlen(partitions[i].regions)) == 0)
			return partitions[i].name;
	return "aws";
}

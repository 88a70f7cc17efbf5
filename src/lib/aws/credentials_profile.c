/*
 * Credentials of a profile. A profile holds keys itself, names a command or a web identity's token,
 * or is a role that is assumed with the keys of another profile (source_profile), which may be a
 * role too: the way is followed to its start, and then the roles are assumed one after the other.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/credentials_internal.h"
#include "base/mem.h"

#define ROLES_MAX 10

static const char *
profile_get(const struct credential_context *context, const char *profile, const char *key)
{
	return aws_config_get(context->config, profile, key);
}

static int
static_keys(struct credential_context *context, const char *profile, struct credential_set *set, struct err *err)
{
	const char *access_key = profile_get(context, profile, "aws_access_key_id");
	const char *secret_key = profile_get(context, profile, "aws_secret_access_key");
	const char *token = profile_get(context, profile, "aws_session_token");
	bool credentials = aws_config_is_from_credentials(context->config, profile, "aws_access_key_id");
	char *from;
	int result;

	/* A token belongs to the keys it came with. */
	if (token && credentials && !aws_config_is_from_credentials(context->config, profile, "aws_session_token"))
		token = NULL;
	if (!token && (!credentials || aws_config_is_from_credentials(context->config, profile, "aws_security_token")))
		token = profile_get(context, profile, "aws_security_token");
	from = mem_printf("profile %s", profile);
	result = credential_set_fill(set, slice_of_str(access_key), slice_of_str(secret_key ? secret_key : ""),
	                             slice_of_str(token ? token : ""), from, err);
	free(from);
	if (result < 0)
		return -1;
	credential_set_source(set, "profile %s in %s", profile,
	                      aws_config_path(context->config, credentials ? AWS_CREDENTIALS_FILE : AWS_CONFIG_FILE));
	return 1;
}

static int
keys_from_process(const char *profile, const char *command, struct credential_set *set, struct err *err)
{
	if (credentials_from_process(command, set, err) < 0) {
		err_prefix(err, "profile %s", profile);
		return -1;
	}
	credential_set_source(set, "profile %s (credential_process)", profile);
	return 1;
}

static int
web_identity(struct credential_context *context, const char *profile, struct credential_set *set, struct err *err)
{
	struct sts_role role = {
		.profile = profile,
		.role_arn = profile_get(context, profile, "role_arn"),
		.session_name = profile_get(context, profile, "role_session_name"),
		.token_file = profile_get(context, profile, "web_identity_token_file"),
	};

	if (!role.role_arn)
		return err_set(err, ERR_USAGE, "profile %s has web_identity_token_file and no role_arn", profile);
	if (credentials_assume_role(context, &role, NULL, set, err) < 0) {
		err_prefix(err, "profile %s", profile);
		return -1;
	}
	credential_set_source(set, "profile %s (AssumeRoleWithWebIdentity %s)", profile, role.role_arn);
	return 1;
}

/* Keys that need no other profile. Returns 0 if the profile has none. */
static int
own_keys(struct credential_context *context, const char *profile, struct credential_set *set, struct err *err)
{
	const char *command = profile_get(context, profile, "credential_process");
	bool has_keys = profile_get(context, profile, "aws_access_key_id") != NULL;

	if (profile_get(context, profile, "web_identity_token_file"))
		return web_identity(context, profile, set, err);
	if (has_keys && (!command || aws_config_is_from_credentials(context->config, profile, "aws_access_key_id")))
		return static_keys(context, profile, set, err);
	if (command)
		return keys_from_process(profile, command, set, err);
	if (profile_get(context, profile, "sso_session") || profile_get(context, profile, "sso_start_url"))
		return err_set(err, ERR_USAGE,
		               "profile %s signs in by IAM Identity Center (sso), which is not known here; "
		               "let AWS's command line do it: credential_process = aws configure "
		               "export-credentials --profile %s, in a profile of its own",
		               profile, profile);
	return 0;
}

/* Where a role's keys come from that names no profile for them. */
static int
source_keys(struct credential_context *context, const char *profile, const char *source, struct credential_set *set,
            struct err *err)
{
	static const struct {
		const char *name;
		int (*provider)(struct credential_context *, struct credential_set *, struct err *);
	} sources[] = {
		{"Environment", credentials_from_environment},
		{"Ec2InstanceMetadata", credentials_from_imds},
		{"EcsContainer", credentials_from_container},
	};

	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		int found;

		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): the caller has looked */
		if (strcasecmp(source, sources[i].name) != 0)
			continue;
		found = sources[i].provider(context, set, err);
		if (found == 0)
			err_set(err, ERR_USAGE, "credential_source = %s has no keys%.*s", source,
			        SLICE_ARGS(slice_of_buf(context->looked)));
		return found > 0 ? 1 : err_prefix(err, "profile %s", profile);
	}
	return err_set(err, ERR_USAGE,
	               "profile %s: credential_source is not Environment, Ec2InstanceMetadata or EcsContainer", profile);
}

struct way {
	const char *roles[ROLES_MAX]; /* profiles that are roles, the wanted one first */
	int count;
	const char *start;  /* the profile that the first keys come from, or NULL */
	const char *source; /* else its credential_source */
};

static bool
is_role(const struct credential_context *context, const char *profile)
{
	return profile_get(context, profile, "role_arn") && !profile_get(context, profile, "web_identity_token_file");
}

/* Whether `next`, of which `profile` is made, was met before. */
static bool
is_loop(const struct credential_context *context, const struct way *way, const char *next)
{
	for (int i = 0; i < way->count; i++)
		if (strcmp(way->roles[i], next) == 0)
			/* A role may be assumed with the keys in its own profile. */
			return i != way->count - 1 || !profile_get(context, next, "aws_access_key_id");
	return false;
}

/* Follows the roles to their start. Returns -1 with err. */
static int
find_way(const struct credential_context *context, const char *profile, struct way *way, struct err *err)
{
	while (is_role(context, profile)) {
		const char *next = profile_get(context, profile, "source_profile");

		way->source = profile_get(context, profile, "credential_source");
		if (way->count == ROLES_MAX)
			return err_set(err, ERR_USAGE, "profile %s: more than %d roles one upon the other", way->roles[0],
			               ROLES_MAX);
		if (profile_get(context, profile, "mfa_serial"))
			return err_set(err, ERR_USAGE,
			               "profile %s asks for a code (mfa_serial), and nobody is asked here; use "
			               "credential_process, or keys from aws sts assume-role",
			               profile);
		way->roles[way->count++] = profile;
		if (next && way->source)
			return err_set(err, ERR_USAGE, "profile %s has both source_profile and credential_source", profile);
		if (way->source)
			return 0;
		if (!next)
			return err_set(err, ERR_USAGE,
			               "profile %s has role_arn, and neither source_profile, credential_source nor "
			               "web_identity_token_file",
			               profile);
		if (!aws_config_has(context->config, next))
			return err_set(err, ERR_USAGE, "profile %s: its source_profile %s is not there", profile, next);
		if (is_loop(context, way, next))
			return err_set(err, ERR_USAGE, "profile %s: its source_profile %s leads back to itself", profile, next);
		profile = next;
		if (profile_get(context, profile, "aws_access_key_id"))
			break;
	}
	way->start = profile;
	return 0;
}

/* Assumes one role with the keys in *set, and replaces them. */
static int
assume_one_role(struct credential_context *context, const char *profile, struct credential_set *set, struct err *err)
{
	struct sts_role role = {
		.profile = profile,
		.role_arn = profile_get(context, profile, "role_arn"),
		.session_name = profile_get(context, profile, "role_session_name"),
		.external_id = profile_get(context, profile, "external_id"),
		.duration = profile_get(context, profile, "duration_seconds"),
	};
	struct credential_set fresh = {0};

	if (credentials_assume_role(context, &role, set, &fresh, err) < 0) {
		credential_set_release(&fresh);
		return err_prefix(err, "profile %s", profile);
	}
	credential_set_release(set);
	*set = fresh;
	credential_set_source(set, "profile %s (AssumeRole %s)", profile, role.role_arn);
	return 1;
}

int
credentials_from_profile(struct credential_context *context, struct credential_set *set, struct err *err)
{
	struct way way = {.count = 0};
	int found;

	if (!aws_config_has(context->config, context->profile)) {
		buf_printf(context->looked, ", profile %s (neither in %s nor in %s)", context->profile,
		           aws_config_path(context->config, AWS_CONFIG_FILE),
		           aws_config_path(context->config, AWS_CREDENTIALS_FILE));
		return 0;
	}
	if (find_way(context, context->profile, &way, err) < 0)
		return -1;
	if (way.start)
		found = own_keys(context, way.start, set, err);
	else
		found = source_keys(context, way.roles[way.count - 1], way.source, set, err);
	if (found == 0 && way.count)
		return err_set(err, ERR_USAGE, "profile %s: its source_profile %s has no keys", way.roles[way.count - 1],
		               way.start);
	if (found == 0)
		buf_printf(context->looked, ", profile %s (has no keys, in %s and %s)", context->profile,
		           aws_config_path(context->config, AWS_CONFIG_FILE),
		           aws_config_path(context->config, AWS_CREDENTIALS_FILE));
	while (found > 0 && way.count)
		found = assume_one_role(context, way.roles[--way.count], set, err);
	return found;
}

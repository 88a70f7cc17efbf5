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

static const char *
profile_get(const struct credential_job *job, const char *profile, const char *key)
{
	return aws_config_get(job->config, profile, key);
}

static enum step
static_keys(struct credential_job *job, const char *profile, struct err *err)
{
	const char *access_key = profile_get(job, profile, "aws_access_key_id");
	const char *secret_key = profile_get(job, profile, "aws_secret_access_key");
	const char *token = profile_get(job, profile, "aws_session_token");
	bool credentials = aws_config_is_from_credentials(job->config, profile, "aws_access_key_id");
	char *from;
	int result;

	/* A token belongs to the keys it came with. */
	if (token && credentials && !aws_config_is_from_credentials(job->config, profile, "aws_session_token"))
		token = NULL;
	if (!token && (!credentials || aws_config_is_from_credentials(job->config, profile, "aws_security_token")))
		token = profile_get(job, profile, "aws_security_token");
	from = mem_printf("profile %s", profile);
	result = credential_set_fill(&job->set, slice_of_str(access_key), slice_of_str(secret_key ? secret_key : ""),
	                             slice_of_str(token ? token : ""), from, err);
	free(from);
	if (result < 0)
		return STEP_FAILED;
	credential_set_source(&job->set, "profile %s in %s", profile,
	                      aws_config_path(job->config, credentials ? AWS_CREDENTIALS_FILE : AWS_CONFIG_FILE));
	return STEP_FOUND;
}

static enum step
keys_from_process(struct credential_job *job, const char *profile, const char *command, struct err *err)
{
	enum step step = credentials_from_process(job, command, err);

	if (step == STEP_FAILED)
		err_prefix(err, "profile %s", profile);
	else if (step == STEP_FOUND)
		credential_set_source(&job->set, "profile %s (credential_process)", profile);
	return step;
}

static enum step
web_identity(struct credential_job *job, const char *profile, struct err *err)
{
	struct sts_role role = {
		.profile = profile,
		.role_arn = profile_get(job, profile, "role_arn"),
		.session_name = profile_get(job, profile, "role_session_name"),
		.token_file = profile_get(job, profile, "web_identity_token_file"),
	};

	enum step step;

	if (!role.role_arn) {
		err_set(err, ERR_USAGE, "profile %s has web_identity_token_file and no role_arn", profile);
		return STEP_FAILED;
	}
	step = credentials_assume_role(job, &role, err);
	if (step == STEP_FAILED)
		err_prefix(err, "profile %s", profile);
	else if (step == STEP_FOUND)
		credential_set_source(&job->set, "profile %s (AssumeRoleWithWebIdentity %s)", profile, role.role_arn);
	return step;
}

/* Keys that need no other profile. STEP_ABSENT: the profile has none. */
static enum step
own_keys(struct credential_job *job, const char *profile, struct err *err)
{
	const char *command = profile_get(job, profile, "credential_process");
	bool has_keys = profile_get(job, profile, "aws_access_key_id") != NULL;

	if (profile_get(job, profile, "web_identity_token_file"))
		return web_identity(job, profile, err);
	if (has_keys && (!command || aws_config_is_from_credentials(job->config, profile, "aws_access_key_id")))
		return static_keys(job, profile, err);
	if (command)
		return keys_from_process(job, profile, command, err);
	if (!profile_get(job, profile, "sso_session") && !profile_get(job, profile, "sso_start_url"))
		return STEP_ABSENT;
	err_set(err, ERR_USAGE,
	        "profile %s signs in by IAM Identity Center (sso), which is not supported: let AWS's command line do it, "
	        "by credential_process = aws configure export-credentials --profile %s in another profile",
	        profile, profile);
	return STEP_FAILED;
}

/* The source of a role's keys if the role names no profile for them. */
static enum step
source_keys(struct credential_job *job, const char *profile, const char *source, struct err *err)
{
	static const struct {
		const char *name;
		enum step (*source)(struct credential_job *, struct err *);
	} sources[] = {
		{"Environment", credentials_from_environment},
		{"Ec2InstanceMetadata", credentials_from_imds},
		{"EcsContainer", credentials_from_container},
	};

	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		enum step step;

		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): the caller has looked */
		if (strcasecmp(source, sources[i].name) != 0)
			continue;
		step = sources[i].source(job, err);
		if (step == STEP_ABSENT) {
			err_set(err, ERR_USAGE, "credential_source = %s has no keys%.*s", source,
			        SLICE_ARGS(slice_of_buf(&job->looked)));
			step = STEP_FAILED;
		}
		if (step == STEP_FAILED)
			err_prefix(err, "profile %s", profile);
		return step;
	}
	err_set(err, ERR_USAGE, "profile %s: credential_source is not Environment, Ec2InstanceMetadata or EcsContainer",
	        profile);
	return STEP_FAILED;
}

static bool
is_role(const struct credential_job *job, const char *profile)
{
	return profile_get(job, profile, "role_arn") && !profile_get(job, profile, "web_identity_token_file");
}

/* Whether `next`, of which `profile` is made, was met before. */
static bool
is_loop(const struct credential_job *job, const struct credential_way *way, const char *next)
{
	for (int i = 0; i < way->count; i++)
		if (strcmp(way->roles[i], next) == 0)
			/* A role may be assumed with the keys in its own profile. */
			return i != way->count - 1 || !profile_get(job, next, "aws_access_key_id");
	return false;
}

/* Follows the roles to their start. Returns -1 with err. */
static int
find_way(const struct credential_job *job, const char *profile, struct credential_way *way, struct err *err)
{
	while (is_role(job, profile)) {
		const char *next = profile_get(job, profile, "source_profile");

		way->source = profile_get(job, profile, "credential_source");
		if (way->count == CREDENTIAL_ROLES_MAX)
			return err_set(err, ERR_USAGE, "profile %s: more than %d roles in a chain", way->roles[0],
			               CREDENTIAL_ROLES_MAX);
		if (profile_get(job, profile, "mfa_serial"))
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
		if (!aws_config_has(job->config, next))
			return err_set(err, ERR_USAGE, "profile %s: its source_profile %s does not exist", profile, next);
		if (is_loop(job, way, next))
			return err_set(err, ERR_USAGE, "profile %s: its source_profile %s leads back to itself", profile, next);
		profile = next;
		if (profile_get(job, profile, "aws_access_key_id"))
			break;
	}
	way->start = profile;
	return 0;
}

/* Assumes one role with the keys in job->set, and replaces them. */
static enum step
assume_one_role(struct credential_job *job, const char *profile, struct err *err)
{
	struct sts_role role = {
		.profile = profile,
		.role_arn = profile_get(job, profile, "role_arn"),
		.session_name = profile_get(job, profile, "role_session_name"),
		.external_id = profile_get(job, profile, "external_id"),
		.duration = profile_get(job, profile, "duration_seconds"),
	};
	enum step step = credentials_assume_role(job, &role, err);

	if (step == STEP_FAILED)
		err_prefix(err, "profile %s", profile);
	else if (step == STEP_FOUND)
		credential_set_source(&job->set, "profile %s (AssumeRole %s)", profile, role.role_arn);
	return step;
}

/* The keys that the way begins with. */
static enum step
first_keys(struct credential_job *job, const struct credential_way *way, struct err *err)
{
	enum step step;

	if (!way->start)
		return source_keys(job, way->roles[way->count - 1], way->source, err);
	step = own_keys(job, way->start, err);
	if (step == STEP_ABSENT && way->count) {
		err_set(err, ERR_USAGE, "profile %s: its source_profile %s has no keys", way->roles[way->count - 1],
		        way->start);
		return STEP_FAILED;
	}
	if (step == STEP_ABSENT)
		buf_printf(&job->looked, ", profile %s (has no keys, in %s and %s)", job->profile,
		           aws_config_path(job->config, AWS_CONFIG_FILE), aws_config_path(job->config, AWS_CREDENTIALS_FILE));
	return step;
}

/* The one place that moves it from state to state. */
static enum step
next_step(struct credential_job *job, struct err *err)
{
	struct credential_way *way = &job->in_profile.way;
	enum step step = STEP_FOUND;

	if (job->in_profile.state == PROFILE_START) {
		if (!aws_config_has(job->config, job->profile)) {
			buf_printf(&job->looked, ", profile %s (neither in %s nor in %s)", job->profile,
			           aws_config_path(job->config, AWS_CONFIG_FILE),
			           aws_config_path(job->config, AWS_CREDENTIALS_FILE));
			return STEP_ABSENT;
		}
		if (find_way(job, job->profile, way, err) < 0)
			return STEP_FAILED;
		job->in_profile.state = PROFILE_FIRST_KEYS;
	}
	if (job->in_profile.state == PROFILE_FIRST_KEYS) {
		step = first_keys(job, way, err);
		if (step == STEP_FOUND)
			job->in_profile.state = PROFILE_ROLES;
	}
	while (step == STEP_FOUND && way->count) {
		step = assume_one_role(job, way->roles[way->count - 1], err);
		if (step == STEP_FOUND)
			way->count--;
	}
	return step;
}

enum step
credentials_from_profile(struct credential_job *job, struct err *err)
{
	enum step step = next_step(job, err);

	if (step != STEP_ASK && step != STEP_RUN)
		memset(&job->in_profile, 0, sizeof job->in_profile);
	return step;
}

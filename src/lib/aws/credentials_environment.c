/* Credentials of the environment, or of .env. */
#include <stdlib.h>

#include "aws/credentials_internal.h"

enum step
credentials_from_environment(struct credential_job *job, struct err *err)
{
	struct credential_set *set = &job->set;
	const struct settings *settings = job->settings;
	const char *access_key = settings_aws(settings, "AWS_ACCESS_KEY_ID");
	const char *secret_key = settings_aws(settings, "AWS_SECRET_ACCESS_KEY");
	const char *token = settings_aws(settings, "AWS_SESSION_TOKEN");
	const char *expires = settings_aws(settings, "AWS_CREDENTIAL_EXPIRATION");
	const char *own = getenv("AWS_SECRET_ACCESS_KEY");
	bool is_dotenv = secret_key && secret_key != own;

	if (!access_key || job->profile_named)
		return STEP_ABSENT;
	if (!secret_key) {
		err_set(err, ERR_USAGE, "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not");
		return STEP_FAILED;
	}
	if (!token)
		token = settings_aws(settings, "AWS_SECURITY_TOKEN"); /* its name of old */
	/* A token belongs to the keys it came with: none of .env goes with keys of the environment. */
	if (token && !is_dotenv && token != getenv("AWS_SESSION_TOKEN") && token != getenv("AWS_SECURITY_TOKEN"))
		token = NULL;
	if (credential_set_fill(set, slice_of_str(access_key), slice_of_str(secret_key), slice_of_str(token ? token : ""),
	                        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", err) < 0)
		return STEP_FAILED;
	if (token && expires && credential_time(expires) > 0)
		set->expires_ms = credential_time(expires);
	credential_set_source(set, "%s", is_dotenv ? ".env" : "environment");
	return STEP_FOUND;
}

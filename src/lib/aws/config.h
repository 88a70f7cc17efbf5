/*
 * AWS's two profile files, ~/.aws/config and ~/.aws/credentials, read as AWS reads them and merged.
 *
 * Grammar. A line is blank, a comment (its first byte that is not white space is '#' or ';'), a
 * [section], `key = value`, or a continuation: a line that is indented more than the key above it.
 * After white space, '#' or ';' starts a comment in the value of a key, but not in a continuation.
 * A key without a value whose continuations are `key = value` is a nest, and they are "KEY.key":
 * s3.addressing_style. Keys are case-insensitive; names of profiles are not. Sections that occur
 * twice are merged; if a key occurs twice, the last value counts.
 *
 * In the config file a profile is [profile NAME] ("[profile "a b"]" too) or [default], which is
 * ignored if there is a [profile default]; [services NAME] and [sso-session NAME] are other kinds
 * of section, the rest is skipped. In the credentials file a profile is [NAME]; its values take
 * precedence over those of the config file.
 */
#ifndef AWS_CONFIG_H
#define AWS_CONFIG_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "settings/settings.h"

enum aws_config_file { AWS_CONFIG_FILE, AWS_CREDENTIALS_FILE };

enum aws_config_kind { AWS_CONFIG_PROFILE, AWS_CONFIG_SERVICES, AWS_CONFIG_SSO_SESSION };

struct aws_config;

struct aws_config *aws_config_new(void);
void aws_config_free(struct aws_config *config); /* wipes what it held; NULL is fine */

/*
 * Takes over the content of `text` (which is empty afterwards) as a file of this kind; `name` is
 * what errors call it. Returns -1 with err (ERR_USAGE; "NAME:LINE: why").
 */
int aws_config_parse(struct aws_config *config, enum aws_config_file file, const char *name, struct buf *text,
                     struct err *err);

/*
 * Reads both files, from AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, else from ~/.aws. A file
 * that does not exist is empty; so is one of ~/.aws that may not be read. NULL with err
 * (ERR_USAGE).
 */
struct aws_config *aws_config_load(const struct settings *settings, struct err *err);

/* The path that was tried, for messages; "" before aws_config_load. */
const char *aws_config_path(const struct aws_config *config, enum aws_config_file file);

/*
 * The name of the profile to use: --profile, AWS_PROFILE, AWS_DEFAULT_PROFILE, the setting
 * `profile`, "default". *origin says which (NULL: none of them is set).
 */
const char *aws_config_profile_name(const struct settings *settings, const char **origin);

/* The same; -1 with err (ERR_USAGE) if one was named and is in neither file. */
int aws_config_profile(const struct aws_config *config, const struct settings *settings, const char **profile,
                       const char **origin, struct err *err);

/* Whether either file has the profile. */
bool aws_config_has(const struct aws_config *config, const char *profile);

/*
 * A value of a profile: "region", "s3.addressing_style". NULL if it is not there or blank. Lives as
 * long as the config.
 */
const char *aws_config_get(const struct aws_config *config, const char *profile, const char *key);

/* The same of any kind of section: (AWS_CONFIG_SERVICES, "minio", "s3.endpoint_url"). */
const char *aws_config_section_get(const struct aws_config *config, enum aws_config_kind kind, const char *name,
                                   const char *key);

/* Whether the value comes from the credentials file; false if there is none. */
bool aws_config_is_from_credentials(const struct aws_config *config, const char *profile, const char *key);

/*
 * The endpoint that a profile names for a service ("s3", "sts"): of its `services` section, else
 * its own endpoint_url. NULL if it names none or if endpoints of profiles are to be ignored
 * (AWS_IGNORE_CONFIGURED_ENDPOINT_URLS).
 */
const char *aws_config_endpoint(const struct aws_config *config, const struct settings *settings, const char *profile,
                                const char *service);

/* The file of authorities: AWS_CA_BUNDLE, else the profile's ca_bundle; NULL: the system's. */
const char *aws_config_ca_bundle(const struct aws_config *config, const struct settings *settings, const char *profile);

/*
 * Calls back for every value in force (after merging), in order of kind, section and key; for
 * tests.
 */
void aws_config_each(const struct aws_config *config,
                     void (*visit)(void *arg, enum aws_config_kind kind, const char *section, const char *nest,
                                   const char *key, const char *value),
                     void *arg);

#endif

/* Which profile files, and which profile. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/config_internal.h"
#include "base/io.h"
#include "base/mem.h"

/* Real ones have a few KiB; the largest that are generated for whole companies some hundred. */
#define FILE_MAX ((size_t)4 << 20)

static const char *
home_folder(void)
{
	const char *folder = getenv("HOME");
	const struct passwd *user;

	if (folder && *folder)
		return folder;
	user = getpwuid(getuid());
	return user ? user->pw_dir : NULL;
}

/* The path with a leading "~/" made whole, as AWS does in these two variables. */
static char *
expand_home(const char *path)
{
	const char *folder = strncmp(path, "~/", 2) == 0 ? home_folder() : NULL;

	return folder ? mem_printf("%s%s", folder, path + 1) : mem_dup(path);
}

static int
load_file(struct aws_config *config, const struct settings *settings, enum aws_config_file file, struct err *err)
{
	bool is_config = file == AWS_CONFIG_FILE;
	const char *named = settings_aws(settings, is_config ? "AWS_CONFIG_FILE" : "AWS_SHARED_CREDENTIALS_FILE");
	char *path = expand_home(named ? named : is_config ? "~/.aws/config" : "~/.aws/credentials");
	struct buf text = BUF_INIT;
	struct stat info;
	int result = 0;

	config->paths[file] = path;
	/*
	 * Services often run with a HOME that they may not read: then the files count as missing. A
	 * file that was named must be readable, or it is an error.
	 */
	if (stat(path, &info) < 0 || !S_ISREG(info.st_mode) || (!named && access(path, R_OK) < 0))
		return 0;
	/* In one piece, so that growing leaves no copy of secrets behind. */
	if ((size_t)info.st_size < FILE_MAX)
		buf_reserve(&text, (size_t)info.st_size + 17 * 1024); /* io_read_file asks for 16 KiB at the end */
	if (io_read_file(path, FILE_MAX, &text, err) < 0)
		result = -1;
	else
		result = aws_config_parse(config, file, path, &text, err);
	if (text.data)
		explicit_bzero(text.data, text.cap);
	buf_release(&text);
	return result;
}

struct aws_config *
aws_config_load(const struct settings *settings, struct err *err)
{
	struct aws_config *config = aws_config_new();

	if (load_file(config, settings, AWS_CONFIG_FILE, err) < 0 ||
	    load_file(config, settings, AWS_CREDENTIALS_FILE, err) < 0) {
		aws_config_free(config);
		return NULL;
	}
	return config;
}

const char *
aws_config_profile_name(const struct settings *settings, const char **origin)
{
	const char *set = settings_text(settings, "profile");
	const char *name;

	*origin = set ? settings_origin(settings, "profile") : NULL;
	if (set && strncmp(*origin, "--", 2) == 0)
		return set;
	name = settings_aws(settings, "AWS_PROFILE");
	if (name) {
		*origin = "AWS_PROFILE";
		return name;
	}
	name = settings_aws(settings, "AWS_DEFAULT_PROFILE");
	if (name) {
		*origin = "AWS_DEFAULT_PROFILE";
		return name;
	}
	return set ? set : "default";
}

int
aws_config_profile(const struct aws_config *config, const struct settings *settings, const char **profile,
                   const char **origin, struct err *err)
{
	*profile = aws_config_profile_name(settings, origin);
	if (*origin == NULL || aws_config_has(config, *profile))
		return 0;
	return err_set(err, ERR_USAGE, "profile %s (%s) is neither in %s nor in %s", *profile, *origin,
	               aws_config_path(config, AWS_CONFIG_FILE), aws_config_path(config, AWS_CREDENTIALS_FILE));
}

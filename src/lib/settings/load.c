/* Reads the settings from config.yaml, .env and the environment. */
#include <stdlib.h>
#include <unistd.h>

#include "settings/layers.h"

static int
read_environment(struct settings *settings, struct err *err)
{
	char variable[SETTINGS_NAME_MAX];

	for (const struct setting *s = settings_table; s->name; s++) {
		const char *text;

		settings_variable(s->name, variable);
		text = getenv(variable);
		if (text == NULL || *text == '\0')
			continue;
		if (settings_put(settings, s, LAYER_ENVIRONMENT, text, "environment", err) < 0)
			return err_prefix(err, "the environment's %s", variable);
	}
	return 0;
}

int
settings_load(struct settings *settings, const char *config, struct err *err)
{
	const char *named = getenv("SENIORITY_CONFIG");

	if (config == NULL && named && *named)
		config = named;
	if (config == NULL && access("config.yaml", F_OK) == 0)
		config = "config.yaml";
	if (config && settings_read_yaml(settings, config, err) < 0)
		return -1;
	if (access(".env", F_OK) == 0 && settings_read_dotenv(settings, ".env", err) < 0)
		return -1;
	return read_environment(settings, err);
}

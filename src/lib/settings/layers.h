/*
 * Inside of the settings: the layers that a value can come from, and how each is read.
 * Later layers win.
 */
#ifndef SETTINGS_LAYERS_H
#define SETTINGS_LAYERS_H

#include "settings/settings.h"

enum layer { LAYER_DEFAULT, LAYER_CONFIG, LAYER_DOTENV, LAYER_ENVIRONMENT, LAYER_FLAG };

/*
 * Stores a value, unless a later layer has one. Returns -1 with err (ERR_USAGE) if it is not of the
 * setting's kind; the text says so, without the origin.
 */
int settings_put(struct settings *settings, const struct setting *setting, enum layer layer, const char *value,
                 const char *origin, struct err *err);

/* A variable of AWS's from .env. */
void settings_put_aws(struct settings *settings, const char *variable, const char *value);

/* Reads path, which must be there. */
int settings_read_yaml(struct settings *settings, const char *path, struct err *err);
int settings_read_dotenv(struct settings *settings, const char *path, struct err *err);

#define SETTINGS_NAME_MAX 64

/* The variable of a setting: REDIS_HOST of redis_host. */
void settings_variable(const char *name, char variable[SETTINGS_NAME_MAX]);
/* The setting whose variable (REDIS_HOST) or name (redis_host) this is, or NULL. */
const struct setting *settings_of_variable(const char *variable);

#endif

/*
 * Settings: one table of names (settings.c) for everything that can be set. One name everywhere:
 * redis_host in config.yaml is REDIS_HOST in the environment or .env and --redis-host as a flag.
 * Order: flag, environment, .env, config.yaml, default. An empty variable counts as not set.
 *
 * AWS's own variables are not in the table: settings_aws() looks them up in the environment, then
 * .env.
 */
#ifndef SETTINGS_SETTINGS_H
#define SETTINGS_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum setting_kind { SETTING_TEXT, SETTING_INT, SETTING_BOOL, SETTING_SIZE, SETTING_TIME };

struct setting {
	const char *name; /* as in config.yaml */
	enum setting_kind kind;
	const char *arg;      /* the name of its value in --help; NULL: a switch, or it has no flag */
	const char *fallback; /* the default as text, or NULL: none */
	int64_t min, max;     /* SETTING_INT */
	bool secret;          /* has no flag, is never printed */
	const char *help;     /* one line */
};

/* The table, ended by a NULL name. */
extern const struct setting settings_table[];

/* The setting of that name, or NULL. */
const struct setting *settings_find(const char *name);

struct settings;

/* Empty except for the defaults and the environment. */
struct settings *settings_new(void);
void settings_free(struct settings *settings);

/* A value given as a flag. Returns -1 with err (ERR_USAGE) if it is not of the setting's kind. */
int settings_set_flag(struct settings *settings, const char *name, const char *value, struct err *err);

/*
 * Reads .env and config.yaml of the current folder, if they exist, and checks every value. `config`
 * (--config) names another file, which must exist; NULL: SENIORITY_CONFIG, else config.yaml.
 * Returns -1 with err (ERR_USAGE; names file and line, and the nearest known key).
 */
int settings_load(struct settings *settings, const char *config, struct err *err);

/*
 * Values. The strings live as long as the settings. A name that is not in the table, or of another
 * kind, is a bug (abort). NULL/0/false if nothing is set and there is no default.
 */
const char *settings_text(const struct settings *settings, const char *name);
int64_t settings_int(const struct settings *settings, const char *name); /* also SIZE (bytes) and TIME (ms) */
bool settings_bool(const struct settings *settings, const char *name);

/* The text of a required setting. Returns NULL with err (ERR_USAGE; says where it can be set). */
const char *settings_require(const struct settings *settings, const char *name, struct err *err);

/*
 * Where the value in force comes from: "config.yaml:3", "environment", ".env:2", "--redis-host",
 * "default", "not set".
 */
const char *settings_origin(const struct settings *settings, const char *name);

/* AWS_* from the environment, else from .env; blank counts as missing. NULL if it is not set. */
const char *settings_aws(const struct settings *settings, const char *variable);

/* All of it as YAML with each value's origin as a comment; secrets as "(set)". */
void settings_print(const struct settings *settings, struct buf *to);

/*
 * The table itself, for the manual: a line for each setting: name, kind (text, number, switch,
 * size, time), default, least, most, "secret" or nothing, help, with tabs between them.
 */
void settings_print_table(struct buf *to);

#endif

/* Settings: the values in force, and where each came from. */
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/units.h"
#include "json/json.h"
#include "settings/layers.h"

#define SETTINGS_MAX 64

struct value {
	char *text; /* NULL: not set */
	char *origin;
	int64_t number; /* INT, SIZE, TIME, BOOL */
	enum layer layer;
};

struct aws_value {
	char *variable;
	char *text;
};

struct settings {
	struct value values[SETTINGS_MAX]; /* in the order of the table */
	struct aws_value *aws;             /* AWS's variables in .env */
	size_t aws_count;
};

static bool
parse_bool(const char *text, int64_t *value)
{
	static const char *const yes[] = {"true", "yes", "on", "1"};
	static const char *const no[] = {"false", "no", "off", "0"};

	for (size_t i = 0; i < 4; i++) {
		if (strcasecmp(text, yes[i]) == 0 || strcasecmp(text, no[i]) == 0) {
			*value = strcasecmp(text, yes[i]) == 0;
			return true;
		}
	}
	return false;
}

static int
parse_value(const struct setting *setting, const char *text, int64_t *number, struct err *err)
{
	const char *shown = setting->secret ? "(secret)" : text;
	uint64_t bytes = 0;

	switch (setting->kind) {
	case SETTING_TEXT:
		return 0;
	case SETTING_INT:
		if (units_parse_int(text, setting->min, setting->max, number))
			return 0;
		return err_set(err, ERR_USAGE, "%s: '%s' is not a number from %lld to %lld", setting->name, shown,
		               (long long)setting->min, (long long)setting->max);
	case SETTING_BOOL:
		if (parse_bool(text, number))
			return 0;
		return err_set(err, ERR_USAGE, "%s: '%s' is neither true nor false", setting->name, shown);
	case SETTING_SIZE:
		if (units_parse_size(text, &bytes) && bytes > 0) {
			*number = (int64_t)bytes;
			return 0;
		}
		return err_set(err, ERR_USAGE, "%s: '%s' is not a size such as 64M", setting->name, shown);
	case SETTING_TIME:
		if (units_parse_time(text, number))
			return 0;
		return err_set(err, ERR_USAGE, "%s: '%s' is not a time such as 30s", setting->name, shown);
	}
	abort();
}

static const struct value *
value_of(const struct settings *settings, const char *name)
{
	const struct setting *setting = settings_find(name);

	assert(setting);
	return &settings->values[setting - settings_table];
}

int
settings_put(struct settings *settings, const struct setting *setting, enum layer layer, const char *text,
             const char *origin, struct err *err)
{
	struct value *value = &settings->values[setting - settings_table];
	int64_t number = 0;

	/* a value that is overridden must be right all the same */
	if (parse_value(setting, text, &number, err) < 0)
		return -1;
	if (value->text && value->layer > layer)
		return 0;
	free(value->text);
	free(value->origin);
	*value = (struct value){.text = mem_dup(text), .origin = mem_dup(origin), .number = number, .layer = layer};
	return 0;
}

void
settings_variable(const char *name, char variable[SETTINGS_NAME_MAX])
{
	size_t i;

	for (i = 0; i < SETTINGS_NAME_MAX - 1 && name[i]; i++)
		variable[i] = (char)toupper((unsigned char)name[i]);
	variable[i] = '\0';
}

const struct setting *
settings_of_variable(const char *variable)
{
	char name[SETTINGS_NAME_MAX];

	for (const struct setting *s = settings_table; s->name; s++) {
		settings_variable(s->name, name);
		if (strcmp(variable, name) == 0)
			return s;
	}
	return NULL;
}

struct settings *
settings_new(void)
{
	struct settings *settings = mem_zero(1, sizeof(*settings));
	struct err err = ERR_INIT;

	for (const struct setting *s = settings_table; s->name; s++) {
		assert(s - settings_table < SETTINGS_MAX);
		/* a default that does not parse is a bug */
		if (s->fallback && settings_put(settings, s, LAYER_DEFAULT, s->fallback, "default", &err) < 0)
			abort();
	}
	return settings;
}

void
settings_put_aws(struct settings *settings, const char *variable, const char *value)
{
	for (size_t i = 0; i < settings->aws_count; i++) {
		if (strcmp(settings->aws[i].variable, variable) == 0) {
			free(settings->aws[i].text);
			settings->aws[i].text = mem_dup(value);
			return;
		}
	}
	settings->aws = mem_resize(settings->aws, settings->aws_count + 1, sizeof(*settings->aws));
	settings->aws[settings->aws_count++] = (struct aws_value){.variable = mem_dup(variable), .text = mem_dup(value)};
}

const char *
settings_aws(const struct settings *settings, const char *variable)
{
	const char *text = getenv(variable);

	if (text && text[strspn(text, " \t")] != '\0')
		return text;
	for (size_t i = 0; i < settings->aws_count; i++) {
		text = settings->aws[i].text;
		if (strcmp(settings->aws[i].variable, variable) == 0 && text[strspn(text, " \t")] != '\0')
			return text;
	}
	return NULL;
}

void
settings_free(struct settings *settings)
{
	if (settings == NULL)
		return;
	for (size_t i = 0; i < SETTINGS_MAX; i++) {
		if (settings->values[i].text)
			explicit_bzero(settings->values[i].text, strlen(settings->values[i].text));
		free(settings->values[i].text);
		free(settings->values[i].origin);
	}
	for (size_t i = 0; i < settings->aws_count; i++) {
		explicit_bzero(settings->aws[i].text, strlen(settings->aws[i].text));
		free(settings->aws[i].text);
		free(settings->aws[i].variable);
	}
	free(settings->aws);
	free(settings);
}

int
settings_set_flag(struct settings *settings, const char *name, const char *value, struct err *err)
{
	const struct setting *setting = settings_find(name);
	char origin[SETTINGS_NAME_MAX + 2] = "--";

	assert(setting && !setting->secret);
	for (size_t i = 0; i < SETTINGS_NAME_MAX - 1 && name[i]; i++)
		origin[i + 2] = name[i] == '_' ? '-' : name[i];
	return settings_put(settings, setting, LAYER_FLAG, value, origin, err);
}

const char *
settings_text(const struct settings *settings, const char *name)
{
	return value_of(settings, name)->text;
}

int64_t
settings_int(const struct settings *settings, const char *name)
{
	assert(settings_find(name)->kind != SETTING_TEXT && settings_find(name)->kind != SETTING_BOOL);
	return value_of(settings, name)->number;
}

bool
settings_bool(const struct settings *settings, const char *name)
{
	assert(settings_find(name)->kind == SETTING_BOOL);
	return value_of(settings, name)->number != 0;
}

const char *
settings_require(const struct settings *settings, const char *name, struct err *err)
{
	const char *text = settings_text(settings, name);
	char variable[SETTINGS_NAME_MAX];

	if (text && *text)
		return text;
	settings_variable(name, variable);
	err_set(err, ERR_USAGE, "%s is not set: put '%s: ...' into config.yaml, or %s into the environment or .env", name,
	        name, variable);
	return NULL;
}

const char *
settings_origin(const struct settings *settings, const char *name)
{
	const struct value *value = value_of(settings, name);

	return value->text ? value->origin : "not set";
}

void
settings_print(const struct settings *settings, struct buf *to)
{
	for (const struct setting *s = settings_table; s->name; s++) {
		const struct value *value = &settings->values[s - settings_table];

		if (value->text == NULL) {
			buf_printf(to, "# %s: # not set: %s\n", s->name, s->help);
			continue;
		}
		buf_printf(to, "%s: ", s->name);
		if (s->secret)
			buf_append_str(to, "\"(set)\"");
		else if (s->kind == SETTING_TEXT)
			json_quote(to, slice_of_str(value->text)); /* JSON's strings are YAML's too */
		else
			buf_append_str(to, value->text);
		buf_printf(to, " # %s\n", value->origin);
	}
}

void
settings_print_table(struct buf *to)
{
	static const char *const kinds[] = {
		[SETTING_TEXT] = "text", [SETTING_INT] = "number", [SETTING_BOOL] = "switch",
		[SETTING_SIZE] = "size", [SETTING_TIME] = "time",
	};

	for (const struct setting *s = settings_table; s->name; s++) {
		buf_printf(to, "%s\t%s\t%s\t", s->name, kinds[s->kind], s->fallback ? s->fallback : "");
		if (s->kind == SETTING_INT)
			buf_printf(to, "%lld\t%lld", (long long)s->min, (long long)s->max);
		else
			buf_append_byte(to, '\t');
		buf_printf(to, "\t%s\t%s\n", s->secret ? "secret" : "", s->help);
	}
}

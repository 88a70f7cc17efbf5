/*
 * config.yaml: one mapping of names to single values, read by libyaml's events. Other features of
 * YAML (aliases, nesting, several documents) are refused, as are unknown and repeated keys.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <yaml.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/mem.h"
#include "settings/layers.h"
#include "settings/nearest.h"

enum { CONFIG_MAX = 1024 * 1024 };

struct reading {
	struct settings *settings;
	const char *path;
	const struct setting *key; /* the value of which comes next, or NULL */
	bool *seen;                /* by the table's order */
};

static size_t
line_of(const yaml_event_t *event)
{
	return event->start_mark.line + 1;
}

static int
unknown_key(const struct reading *r, const yaml_event_t *event, const char *name, struct err *err)
{
	const char *names[64];
	const char *near;
	int count = 0;

	for (const struct setting *s = settings_table; s->name; s++)
		names[count++] = s->name;
	near = nearest_name(name, names, count);
	return err_set(err, ERR_USAGE, "%s:%zu: unknown key '%s'%s%s%s", r->path, line_of(event), name,
	               near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

static int
read_key(struct reading *r, const yaml_event_t *event, struct err *err)
{
	const char *name = (const char *)event->data.scalar.value;
	const struct setting *setting = settings_find(name);

	if (setting == NULL || strlen(name) != event->data.scalar.length)
		return unknown_key(r, event, name, err);
	if (r->seen[setting - settings_table])
		return err_set(err, ERR_USAGE, "%s:%zu: %s is set twice", r->path, line_of(event), name);
	r->seen[setting - settings_table] = true;
	r->key = setting;
	return 0;
}

/* "name:" with nothing, ~ or null after it leaves the setting as it is. */
static bool
is_null(const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;

	if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	return *text == '\0' || strcmp(text, "~") == 0 || strcasecmp(text, "null") == 0;
}

static int
read_value(struct reading *r, const yaml_event_t *event, struct err *err)
{
	const char *text = (const char *)event->data.scalar.value;
	char origin[512];

	if (strlen(text) != event->data.scalar.length)
		return err_set(err, ERR_USAGE, "%s:%zu: %s holds a NUL", r->path, line_of(event), r->key->name);
	snprintf(origin, sizeof(origin), "%s:%zu", r->path, line_of(event));
	if (!is_null(event) && settings_put(r->settings, r->key, LAYER_CONFIG, text, origin, err) < 0)
		return err_prefix(err, "%s", origin);
	r->key = NULL;
	return 0;
}

/* One event; *depth is 0 outside and 1 inside the one mapping. */
static int
read_event(struct reading *r, const yaml_event_t *event, int *depth, struct err *err)
{
	switch (event->type) {
	case YAML_MAPPING_START_EVENT:
		if (++*depth == 1)
			return 0;
		break;
	case YAML_MAPPING_END_EVENT:
		--*depth;
		return 0;
	case YAML_SCALAR_EVENT:
		if (*depth == 0)
			return is_null(event)
			           ? 0
			           : err_set(err, ERR_USAGE, "%s:%zu: 'name: value' lines are expected", r->path, line_of(event));
		return r->key ? read_value(r, event, err) : read_key(r, event, err);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	case YAML_ALIAS_EVENT:
	case YAML_SEQUENCE_START_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		break;
	}
	return err_set(err, ERR_USAGE, "%s:%zu: %s%sa single value is expected", r->path, line_of(event),
	               r->key ? r->key->name : "", r->key ? ": " : "");
}

static int
parse_document(struct reading *r, yaml_parser_t *parser, struct err *err)
{
	int depth = 0, result = 0, documents = 0;
	bool done = false;

	while (!done && result == 0) {
		yaml_event_t event;

		if (!yaml_parser_parse(parser, &event))
			return err_set(err, ERR_USAGE, "%s:%zu: not YAML: %s", r->path, parser->problem_mark.line + 1,
			               parser->problem ? parser->problem : "unreadable");
		done = event.type == YAML_STREAM_END_EVENT;
		if (event.type == YAML_DOCUMENT_START_EVENT && ++documents > 1)
			result = err_set(err, ERR_USAGE, "%s:%zu: a second document", r->path, line_of(&event));
		else
			result = read_event(r, &event, &depth, err);
		yaml_event_delete(&event);
	}
	return result;
}

int
settings_read_yaml(struct settings *settings, const char *path, struct err *err)
{
	struct reading r = {.settings = settings, .path = path, .seen = mem_zero(64, sizeof(bool))};
	struct buf text = BUF_INIT;
	yaml_parser_t parser;
	int result = -1;

	if (io_read_file(path, CONFIG_MAX, &text, err) < 0)
		goto out;
	if (!yaml_parser_initialize(&parser)) {
		err_set(err, ERR_TEMPORARY, "out of memory");
		goto out;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)(text.data ? text.data : ""), text.len);
	result = parse_document(&r, &parser, err);
	yaml_parser_delete(&parser);
out:
	buf_release(&text);
	free(r.seen);
	return result;
}

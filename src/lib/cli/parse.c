/* The option table, parsed by getopt_long; then the operands, if the first of them is a command. */
#include "cli/parse.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/units.h"
#include "cli/option_table.h"
#include "settings/nearest.h"

enum { FIRST_LONG = 256 }; /* what getopt_long returns for row 0 of the table */

struct parse {
	struct cli *cli;
	struct parsed *parsed;
	int argc;
	char **argv;
	struct option_table table;
	struct option longs[OPTIONS_MAX + 1];
	const char *names[OPTIONS_MAX];
	char shorts[2 * OPTIONS_MAX + 3];
	bool ended; /* with `status`: an option that ends the program, or a usage error */
	enum exit_status status;
};

static void
fill_getopt_tables(struct parse *p)
{
	char *to = p->shorts;

	*to++ = ':'; /* getopt_long reports a missing value and an unknown option differently */
	for (int i = 0; i < p->table.count; i++) {
		const struct cli_option *o = &p->table.rows[i];

		p->names[i] = o->name;
		p->longs[i] = (struct option){.name = o->name, .has_arg = o->arg != NULL, .val = FIRST_LONG + i};
		if (o->letter)
			*to++ = o->letter;
		if (o->letter && o->arg != NULL)
			*to++ = ':';
	}
	*to = '\0';
}

/* The table's row that getopt_long means. */
static int
find_row(const struct option_table *table, int code)
{
	int row = 0;

	if (code >= FIRST_LONG)
		return code - FIRST_LONG;
	while (table->rows[row].letter != code)
		row++;
	return row;
}

static enum exit_status
set_setting(const struct parse *p, const char *setting, const char *text)
{
	struct err err = ERR_INIT;

	/* the flag of a switch alone means "on" */
	if (settings_set_flag(p->cli->settings, setting, text ? text : "true", &err) < 0)
		return cli_usage_error(p->cli, "%s", ERR_TEXT(&err));
	return STATUS_OK;
}

static enum exit_status
set_target(const struct parse *p, const struct cli_option *o, const char *text)
{
	switch (o->kind) {
	case CLI_END:
		break;
	case CLI_FLAG:
		*(bool *)o->target = true;
		break;
	case CLI_INT:
		if (!units_parse_int(text, o->min, o->max, o->target))
			return cli_usage_error(p->cli, "--%s: '%s' is not a number from %lld to %lld", o->name, text,
			                       (long long)o->min, (long long)o->max);
		break;
	case CLI_SIZE:
		if (!units_parse_size(text, o->target))
			return cli_usage_error(p->cli, "--%s: '%s' is not a size such as 64M", o->name, text);
		break;
	case CLI_TIME:
		if (!units_parse_time(text, o->target))
			return cli_usage_error(p->cli, "--%s: '%s' is not a time such as 30s", o->name, text);
		break;
	case CLI_TEXT:
		*(const char **)o->target = text;
		break;
	case CLI_SETTING:
		return set_setting(p, o->setting, text);
	}
	return STATUS_OK;
}

/* An option that prints something: the program ends after it. */
static enum exit_status
print_about(struct parse *p, enum common_option which)
{
	struct buf text = BUF_INIT;

	if (which == COMMON_HELP)
		option_table_help(&p->table, p->cli->program, &text);
	else if (which == COMMON_OPTIONS)
		option_table_rows(&p->table, &text);
	else if (which == COMMON_SETTINGS)
		settings_print_table(&text);
	else
		buf_printf(&text, "%s %s\n", p->cli->program->name, VERSION);
	out_write_slice(&p->cli->out, slice_of_buf(&text));
	buf_release(&text);
	p->ended = true;
	return STATUS_OK;
}

/* --print-nearest WORD NAME...: the name that is meant, or nothing. */
static enum exit_status
print_nearest(struct parse *p, const char *word)
{
	const char *near = nearest_name(word, (const char *const *)p->argv + optind, p->argc - optind);

	if (near != NULL)
		out_write_slice(&p->cli->out, slice_of_str(near));
	p->ended = true;
	return STATUS_OK;
}

static enum exit_status
set_common(struct parse *p, enum common_option which, const char *text)
{
	enum exit_status status;

	switch (which) {
	case COMMON_CONFIG:
		p->parsed->config = text;
		break;
	case COMMON_STATS:
		p->cli->stats_path = text;
		break;
	case COMMON_PROGRESS:
		p->parsed->progress = text;
		break;
	case COMMON_PRINT:
		p->parsed->print_config = true;
		break;
	case COMMON_PRINT_SETTING:
		if (p->parsed->print_setting_count == PRINTED_MAX)
			return cli_usage_error(p->cli, "--print-setting comes more than %d times", PRINTED_MAX);
		p->parsed->print_settings[p->parsed->print_setting_count++] = text;
		break;
	case COMMON_PRINT_NEAREST:
		return print_nearest(p, text);
	case COMMON_FORMAT:
		/* Applied at once, so that an error in the next option has this format already. */
		status = set_setting(p, "log_format", text);
		return status == STATUS_OK ? parse_log_format(p->cli) : status;
	case COMMON_VERBOSE:
		p->parsed->verbosity++;
		break;
	case COMMON_QUIET:
		p->parsed->verbosity = -1;
		break;
	case COMMON_HELP:
	case COMMON_VERSION:
	case COMMON_OPTIONS:
	case COMMON_SETTINGS:
		return print_about(p, which);
	case COMMON_COUNT:
		break;
	}
	return STATUS_OK;
}

static enum exit_status
refuse_option(const struct parse *p, char *const *argv, bool value_missing)
{
	const char *word = argv[optind - 1];
	const char *near;
	char name[64];

	if (optopt && optopt < FIRST_LONG && !value_missing && strncmp(word, "--", 2) != 0)
		return cli_usage_error(p->cli, "unknown option -%c", optopt);
	if (value_missing)
		return cli_usage_error(p->cli, "%s needs a value", word);
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	for (int i = 0; i < p->table.count; i++)
		if (strcmp(name, p->names[i]) == 0)
			return cli_usage_error(p->cli, "--%s takes no value", name);
	near = nearest_name(name, p->names, p->table.count);
	return cli_usage_error(p->cli, "unknown option --%s%s%s%s", name, near ? " (did you mean --" : "", near ? near : "",
	                       near ? "?)" : "");
}

static enum exit_status
take_option(struct parse *p, int code, char *const *argv)
{
	int row;

	if (code == '?' || code == ':')
		return refuse_option(p, argv, code == ':');
	row = find_row(&p->table, code);
	if (row >= p->table.own)
		return set_common(p, (enum common_option)(row - p->table.own), optarg);
	if (p->table.rows[row].kind != CLI_SETTING && p->parsed->given_count < GIVEN_MAX)
		p->parsed->given[p->parsed->given_count++] = p->table.rows[row].name;
	return set_target(p, &p->table.rows[row], optarg);
}

/* "get, set or import" */
static void
list_commands(const struct cli_command *commands, struct buf *to)
{
	for (const struct cli_command *c = commands; c->name != NULL; c++)
		buf_printf(to, "%s%s", c == commands ? "" : c[1].name != NULL ? ", " : " or ", c->name);
}

static bool
lists_option(const struct cli_command *command, const char *name)
{
	for (int i = 0; i < CLI_COMMAND_OPTIONS_MAX && command->options[i] != NULL; i++)
		if (strcmp(command->options[i], name) == 0)
			return true;
	return false;
}

/* The name of a given option that belongs to other commands only, or NULL. */
static const char *
find_foreign_option(const struct cli *cli, const struct parsed *parsed)
{
	for (int i = 0; i < parsed->given_count; i++)
		for (const struct cli_command *c = cli->program->commands; c->name != NULL; c++)
			if (lists_option(c, parsed->given[i]) && !lists_option(cli->command, parsed->given[i]))
				return parsed->given[i];
	return NULL;
}

/* Refuses an operand that is not a command, or a missing one. */
static enum exit_status
refuse_command(const struct cli *cli)
{
	struct buf names = BUF_INIT;
	enum exit_status status;

	list_commands(cli->program->commands, &names);
	if (cli->operand_count == 0)
		status = cli_usage_error(cli, "no command: %s", buf_cstr(&names));
	else
		status = cli_usage_error(cli, "unknown command '%s': %s", cli->operands[0], buf_cstr(&names));
	buf_release(&names);
	return status;
}

enum exit_status
parse_log_format(const struct cli *cli)
{
	const char *format = settings_text(cli->settings, "log_format");

	log_set_json(strcmp(format, "json") == 0);
	if (strcmp(format, "json") == 0 || strcmp(format, "text") == 0)
		return STATUS_OK;
	return cli_usage_error(cli, "log_format is text or json, not '%s' (%s)", format,
	                       settings_origin(cli->settings, "log_format"));
}

bool
parse_arguments(struct cli *cli, int argc, char **argv, struct parsed *parsed, enum exit_status *status)
{
	struct parse p = {.cli = cli, .parsed = parsed, .argc = argc, .argv = argv};
	int code;

	option_table_init(&p.table, cli->program->options);
	fill_getopt_tables(&p);
	optind = 1;
	opterr = 0;
	while (!p.ended && (code = getopt_long(argc, argv, p.shorts, p.longs, NULL)) != -1) {
		p.status = take_option(&p, code, argv);
		if (p.status != STATUS_OK)
			p.ended = true;
	}
	cli->operands = argv + optind;
	cli->operand_count = argc - optind;
	option_table_release(&p.table);
	*status = p.status;
	return !p.ended;
}

enum exit_status
parse_command(struct cli *cli, const struct parsed *parsed)
{
	const struct cli_command *command = cli->program->commands;
	const char *foreign;

	while (cli->operand_count > 0 && command->name != NULL && strcmp(cli->operands[0], command->name) != 0)
		command++;
	if (cli->operand_count == 0 || command->name == NULL)
		return refuse_command(cli);
	cli->command = command;
	cli->operands++;
	cli->operand_count--;
	if (cli->operand_count < command->operands_min || cli->operand_count > command->operands_max)
		return cli_usage_error(cli, "%s takes %s", command->name, command->operands);
	foreign = find_foreign_option(cli, parsed);
	if (foreign != NULL)
		return cli_usage_error(cli, "%s does not take --%s", command->name, foreign);
	return STATUS_OK;
}

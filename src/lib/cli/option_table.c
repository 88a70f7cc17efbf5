/* The options and their help texts. */
#include "cli/option_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	HELP_COLUMN = 28,
	SCREEN_WIDTH = 80,
};

/* clang-format off */
static const struct cli_option common_options[COMMON_COUNT] = {
	[COMMON_CONFIG] = OPT_TEXT(0, "config", "FILE", NULL, "read the settings from FILE (config.yaml)"),
	[COMMON_STATS] = OPT_TEXT(0, "stats", "FILE", NULL, "append the run's statistics to FILE, as JSON"),
	[COMMON_PROGRESS] = OPT_TEXT(0, "progress", "FILE", NULL, "write progress to FILE, as JSON"),
	[COMMON_PRINT] = OPT_FLAG(0, "print-config", NULL, "print the settings in force and where each is from"),
	/* Without help: for scripts; seniority-config(5) has the first. */
	[COMMON_PRINT_SETTING] = OPT_TEXT(0, "print-setting", "NAME", NULL, NULL),
	[COMMON_PRINT_NEAREST] = OPT_TEXT(0, "print-nearest", "WORD", NULL, NULL),
	[COMMON_FORMAT] = OPT_SETTING("log_format"),
	[COMMON_VERBOSE] = OPT_FLAG('v', "verbose", NULL, "say more; twice: for debugging"),
	[COMMON_QUIET] = OPT_FLAG('q', "quiet", NULL, "no warnings, errors only"),
	[COMMON_HELP] = OPT_FLAG('h', "help", NULL, "print this"),
	[COMMON_VERSION] = OPT_FLAG(0, "version", NULL, "print the version"),
	/* Without help: for the build, which makes the man pages and the completions of them. */
	[COMMON_OPTIONS] = OPT_FLAG(0, "print-options", NULL, NULL),
	[COMMON_SETTINGS] = OPT_FLAG(0, "print-settings", NULL, NULL),
};
/* clang-format on */

static char *
keep_text(struct option_table *table, char *text)
{
	table->texts[table->text_count++] = text;
	return text;
}

/* Fills in what the settings' table says: the option's name, its argument, its help and default. */
static void
describe_setting(struct option_table *table, struct cli_option *option)
{
	const struct setting *setting = settings_find(option->setting);

	assert(setting && !setting->secret);
	if (option->name == NULL) {
		char *name = keep_text(table, mem_dup(setting->name));

		for (char *c = name; *c; c++)
			if (*c == '_')
				*c = '-';
		option->name = name;
	}
	option->arg = setting->arg;
	option->help = setting->help;
	if (setting->fallback != NULL && setting->kind != SETTING_BOOL)
		option->help = keep_text(table, mem_printf("%s (%s)", setting->help, setting->fallback));
}

static void
add_option(struct option_table *table, const struct cli_option *option)
{
	assert(table->count < OPTIONS_MAX);
	table->rows[table->count] = *option;
	if (option->kind == CLI_SETTING)
		describe_setting(table, &table->rows[table->count]);
	table->count++;
}

static void
add_help_row(struct buf *to, const struct cli_option *o)
{
	size_t start = to->len, used;

	if (o->help == NULL)
		return;
	buf_append_str(to, "  ");
	if (o->letter)
		buf_printf(to, "-%c, ", o->letter);
	buf_printf(to, "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
	used = to->len - start;
	if (used + 2 <= HELP_COLUMN) {
		buf_printf(to, "%*s%s\n", (int)(HELP_COLUMN - used), "", o->help);
	} else if (used + 2 + strlen(o->help) <= SCREEN_WIDTH) {
		buf_printf(to, "  %s\n", o->help);
	} else {
		buf_printf(to, "\n%*s%s\n", HELP_COLUMN, "", o->help);
	}
}

void
option_table_init(struct option_table *table, const struct cli_option *own)
{
	*table = (struct option_table){.count = 0};
	for (; own->kind != CLI_END; own++)
		add_option(table, own);
	table->own = table->count;
	for (int i = 0; i < COMMON_COUNT; i++)
		add_option(table, &common_options[i]);
}

void
option_table_release(struct option_table *table)
{
	for (int i = 0; i < table->text_count; i++)
		free(table->texts[i]);
	table->text_count = 0;
}

void
option_table_help(const struct option_table *table, const struct cli_program *program, struct buf *to)
{
	for (int i = 0; program->usage[i]; i++)
		buf_printf(to, "%s %s %s\n", i ? "      " : "Usage:", program->name, program->usage[i]);
	buf_printf(to, "\n%s\n\n", program->purpose);
	for (int i = 0; i < table->count; i++)
		add_help_row(to, &table->rows[i]);
	buf_append_str(to, "\nExit status: 0 all done, 1 failed for good, 2 usage, 75 try again later.\n");
	if (program->examples && program->examples[0])
		buf_append_str(to, "\nExamples:\n");
	for (int i = 0; program->examples && program->examples[i]; i++)
		buf_printf(to, "  %s\n", program->examples[i]);
}

void
option_table_rows(const struct option_table *table, struct buf *to)
{
	for (int i = 0; i < table->count; i++) {
		const struct cli_option *o = &table->rows[i];

		if (o->help)
			buf_printf(to, "%.*s\t%s\t%s\t%s\n", o->letter != 0, &o->letter, o->name, o->arg ? o->arg : "", o->help);
	}
}

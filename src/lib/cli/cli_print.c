/* What the option table says of itself. */
#include "cli/cli_print.h"

#include <unistd.h>

#include "base/io.h"

enum { HELP_COLUMN = 28 };

static void
help_row(struct buf *to, const struct cli_option *o)
{
	size_t start = to->len, used;

	if (o->help == NULL)
		return;
	buf_append_str(to, "  ");
	if (o->letter)
		buf_printf(to, "-%c, ", o->letter);
	buf_printf(to, "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
	used = to->len - start;
	if (used + 2 > HELP_COLUMN) {
		buf_append_byte(to, '\n');
		used = 0;
	}
	buf_printf(to, "%*s%s\n", (int)(HELP_COLUMN - used), "", o->help);
}

/* A line for each: letter, name, argument, help, with tabs between them. */
static void
options_rows(struct buf *to, const struct cli_option *o)
{
	for (; o->kind != CLI_END; o++)
		if (o->help)
			buf_printf(to, "%.*s\t%s\t%s\t%s\n", o->letter != 0, &o->letter, o->name, o->arg ? o->arg : "", o->help);
}

enum exit_status
cli_print(struct buf *text)
{
	int result = io_write_all(STDOUT_FILENO, text->data, text->len);

	buf_release(text);
	return result < 0 ? STATUS_FAILED : STATUS_OK;
}

enum exit_status
cli_print_help(const struct cli *cli, const struct cli_option *common)
{
	struct buf text = BUF_INIT;

	for (int i = 0; cli->usage[i]; i++)
		buf_printf(&text, "%s %s %s\n", i ? "      " : "Usage:", cli->program, cli->usage[i]);
	buf_printf(&text, "\n%s\n\n", cli->purpose);
	for (const struct cli_option *o = cli->options; o->kind != CLI_END; o++)
		help_row(&text, o);
	for (const struct cli_option *o = common; o->kind != CLI_END; o++)
		help_row(&text, o);
	buf_append_str(&text, "\nExit status: 0 all done, 1 failed for good, 2 usage, 75 try again later.\n");
	if (cli->examples && cli->examples[0])
		buf_append_str(&text, "\nExamples:\n");
	for (int i = 0; cli->examples && cli->examples[i]; i++)
		buf_printf(&text, "  %s\n", cli->examples[i]);
	return cli_print(&text);
}

enum exit_status
cli_print_options(const struct cli *cli, const struct cli_option *common)
{
	struct buf text = BUF_INIT;

	options_rows(&text, cli->options);
	options_rows(&text, common);
	return cli_print(&text);
}

enum exit_status
cli_print_settings(void)
{
	struct buf text = BUF_INIT;

	settings_print_table(&text);
	return cli_print(&text);
}

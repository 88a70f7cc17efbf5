/* The beginning and the ending that all programs have: see cli.h. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/signals.h"
#include "cli/parse.h"
#include "cli/progress.h"

/*
 * If the caller has closed stdin, stdout or stderr, the next file or socket would take its number.
 * The descriptors put there instead can neither be read nor written, as the closed one.
 */
static void
occupy_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

static enum log_level
level_of_verbosity(int verbosity)
{
	return verbosity < 0 ? LOG_ERROR : verbosity == 0 ? LOG_WARNING : verbosity == 1 ? LOG_INFO : LOG_DEBUG;
}

/* Loads the settings and obeys those that concern every program. */
static enum exit_status
apply_settings(struct cli *cli, const struct parsed *parsed)
{
	struct err err = ERR_INIT;

	log_set_level(level_of_verbosity(parsed->verbosity));
	if (settings_load(cli->settings, parsed->config, &err) < 0)
		return cli_error(&err);
	if (parsed->progress && progress_open(parsed->progress, &err) < 0)
		return cli_error(&err);
	return parse_log_format(cli);
}

static enum exit_status
print_config(struct cli *cli)
{
	struct buf text = BUF_INIT;

	settings_print(cli->settings, &text);
	out_write_slice(&cli->out, slice_of_buf(&text));
	buf_release(&text);
	return STATUS_OK;
}

/* The values of the settings that --print-setting names, a line each. */
static enum exit_status
print_settings(struct cli *cli, const struct parsed *parsed)
{
	for (int i = 0; i < parsed->print_setting_count; i++) {
		const char *name = parsed->print_settings[i], *value;
		const struct setting *setting = settings_find(name);

		if (setting == NULL || setting->secret)
			return cli_usage_error(cli, setting ? "%s is a secret" : "unknown setting '%s'", name);
		value = settings_text(cli->settings, name);
		if (value != NULL && strchr(value, '\n') != NULL)
			return cli_usage_error(cli, "%s has a line break in it (%s)", name, settings_origin(cli->settings, name));
		out_write_slice(&cli->out, slice_of_str(value ? value : ""));
		out_write(&cli->out, "\n", 1);
	}
	return STATUS_OK;
}

static void
begin_call(struct cli *cli)
{
	const char *format = getenv("LOG_FORMAT");

	occupy_standard_descriptors();
	log_init(cli->program->name);
	signals_init();
	out_init(&cli->out, STDOUT_FILENO);
	stats_init(&cli->stats, cli->program->name);
	cli->settings = settings_new();
	/*
	 * The environment is read with the other settings; what is wrong before that is said as it
	 * wants too.
	 */
	log_set_json(format && strcmp(format, "json") == 0);
}

static enum exit_status
run_program(struct cli *cli, int argc, char **argv)
{
	struct parsed parsed = {.config = NULL};
	enum exit_status status;

	if (!parse_arguments(cli, argc, argv, &parsed, &status)) {
		cli->stats_path = NULL; /* there was no run */
		return status;
	}
	status = apply_settings(cli, &parsed);
	if (status != STATUS_OK)
		return status;
	if (parsed.print_config || parsed.print_setting_count > 0) {
		cli->stats_path = NULL;
		return parsed.print_config ? print_config(cli) : print_settings(cli, &parsed);
	}
	if (cli->program->commands != NULL)
		status = parse_command(cli, &parsed);
	return status == STATUS_OK ? cli->program->run(cli) : status;
}

/* The one order of ending. */
static enum exit_status
end_call(struct cli *cli, enum exit_status status)
{
	struct err err = ERR_INIT;

	if (out_close(&cli->out, &err) < 0 && !signals_stop())
		status = status_worse(status, cli_error(&err));
	progress_end();
	if (status != STATUS_USAGE && stats_save(&cli->stats, cli->stats_path, &err) < 0)
		status = status_worse(status, cli_error(&err));
	stats_release(&cli->stats);
	settings_free(cli->settings);
	if (signals_stop())
		signals_die(signals_stop());
	return status;
}

int
cli_run(const struct cli_program *program, int argc, char **argv)
{
	struct cli cli = {.program = program};

	begin_call(&cli);
	return (int)end_call(&cli, run_program(&cli, argc, argv));
}

enum exit_status
cli_run_command(const struct cli *cli, void *context)
{
	return cli->command->run(context);
}

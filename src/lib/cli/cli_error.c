/* Errors that end a program: printed, and turned into a status. */
#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"
#include "cli/cli.h"

enum exit_status
cli_usage_error(const struct cli *cli, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_error("%s (try '%s --help')", text, cli->program->name);
	return STATUS_USAGE;
}

enum exit_status
cli_error(const struct err *err)
{
	err_log(err);
	return err_status(err);
}

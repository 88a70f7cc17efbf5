/* The option table, parsed by getopt_long. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/units.h"
#include "cli/cli.h"
#include "cli/cli_print.h"
#include "cli/progress.h"
#include "settings/nearest.h"

enum {
	OPTIONS_MAX = 64,
	FIRST_LONG = 256, /* what getopt_long returns for row 0 of the table */
	FIRST_COMMON = 512,
};

enum common {
	COMMON_CONFIG,
	COMMON_STATS,
	COMMON_PROGRESS,
	COMMON_PRINT,
	COMMON_FORMAT,
	COMMON_VERBOSE,
	COMMON_QUIET,
	COMMON_HELP,
	COMMON_VERSION,
	COMMON_OPTIONS,
	COMMON_SETTINGS,
};

/* clang-format off */
static const struct cli_option common_options[] = {
	[COMMON_CONFIG] = {CLI_TEXT, 0, "config", "FILE", "read the settings from FILE (config.yaml)", NULL, 0, 0},
	[COMMON_STATS] = {CLI_TEXT, 0, "stats", "FILE", "append the run's numbers to FILE, as JSON", NULL, 0, 0},
	[COMMON_PROGRESS] = {CLI_TEXT, 0, "progress", "FILE", "keep FILE at how far the run is, as JSON", NULL, 0, 0},
	[COMMON_PRINT] = {CLI_FLAG, 0, "print-config", NULL, "print the settings in force and where each is from", NULL, 0, 0},
	[COMMON_FORMAT] = {CLI_TEXT, 0, "log-format", "text|json", "how messages are written (text)", NULL, 0, 0},
	[COMMON_VERBOSE] = {CLI_FLAG, 'v', "verbose", NULL, "say more; twice: for debugging", NULL, 0, 0},
	[COMMON_QUIET] = {CLI_FLAG, 'q', "quiet", NULL, "no warnings, errors only", NULL, 0, 0},
	[COMMON_HELP] = {CLI_FLAG, 'h', "help", NULL, "print this", NULL, 0, 0},
	[COMMON_VERSION] = {CLI_FLAG, 0, "version", NULL, "print the version", NULL, 0, 0},
	/* Without help: for the build, which makes the man pages and the completions of them. */
	[COMMON_OPTIONS] = {CLI_FLAG, 0, "print-options", NULL, NULL, NULL, 0, 0},
	[COMMON_SETTINGS] = {CLI_FLAG, 0, "print-settings", NULL, NULL, NULL, 0, 0},
	{CLI_END, 0, NULL, NULL, NULL, NULL, 0, 0},
};
/* clang-format on */

struct parse {
	struct cli *cli;
	struct option longs[OPTIONS_MAX + 1];
	const char *names[OPTIONS_MAX];
	char shorts[2 * OPTIONS_MAX + 3];
	int count;
	const char *config, *progress;
	bool print_config;
	int verbosity;
};

static void
add_options(struct parse *p, const struct cli_option *options, int first)
{
	for (int i = 0; options[i].kind != CLI_END; i++) {
		const struct cli_option *o = &options[i];
		size_t at = strlen(p->shorts);
		bool value = o->arg != NULL; /* a setting that is a switch has none */

		assert(p->count < OPTIONS_MAX);
		p->names[p->count] = o->name;
		p->longs[p->count++] = (struct option){.name = o->name, .has_arg = value, .val = first + i};
		if (o->letter) {
			p->shorts[at] = o->letter;
			p->shorts[at + 1] = value ? ':' : '\0';
			p->shorts[at + 2] = '\0';
		}
	}
}

static const struct cli_option *
find_option(const struct parse *p, int code, enum common *common)
{
	const struct cli_option *own = p->cli->options;

	*common = -1;
	for (int i = 0; common_options[i].kind != CLI_END; i++) {
		if (code == FIRST_COMMON + i || (code == common_options[i].letter && code)) {
			*common = (enum common)i;
			return &common_options[i];
		}
	}
	for (int i = 0; own[i].kind != CLI_END; i++)
		if (code == FIRST_LONG + i || (code == own[i].letter && code))
			return &own[i];
	return NULL;
}

static int
set_option(struct parse *p, const struct cli_option *o, const char *text)
{
	char name[64];
	struct err err = ERR_INIT;

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
		snprintf(name, sizeof(name), "%s", o->name);
		for (char *c = name; *c; c++)
			if (*c == '-')
				*c = '_';
		/* a flag of a switch alone means "on" */
		if (settings_set_flag(p->cli->settings, name, text ? text : "true", &err) < 0)
			return cli_usage_error(p->cli, "%s", err.text);
		break;
	}
	return STATUS_OK;
}

/*
 * The setting as far as it is known: what is said of the next option is written that way already.
 */
static int
apply_log_format(const struct cli *cli)
{
	const char *format = settings_text(cli->settings, "log_format");

	log_set_json(strcmp(format, "json") == 0);
	if (strcmp(format, "json") == 0 || strcmp(format, "text") == 0)
		return -1;
	return cli_usage_error(cli, "log_format is text or json, not '%s' (%s)", format,
	                       settings_origin(cli->settings, "log_format"));
}

static int
set_log_format(const struct cli *cli, const char *text)
{
	struct err err = ERR_INIT;

	if (settings_set_flag(cli->settings, "log_format", text, &err) < 0)
		return cli_usage_error(cli, "%s", err.text);
	return apply_log_format(cli);
}

/* Returns -1 to go on, or the status to end with. */
static int
set_common(struct parse *p, enum common which, const char *text)
{
	switch (which) {
	case COMMON_CONFIG:
		p->config = text;
		break;
	case COMMON_STATS:
		p->cli->stats_path = text;
		break;
	case COMMON_PROGRESS:
		p->progress = text;
		break;
	case COMMON_PRINT:
		p->print_config = true;
		break;
	case COMMON_FORMAT:
		return set_log_format(p->cli, text);
	case COMMON_VERBOSE:
		p->verbosity++;
		break;
	case COMMON_QUIET:
		p->verbosity = -1;
		break;
	case COMMON_HELP:
		return cli_print_help(p->cli, common_options);
	case COMMON_VERSION:
		printf("%s %s\n", p->cli->program, VERSION);
		return fflush(stdout) == 0 ? STATUS_OK : STATUS_FAILED;
	case COMMON_OPTIONS:
		return cli_print_options(p->cli, common_options);
	case COMMON_SETTINGS:
		return cli_print_settings();
	}
	return -1;
}

static int
bad_option(const struct parse *p, char *const *argv, bool value_missing)
{
	const char *word = argv[optind - 1];
	const char *near;
	char name[64];

	if (optopt && optopt < FIRST_LONG && !value_missing && strncmp(word, "--", 2) != 0)
		return cli_usage_error(p->cli, "unknown option -%c", optopt);
	if (value_missing)
		return cli_usage_error(p->cli, "%s needs a value", word);
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	for (int i = 0; i < p->count; i++)
		if (strcmp(name, p->names[i]) == 0)
			return cli_usage_error(p->cli, "--%s takes no value", name);
	near = nearest_name(name, p->names, p->count);
	return cli_usage_error(p->cli, "unknown option --%s%s%s%s", name, near ? " (did you mean --" : "", near ? near : "",
	                       near ? "?)" : "");
}

/* Returns -1 to go on, or the status to end with. */
static int
parse_arguments(struct parse *p, int argc, char **argv)
{
	int code, status;

	optind = 1;
	opterr = 0;
	p->shorts[0] = ':'; /* a missing value is told apart from an unknown option */
	add_options(p, p->cli->options, FIRST_LONG);
	add_options(p, common_options, FIRST_COMMON);
	while ((code = getopt_long(argc, argv, p->shorts, p->longs, NULL)) != -1) {
		const struct cli_option *o;
		enum common common;

		if (code == '?' || code == ':')
			return bad_option(p, argv, code == ':');
		o = find_option(p, code, &common);
		assert(o);
		if ((int)common >= 0)
			status = set_common(p, common, optarg);
		else
			status = set_option(p, o, optarg) == STATUS_OK ? -1 : STATUS_USAGE;
		if (status >= 0)
			return status;
	}
	p->cli->operands = argv + optind;
	p->cli->operand_count = argc - optind;
	return -1;
}

/*
 * Where the caller has closed stdin, stdout or stderr, the next file or socket would take its
 * number. The descriptors put there instead can neither be read nor written, as the closed one.
 */
static void
occupy_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int
cli_usage_error(const struct cli *cli, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_error("%s (try '%s --help')", text, cli->program);
	return STATUS_USAGE;
}

bool
cli_start(struct cli *cli, int argc, char **argv)
{
	struct parse p = {.cli = cli};
	const char *early = getenv("LOG_FORMAT");
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	occupy_standard_descriptors();
	log_init(cli->program);
	signals_init();
	cli->settings = settings_new();
	/*
	 * The environment is read with the other settings; what is wrong before that is said as it
	 * wants too.
	 */
	log_set_json(early && strcmp(early, "json") == 0);
	cli->status = parse_arguments(&p, argc, argv);
	if (cli->status >= 0)
		return false;
	log_set_level(p.verbosity < 0    ? LOG_ERROR
	              : p.verbosity == 0 ? LOG_WARNING
	              : p.verbosity == 1 ? LOG_INFO
	                                 : LOG_DEBUG);
	if (settings_load(cli->settings, p.config, &err) < 0 || (p.progress && progress_open(p.progress, &err) < 0)) {
		log_error("%s", err.text);
		cli->status = err_status(&err);
		return false;
	}
	cli->status = apply_log_format(cli);
	if (cli->status >= 0)
		return false;
	cli->status = STATUS_OK;
	if (p.print_config) {
		settings_print(cli->settings, &text);
		cli->status = cli_print(&text);
		return false;
	}
	return true;
}

void
cli_release(struct cli *cli)
{
	settings_free(cli->settings);
	cli->settings = NULL;
}

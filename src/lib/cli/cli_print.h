/* --help, and what the build makes the man pages and the completions of: for cli.c. */
#ifndef CLI_CLI_PRINT_H
#define CLI_CLI_PRINT_H

#include "base/buf.h"
#include "base/exits.h"
#include "cli/cli.h"

/*
 * To stdout; each returns the status to end with. `common` are the options that every program has.
 */
enum exit_status cli_print_help(const struct cli *cli, const struct cli_option *common);
/* A line for each option with help: letter, name, argument, help, with tabs between them. */
enum exit_status cli_print_options(const struct cli *cli, const struct cli_option *common);
enum exit_status cli_print_settings(void);

/* Releases the text. */
enum exit_status cli_print(struct buf *text);

#endif

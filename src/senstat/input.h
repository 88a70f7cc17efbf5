/* The files that are named, or standard input, as one JSON object a line. */
#ifndef SENSTAT_INPUT_H
#define SENSTAT_INPUT_H

#include "cli/cli.h"
#include "json/json.h"

/*
 * Calls `take` for each line that is JSON; `take` returns false if it is not what it wants. Blank
 * lines are left out. Prints a message about each line that is not wanted, calling it "not WHAT".
 * Returns STATUS_OK, STATUS_FAILED if there was such a line, or the status of a file that could not
 * be read, which ends it.
 */
enum exit_status input_each(const struct cli *cli, const char *what,
                            bool (*take)(void *context, const struct json *object), void *context);

#endif

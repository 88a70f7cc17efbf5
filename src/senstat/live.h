/* The live line of a run: how far its stages are, twice a second. */
#ifndef SENSTAT_LIVE_H
#define SENSTAT_LIVE_H

#include <stdint.h>

#include "base/exits.h"

/*
 * Reads the files, which --progress and --stats write, again and again, and shows their numbers as
 * one line on standard error, until a signal asks to stop; then clears the line. A file that is not
 * there yet counts for nothing. `total`: how many objects the run has; 0: those that s3ls lists.
 */
enum exit_status live_show(char *const *paths, int count, int64_t total);

#endif

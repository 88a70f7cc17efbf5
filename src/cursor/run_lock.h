/*
 * The lock of a run: a file that only its user can reach, so that nobody else can lock or replace
 * it. pipeline.sh takes the lock, and its stages inherit it.
 *
 * It lies in the first usable folder of these. The choice depends only on the user and the machine,
 * as far as possible: a run by cron, by systemd and by hand must find the same one. So
 * XDG_RUNTIME_DIR, which only a login has, is not among them.
 *
 *	$XDG_STATE_HOME/seniority
 *	~/.local/state/seniority        HOME's, if it is the user's own, else that of the user database
 *	$STATE_DIRECTORY                of a systemd unit that has no home
 *	/tmp/seniority-UID              of a container that has neither
 *
 * The folder must be the user's own and no link; if others may write to it, they no longer may. Two
 * users who work on the same do not exclude each other.
 */
#ifndef CURSOR_RUN_LOCK_H
#define CURSOR_RUN_LOCK_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Makes the file for this identity, if it is not there, and appends its path. Returns -1 with err
 * (ERR_USAGE: no folder can be used, with the reason of each).
 */
int run_lock_prepare(const char *identity, struct buf *path, struct err *err);

#endif

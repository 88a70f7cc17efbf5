/*
 * Exit statuses: part of every program's contract, so one list for all. 75 is sysexits.h's
 * EX_TEMPFAIL. None is above 125 (the shell's and xargs' own) or 255 (stops xargs).
 */
#ifndef BASE_EXITS_H
#define BASE_EXITS_H

enum exit_status {
	STATUS_OK = 0,         /* all done */
	STATUS_FAILED = 1,     /* something failed for good or was dropped */
	STATUS_USAGE = 2,      /* usage or configuration; nothing was done */
	STATUS_TEMPORARY = 75, /* the same call may go through later */
};

/* The status of two things done in one run: usage, then failed, then temporary, then ok wins. */
enum exit_status status_worse(enum exit_status a, enum exit_status b);

#endif

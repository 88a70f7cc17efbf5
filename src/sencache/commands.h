/* The commands of sencache. Each returns an exit status and prints its own errors. */
#ifndef SENCACHE_COMMANDS_H
#define SENCACHE_COMMANDS_H

#include "sencache/call.h"

int run_get(struct call *call);    /* pair.c */
int run_set(struct call *call);    /* pair.c */
int run_forget(struct call *call); /* pair.c */
int run_stats(struct call *call);  /* survey.c */
int run_server(struct call *call); /* server.c */
int run_import(struct call *call); /* import.c: pairs on stdin */
int run_legacy(struct call *call); /* legacy.c: the predecessor's keys */

#endif

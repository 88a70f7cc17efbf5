/*
 * The commands of sencache. Each prints its own errors and returns the exit status; `call` is a
 * struct call.
 */
#ifndef SENCACHE_COMMANDS_H
#define SENCACHE_COMMANDS_H

#include "sencache/call.h"

enum exit_status run_get(void *call);           /* pair.c */
enum exit_status run_set(void *call);           /* pair.c */
enum exit_status run_forget(void *call);        /* pair.c */
enum exit_status run_stats(void *call);         /* survey.c */
enum exit_status run_server(void *call);        /* server.c */
enum exit_status run_import(void *call);        /* import.c: pairs on stdin */
enum exit_status run_legacy(struct call *call); /* legacy.c: the predecessor's keys */

#endif

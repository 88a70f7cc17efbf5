/* Whether as many threads can be had as gRPC starts: it hangs for ever if one of them cannot. */
#ifndef SENENRICH_THREAD_PROBE_H
#define SENENRICH_THREAD_PROBE_H

#include "base/err.h"

/*
 * Starts as many threads at once, and ends them. -1 with err (ERR_TEMPORARY) if one cannot be
 * started.
 */
int thread_probe(struct err *err);

#endif

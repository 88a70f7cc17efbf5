/*
 * SIGINT and SIGTERM only set a flag; the program cleans up and then ends by the same signal, so
 * that a shell sees what happened. SIGPIPE is ignored (sockets); base/io.h ends the process by it
 * where stdout's reader has left.
 */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

#include <stdbool.h>

void signals_init(void);

/* The signal that asked the program to stop, or 0. */
int signals_stop(void);

/* End the process by this signal, with its default action. Does not return. */
_Noreturn void signals_die(int signal);

/*
 * Block (true) or unblock INT and TERM in this thread: threads started while blocked never take
 * them.
 */
void signals_block(bool block);

#endif

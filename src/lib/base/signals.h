/*
 * SIGINT and SIGTERM only set a flag; the program cleans up and then ends by the same signal, so
 * that a shell sees what happened. SIGPIPE is ignored (sockets); if the reader of standard output
 * has left, out_close() (base/io.h) notes it, and the program ends by it in the same way.
 */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

#include <stdbool.h>

void signals_init(void);

/* The signal that asked the program to stop, or 0. */
int signals_stop(void);

/* From now on as if this signal had asked the program to stop; the first one counts. */
void signals_note(int signal);

/* End the process by this signal, with its default action. Does not return. */
_Noreturn void signals_die(int signal);

/*
 * Block (true) or unblock INT and TERM in this thread: threads started while blocked never receive
 * them.
 */
void signals_block(bool block);

#endif

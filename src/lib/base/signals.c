/* Signals: a flag, and an end by the signal itself. */
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/signals.h"

static volatile sig_atomic_t stop_signal;

static void
on_stop(int signal)
{
	stop_signal = signal;
}

void
signals_init(void)
{
	/* No SA_RESTART: a read(2) that waits must end. One that nohup had ignored stays ignored. */
	const int stops[] = {SIGINT, SIGTERM};
	struct sigaction action = {.sa_handler = on_stop};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction old;

	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		sigaction(stops[i], NULL, &old);
		if (old.sa_handler != SIG_IGN)
			sigaction(stops[i], &action, NULL);
	}
	sigaction(SIGPIPE, &ignore, NULL);
}

int
signals_stop(void)
{
	return stop_signal;
}

void
signals_note(int signal)
{
	if (stop_signal == 0)
		stop_signal = signal;
}

_Noreturn void
signals_die(int signal)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t set;

	sigaction(signal, &standard, NULL);
	sigemptyset(&set);
	sigaddset(&set, signal);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	kill(getpid(), signal);
	pause(); /* another thread may be the one that receives it */
	_Exit(128 + signal);
}

void
signals_block(bool block)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(block ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

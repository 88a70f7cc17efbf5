/* Threads that do nothing, as many as gRPC's. */
#include "senenrich/thread_probe.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

enum {
	THREADS_FIXED = 8,         /* timers, executors, the resolver, ours */
	THREADS_PER_CORE_MAX = 16, /* of gRPC's event engine */
};

static void *
wait_for_release(void *lock)
{
	pthread_mutex_lock(lock);
	pthread_mutex_unlock(lock);
	return NULL;
}

int
thread_probe(struct err *err)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_t threads[THREADS_FIXED + THREADS_PER_CORE_MAX];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int count = THREADS_FIXED + (int)(cores < 1 ? 1 : cores > THREADS_PER_CORE_MAX ? THREADS_PER_CORE_MAX : cores);
	int started = 0, error = 0;

	pthread_mutex_lock(&lock);
	for (; started < count && error == 0; started++)
		error = pthread_create(&threads[started], NULL, wait_for_release, &lock);
	if (error != 0)
		started--;
	pthread_mutex_unlock(&lock);
	for (int i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	if (error == 0)
		return 0;
	errno = error;
	return err_set_errno(
		err, ERR_TEMPORARY,
		"gRPC needs %d threads, and only %d can be started (see ulimit -u, ulimit -v and the pids limit)", count,
		started);
}

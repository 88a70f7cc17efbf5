/* A few threads for calls that wait for the disk (fsync above all), so that the caller does not. */
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/signals.h"
#include "file/file.h"

/* Commits wait for the journal together: eight share its flushes, more would gain little. */
#define POOL_THREADS 8

struct file_pool {
	pthread_mutex_t lock;
	pthread_cond_t work; /* something was queued, or it is time to end */
	pthread_cond_t done; /* a job is done */
	struct file_job *first, *last;
	int unfinished; /* queued or running */
	int queued;
	int idle; /* threads that wait for work */
	int threads;
	pthread_t ids[POOL_THREADS];
	bool ending;
	int event;
};

/* With the lock held; it is free while the job runs. */
static void
run_job(struct file_pool *pool, struct file_job *job)
{
	const uint64_t one = 1;
	ssize_t n;

	job->state = FILE_JOB_RUNNING;
	pthread_mutex_unlock(&pool->lock);
	job->run(job);
	pthread_mutex_lock(&pool->lock);
	job->state = FILE_JOB_DONE;
	pool->unfinished--;
	pthread_cond_broadcast(&pool->done);
	n = write(pool->event, &one, sizeof(one)); /* cannot fail short of 2^64 unread jobs */
	(void)n;
}

static void *
thread_main(void *context)
{
	struct file_pool *pool = context;

	pthread_mutex_lock(&pool->lock);
	while (!pool->ending) {
		struct file_job *job = pool->first;

		if (job == NULL) {
			pool->idle++;
			pthread_cond_wait(&pool->work, &pool->lock);
			pool->idle--;
			continue;
		}
		pool->first = job->next;
		pool->queued--;
		run_job(pool, job);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

/* Adds a thread if all are busy or about to be. With the lock held. */
static void
add_thread(struct file_pool *pool)
{
	if (pool->idle > pool->queued || pool->threads == POOL_THREADS)
		return;
	signals_block(true);
	if (pthread_create(&pool->ids[pool->threads], NULL, thread_main, pool) == 0)
		pool->threads++;
	signals_block(false);
}

/* Takes a queued job out of the queue. With the lock held. */
static void
unqueue_job(struct file_pool *pool, struct file_job *job)
{
	struct file_job *before = NULL;

	for (struct file_job *at = pool->first; at != job; at = at->next)
		before = at;
	if (before == NULL)
		pool->first = job->next;
	else
		before->next = job->next;
	if (pool->last == job)
		pool->last = before;
	pool->queued--;
	pool->unfinished--;
}

struct file_pool *
file_pool_new(void)
{
	struct file_pool *pool = mem_zero(1, sizeof(*pool));
	pthread_condattr_t clock;

	pool->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pool->event < 0) {
		free(pool);
		return NULL;
	}
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->work, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->done, &clock);
	pthread_condattr_destroy(&clock);
	return pool;
}

int
file_pool_event(const struct file_pool *pool)
{
	return pool->event;
}

void
file_pool_drain(struct file_pool *pool)
{
	uint64_t count;
	/* EAGAIN is as good: nothing was there. */
	ssize_t n = read(pool->event, &count, sizeof(count));

	(void)n;
}

void
file_pool_submit(struct file_pool *pool, struct file_job *job)
{
	pthread_mutex_lock(&pool->lock);
	job->state = FILE_JOB_QUEUED;
	job->next = NULL;
	pool->unfinished++;
	add_thread(pool);
	if (pool->threads == 0) {
		run_job(pool, job); /* no thread to be had: the caller waits after all */
	} else {
		if (pool->first == NULL)
			pool->first = job;
		else
			pool->last->next = job;
		pool->last = job;
		pool->queued++;
		pthread_cond_signal(&pool->work);
	}
	pthread_mutex_unlock(&pool->lock);
}

bool
file_pool_busy(struct file_pool *pool)
{
	bool busy;

	pthread_mutex_lock(&pool->lock);
	busy = pool->unfinished > 0;
	pthread_mutex_unlock(&pool->lock);
	return busy;
}

bool
file_pool_wait(struct file_pool *pool, struct file_job *job, int timeout_ms)
{
	struct timespec until;
	bool done;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&pool->lock);
	while (job->state != FILE_JOB_DONE && timeout_ms > 0)
		if (pthread_cond_timedwait(&pool->done, &pool->lock, &until) == ETIMEDOUT)
			break;
	done = job->state == FILE_JOB_DONE;
	pthread_mutex_unlock(&pool->lock);
	return done;
}

void
file_pool_cancel(struct file_pool *pool, struct file_job *job)
{
	pthread_mutex_lock(&pool->lock);
	if (job->state == FILE_JOB_QUEUED)
		unqueue_job(pool, job);
	while (job->state == FILE_JOB_RUNNING)
		pthread_cond_wait(&pool->done, &pool->lock);
	if (job->state == FILE_JOB_QUEUED)
		job->state = FILE_JOB_IDLE;
	pthread_mutex_unlock(&pool->lock);
}

void
file_pool_free(struct file_pool *pool)
{
	if (pool == NULL)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->ending = true;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
	for (int i = 0; i < pool->threads; i++)
		pthread_join(pool->ids[i], NULL);
	close(pool->event);
	pthread_cond_destroy(&pool->work);
	pthread_cond_destroy(&pool->done);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

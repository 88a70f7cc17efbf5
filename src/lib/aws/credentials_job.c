/*
 * The chain of places where AWS's own programs look for credentials, in their order, and one search
 * through it. A source returns what it wants asked or run; this file does it, and calls the source
 * again. Nothing waits.
 */
#include <stdlib.h>

#include "aws/credentials_internal.h"
#include "base/clock.h"

#define NOT_FOUND "no AWS credentials: looked in the environment (AWS_ACCESS_KEY_ID is not set)"
#define WHAT_TO_DO                                                                                                     \
	"; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, run aws configure, or take --no-sign-request "                 \
	"for "                                                                                                             \
	"public buckets"

typedef enum step source_fn(struct credential_job *job, struct err *err);

static source_fn *const chain[] = {
	credentials_from_environment, credentials_from_profile, credentials_from_web_identity,
	credentials_from_container,   credentials_from_imds,
};

const size_t credential_places = sizeof chain / sizeof *chain;

/* Moves on the last question or command. Returns whether it is over; true if there is none. */
static bool
move_io(struct credential_job *job)
{
	if (job->doing == STEP_ASK)
		return credential_ask_move(&job->ask);
	if (job->doing == STEP_RUN)
		return credential_command_move(&job->command);
	return true;
}

static void
start_io(struct credential_job *job, enum step step)
{
	job->doing = step;
	if (step == STEP_ASK)
		credential_ask_start(&job->ask, job->http);
	else
		credential_command_start(&job->command);
}

/* No source in the chain has keys, or one has failed: fills the error for the caller. */
static enum step
end_without_keys(struct credential_job *job, enum step step, struct err *err)
{
	if (step == STEP_ABSENT)
		err_set(err, ERR_USAGE, "%s%.*s%s", NOT_FOUND, SLICE_ARGS(slice_of_buf(&job->looked)), WHAT_TO_DO);
	/*
	 * If there are no keys, that is not the fault of the object that they are for: no object is
	 * given up for it.
	 */
	if (err->kind == ERR_FAILED)
		err->kind = ERR_ACCESS;
	return STEP_FAILED;
}

void
credential_job_start(struct credential_job *job, struct http *http, size_t first, size_t last)
{
	job->http = http;
	job->place = first;
	job->last = last;
	job->doing = STEP_ABSENT;
}

enum step
credential_job_move(struct credential_job *job, struct err *err)
{
	enum step step;

	while (move_io(job)) {
		job->doing = STEP_ABSENT;
		step = chain[job->place](job, err);
		if (step == STEP_ASK || step == STEP_RUN)
			start_io(job, step);
		else if (step == STEP_FOUND)
			return step;
		else if (step == STEP_FAILED || job->place == job->last)
			return end_without_keys(job, step, err);
		else
			job->place++;
	}
	return job->doing;
}

int64_t
credential_job_due(const struct credential_job *job)
{
	int64_t left = -1;

	if (job->doing == STEP_RUN)
		return credential_command_due(&job->command);
	if (job->doing == STEP_ASK && job->ask.state == ASK_PAUSED) {
		left = job->ask.wake_ms - clock_mono_ms();
		return left > 0 ? left : 0;
	}
	/* Answered since it was moved on: it goes on at once. */
	return job->doing == STEP_ASK && job->ask.state == ASK_ANSWERED ? 0 : -1;
}

int
credential_job_fd(const struct credential_job *job)
{
	return job->doing == STEP_RUN && job->command.state == COMMAND_READING ? job->command.fd : -1;
}

void
credential_job_release(struct credential_job *job)
{
	credential_ask_release(&job->ask);
	credential_command_release(&job->command);
	credentials_imds_release(job);
	credential_set_release(&job->set);
	free(job->sts.endpoint.url);
	buf_release(&job->looked);
	*job = (struct credential_job){0};
}

/*
 * What credentials_test is with arguments: a tool for tests/credentials.bats, which has servers to ask.
 *
 *   credentials_test STEP...     prints a line for each step:
 *     get        "GENERATION ACCESS SECRET TOKEN SOURCE", or "error KIND: TEXT"
 *     refuse     the same after calling those in use expired
 *     renewed    the same once the generation has changed (within 20 s)
 *     describe   as credentials_describe has it
 *     core       the limit on core files
 */
#ifndef UNIT_CREDENTIALS_TOOL_H
#define UNIT_CREDENTIALS_TOOL_H

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "aws/credentials.h"

static void
print_found(const struct aws_credentials *found, const struct err *err)
{
	static const char *const kinds[] = {"none", "failed", "access", "temporary", "usage", "object"};

	if (found)
		printf("%lld %s %s %s %s\n", (long long)found->generation, found->access_key, found->secret_key,
		       found->session_token ? found->session_token : "-", found->source);
	else
		printf("error %s: %s\n", kinds[err->kind], ERR_TEXT(err));
	fflush(stdout);
}

static int
run_step(struct credentials *credentials, const char *step, struct err *err)
{
	const struct aws_credentials *found = credentials_get(credentials, 0, err);
	struct buf text = BUF_INIT;
	struct rlimit limit;

	if (strcmp(step, "refuse") == 0 && found) {
		found = credentials_get(credentials, found->generation, err);
	} else if (strcmp(step, "renewed") == 0 && found) {
		int64_t until = clock_mono_ms() + 20000;
		int64_t generation = found->generation;

		while (found && found->generation == generation && clock_mono_ms() < until) {
			nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
			found = credentials_get(credentials, 0, err);
		}
	} else if (strcmp(step, "describe") == 0) {
		if (credentials_describe(credentials, NULL, NULL, &text, err) == 0) {
			fputs(buf_cstr(&text), stdout);
			buf_release(&text);
			return 0;
		}
	} else if (strcmp(step, "core") == 0) {
		getrlimit(RLIMIT_CORE, &limit);
		printf("%lld\n", (long long)limit.rlim_cur);
		return 0;
	}
	print_found(found, err);
	return found ? 0 : (int)err_status(err);
}

static int
run_steps(int count, char **steps)
{
	struct settings *settings = settings_new();
	struct credentials *credentials;
	struct err err = ERR_INIT;
	int status = 0;

	log_init("credentials_test");
	credentials = credentials_new(settings, &err);
	if (!credentials) {
		print_found(NULL, &err);
		status = (int)err_status(&err);
	}
	for (int i = 0; credentials && i < count; i++)
		status = run_step(credentials, steps[i], &err);
	credentials_free(credentials);
	settings_free(settings);
	return status;
}

#endif

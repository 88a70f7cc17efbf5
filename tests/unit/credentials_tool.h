/*
 * What credentials_test is with arguments: a tool for tests/credentials.bats, which has servers to ask.
 *
 *   credentials_test STEP...     prints a line for each step:
 *     get        "GENERATION ACCESS SECRET TOKEN SOURCE", or "error KIND: TEXT"
 *     refuse     the same after calling those in use expired
 *     renewed    the same once the generation has changed (within 20 s)
 *     describe   as credentials_describe has it
 *     fields     of the error: "OPERATION OBJECT STATUS CODE REQUEST-ID"
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
#include "http/http.h"

static struct http *
engine_new(void)
{
	struct http_options options = {.connect_timeout_ms = 10000, .stall_timeout_ms = 30000};

	return http_new(&options);
}

/* What a program's loop does. */
static void
move_all(struct credentials *credentials, struct http *http)
{
	http_perform(http);
	credentials_move(credentials);
}

/* credentials_get, waited for; NULL with err. */
static const struct aws_credentials *
get_credentials(struct credentials *credentials, struct http *http, int64_t refused, struct err *err)
{
	const struct aws_credentials *found;

	move_all(credentials, http);
	while (credentials_get(credentials, refused, &found, err) == CREDENTIALS_PENDING) {
		http_poll(http, -1, credentials_fd(credentials), credentials_due(credentials));
		move_all(credentials, http);
	}
	return found;
}

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
run_step(struct credentials *credentials, struct http *http, const char *step, struct err *err)
{
	const struct aws_credentials *found = get_credentials(credentials, http, 0, err);
	struct buf text = BUF_INIT;
	struct rlimit limit;

	if (strcmp(step, "refuse") == 0 && found) {
		found = get_credentials(credentials, http, found->generation, err);
	} else if (strcmp(step, "renewed") == 0 && found) {
		int64_t until = clock_mono_ms() + 20000;
		int64_t generation = found->generation;

		while (found && found->generation == generation && clock_mono_ms() < until) {
			nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
			found = get_credentials(credentials, http, 0, err);
		}
	} else if (strcmp(step, "describe") == 0) {
		if (found) {
			credentials_describe(credentials, found, NULL, NULL, &text);
			fputs(buf_cstr(&text), stdout);
			buf_release(&text);
			return 0;
		}
	} else if (strcmp(step, "core") == 0) {
		getrlimit(RLIMIT_CORE, &limit);
		printf("%lld\n", (long long)limit.rlim_cur);
		return 0;
	}
	if (strcmp(step, "fields") == 0 && !found) {
		const struct log_fields fields = err_fields(err);

		printf("%s %s %d %s %s\n", fields.operation, fields.object, fields.http_status, fields.code, fields.request_id);
		return (int)err_status(err);
	}
	print_found(found, err);
	return found ? 0 : (int)err_status(err);
}

static int
run_steps(int count, char **steps)
{
	struct settings *settings = settings_new();
	struct http *http = engine_new();
	struct credentials *credentials;
	struct err err = ERR_INIT;
	int status = 0;

	log_init("credentials_test");
	credentials = credentials_new(settings, &err);
	if (!credentials) {
		print_found(NULL, &err);
		status = (int)err_status(&err);
	} else {
		credentials_attach(credentials, http);
	}
	for (int i = 0; credentials && i < count; i++)
		status = run_step(credentials, http, steps[i], &err);
	credentials_free(credentials);
	http_free(http);
	settings_free(settings);
	return status;
}

#endif

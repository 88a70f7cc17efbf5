/* What an answer means for the next tries: who waits, who is held up, and when it is given up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "base/clock.h"
#include "base/log.h"
#include "s3/s3.h"

static int done;

static void
on_done(struct s3_request *request)
{
	(void)request;
	done++;
}

static struct s3_request *
started(struct s3 *s3, const char *key)
{
	struct s3_request *request = s3_request_new(s3, s3_bucket_find(s3, "b"), "GET", "GET", key);

	request->on_done = on_done;
	s3_request_start(request);
	return request;
}

/* As if this had come from the server. */
static void
answer(struct s3_request *request, int status)
{
	request->state = S3_RUNNING;
	request->call.status = status;
	request->call.end = HTTP_WHOLE;
	request->call.easy = curl_easy_init();
	request->call.on_done(&request->call);
	curl_easy_cleanup(request->call.easy);
	request->call.easy = NULL;
}

static struct s3
a_store(void)
{
	static char region[] = "us-east-1", endpoint[] = "http://127.0.0.1:1";

	done = 0;
	return (struct s3){.region = region,
	                   .endpoint = endpoint,
	                   .anonymous = true,
	                   .max_attempts = 5,
	                   .quota = RETRY_QUOTA_INIT,
	                   .random = {UINT64_C(88172645463325252)}};
}

static void
a_busy_server_holds_up_all(void **state)
{
	struct s3 s3 = a_store();
	struct s3_request *refused = started(&s3, "refused"), *other = started(&s3, "other");
	int64_t before = clock_mono_ms();

	(void)state;
	answer(refused, 503);
	assert_int_equal(refused->state, S3_WAITING);
	assert_int_equal(refused->attempt, 2);
	/* Everybody waits, not only the one that was refused. */
	assert_true(s3.hold_until > before);
	assert_true(refused->wake_ms > before);
	s3.hold_until = refused->wake_ms = clock_mono_ms() + 1000000; /* however slow this machine is */
	assert_true(s3_requests_wake(&s3) > 0);
	assert_int_equal(other->state, S3_WAITING);
	s3_request_free(refused);
	s3_request_free(other);
	s3_buckets_free(&s3);
}

static void
a_fault_holds_up_nobody_else(void **state)
{
	struct s3 s3 = a_store();
	struct s3_request *request = started(&s3, "k");

	(void)state;
	answer(request, 500);
	assert_int_equal(request->state, S3_WAITING);
	assert_int_equal(s3.hold_until, 0);
	assert_int_equal(s3.quota.tokens, 500 - 14);
	/* A try that helped gives its tokens back. */
	answer(request, 200);
	assert_int_equal(request->state, S3_DONE);
	assert_int_equal(done, 1);
	assert_int_equal(s3.quota.tokens, 500);
	s3_request_free(request);
	s3_buckets_free(&s3);
}

static void
it_is_given_up(void **state)
{
	static const struct {
		int status, tries;
		enum err_kind kind;
	} cases[] = {
		/* an empty body is no answer of S3's, so most of these may pass */
		{500, 5, ERR_TEMPORARY}, {503, 5, ERR_TEMPORARY}, {429, 5, ERR_TEMPORARY}, {404, 5, ERR_TEMPORARY},
		{403, 5, ERR_TEMPORARY}, {400, 5, ERR_TEMPORARY}, {407, 1, ERR_ACCESS},    {501, 1, ERR_ACCESS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct s3 s3 = a_store();
		struct s3_request *request = started(&s3, "k");
		int tries = 0;

		while (request->state != S3_DONE) {
			answer(request, cases[i].status);
			tries++;
		}
		assert_int_equal(tries, cases[i].tries);
		assert_int_equal(request->err.kind, cases[i].kind);
		assert_int_equal(strncmp(ERR_TEXT(&request->err), "s3://b/k: GET: ", 15), 0);
		s3_request_free(request);
		/* An empty quota: at once. */
		s3.quota.tokens = 4;
		request = started(&s3, "k");
		answer(request, cases[i].status);
		assert_int_equal(request->state, S3_DONE);
		s3_request_free(request);
		s3_buckets_free(&s3);
	}
}

/* Tries count only while no byte of progress is made. */
static void
progress_starts_anew(void **state)
{
	struct s3 s3 = a_store();
	struct s3_request *request = started(&s3, "k");

	(void)state;
	for (int i = 0; i < 100; i++) {
		request->progressed = true;
		answer(request, 500);
		assert_int_equal(request->state, S3_WAITING);
		assert_int_equal(request->attempt, 2);
	}
	for (int i = 0; i < 3; i++) {
		answer(request, 500);
		assert_int_equal(request->state, S3_WAITING);
	}
	answer(request, 500);
	assert_int_equal(request->state, S3_DONE);
	s3_request_free(request);
	s3_buckets_free(&s3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_busy_server_holds_up_all),
		cmocka_unit_test(a_fault_holds_up_nobody_else),
		cmocka_unit_test(it_is_given_up),
		cmocka_unit_test(progress_starts_anew),
	};

	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The life of a pair: every transition of the table, with services that are not there, and every
 * event that may not happen.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "senenrich/claims.h"
#include "senenrich/memo.h"
#include "senenrich/resolve.h"

enum { BATCH = 100 };

static const char posting[] = "{\"company\":\"Acme\",\"title\":\"CFO\"}";

/* What the services answer, and what they were asked. */
static struct {
	bool legacy, claim, save;
	enum pair_event verdict;
	const char *given_up;
	int look_ups, legacies, claims, ended, saves, admissions, queued;
} service;

static struct {
	enum pair_state from, to;
	enum pair_event event;
} seen[8];
static int seen_count;
static bool walked[PAIR_STATES][PAIR_EVENTS];

static struct resolve resolve;
static struct claims claims;
static struct pairs pairs;
static struct time_profile profile;

static void
fake_look_up(struct lookup *lookup, struct pair *pair)
{
	(void)lookup;
	(void)pair;
	service.look_ups++;
}

static bool
fake_look_up_legacy(struct lookup *lookup, struct pair *pair, struct slice company, struct slice title)
{
	(void)lookup;
	(void)pair;
	assert_true(slice_equal_str(company, "Acme") && slice_equal_str(title, "CFO"));
	service.legacies++;
	return service.legacy;
}

static bool
fake_claim(struct lookup *lookup, struct pair *pair)
{
	(void)lookup;
	(void)pair;
	service.claims++;
	return service.claim;
}

static void
fake_end_claim(struct lookup *lookup, const struct pair *pair)
{
	(void)lookup;
	(void)pair;
	service.ended++;
}

static bool
fake_save(struct lookup *lookup, struct pair *pair)
{
	(void)lookup;
	(void)pair;
	service.saves++;
	return service.save;
}

static int
fake_admit(struct dispatcher *dispatcher, struct pair *pair, struct slice company, struct slice title,
           enum pair_event *verdict, struct err *err)
{
	(void)dispatcher;
	(void)pair;
	assert_true(slice_equal_str(company, "Acme") && slice_equal_str(title, "CFO"));
	service.admissions++;
	*verdict = service.verdict;
	return service.verdict == PAIR_EVENTS ? err_set(err, ERR_USAGE, "no address") : 0;
}

static void
fake_queue(struct dispatcher *dispatcher, struct pair *pair)
{
	(void)dispatcher;
	(void)pair;
	service.queued++;
}

static size_t
fake_capacity(const struct dispatcher *dispatcher)
{
	(void)dispatcher;
	return BATCH;
}

static const char *
fake_given_up(const struct dispatcher *dispatcher)
{
	(void)dispatcher;
	return service.given_up;
}

static void
watch(enum pair_state from, enum pair_event event, enum pair_state to)
{
	walked[from][event] = true;
	assert_true(seen_count < 8);
	seen[seen_count].from = from;
	seen[seen_count].event = event;
	seen[seen_count++].to = to;
}

/* A world with one pair in some state. Redis takes everything, and the model is there. */
static struct pair *
new_world(enum pair_state state)
{
	static const struct resolve_services services = {fake_look_up,   fake_look_up_legacy, fake_claim,
	                                                 fake_end_claim, fake_save,           fake_admit,
	                                                 fake_queue,     fake_capacity,       fake_given_up};
	bool is_new;
	struct pair *pair;

	memset(&service, 0, sizeof(service));
	service.claim = service.save = true;
	service.verdict = EVENT_ADMITTED;
	pairs_init(&pairs);
	claims_init(&claims, BATCH);
	resolve = (struct resolve){
		.services = &services,
		.claims = &claims,
		.memo = memo_new(1000),
		.pairs = &pairs,
		.profile = &profile,
		.watch = watch,
	};
	pair = pairs_take(&pairs, (struct pair_hash){1, 2}, &is_new);
	pair->references = 3; /* of the test, of the stream, of the model's side */
	pair->line = slice_of_str(posting);
	pair->seniority = 4;
	pair->reason = "a reason";
	pair->state = (uint8_t)state;
	seen_count = 0;
	return pair;
}

static void
end_world(void)
{
	memo_free(resolve.memo);
	resolve_release(&resolve);
	claims_release(&claims);
	pairs_release(&pairs);
}

/* Lets the event happen; it must lead through these states, the last of them PAIR_STATES. */
static void
assert_path(struct pair *pair, enum pair_event event, const enum pair_state *states)
{
	struct err err = ERR_INIT;

	assert_int_equal(resolve_event(&resolve, pair, event, &err), 0);
	for (int i = 0; i < seen_count; i++)
		assert_int_equal(seen[i].to, states[i]);
	assert_int_equal(states[seen_count], PAIR_STATES);
	assert_int_equal(pair->state, seen[seen_count - 1].to);
}

#define PATH(...) ((const enum pair_state[]){__VA_ARGS__, PAIR_STATES})

/* --- looking up --- */

static void
test_a_hit_is_remembered(void **state)
{
	static const enum pair_state asked[] = {PAIR_LOOKED_UP, PAIR_LOOKED_UP_LEGACY, PAIR_LOOKED_UP_AGAIN,
	                                        PAIR_CLAIMING,  PAIR_UNCLAIMED,        PAIR_HELD_LOOKED_UP};

	(void)state;
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct pair *pair = new_world(asked[i]);

		claims.in_flight = 1;
		assert_path(pair, EVENT_HIT, PATH(PAIR_SAVED));
		assert_true(pair_is_settled(pair));
		assert_int_equal(memo_get(resolve.memo, pair->hash), 4);
		/* the reference for the model's side ends where there was one, and a claim with it */
		assert_int_equal(pair->references, i < 2 ? 3 : 2);
		assert_int_equal(claims.in_flight, i < 2 ? 1 : 0);
		assert_int_equal(service.ended, asked[i] == PAIR_CLAIMING || asked[i] == PAIR_UNCLAIMED);
		end_world();
	}
}

static void
test_a_new_pair_is_looked_up_once(void **state)
{
	struct pair *pair = new_world(PAIR_NEW), *same;

	(void)state;
	assert_path(pair, EVENT_LOOK_UP, PATH(PAIR_LOOKED_UP));
	same = resolve_pair(&resolve, pair->hash, pair->line);
	assert_ptr_equal(same, pair);
	assert_int_equal(service.look_ups, 1);
	same = resolve_pair(&resolve, (struct pair_hash){3, 4}, pair->line);
	assert_int_equal(same->state, PAIR_LOOKED_UP);
	assert_int_equal(service.look_ups, 2);
	end_world();
}

static void
test_a_miss_goes_to_the_predecessor_then_to_the_model(void **state)
{
	struct pair *pair = new_world(PAIR_LOOKED_UP);

	(void)state;
	service.legacy = true;
	assert_path(pair, EVENT_MISS, PATH(PAIR_MISSING, PAIR_LOOKED_UP_LEGACY));
	assert_int_equal(service.admissions, 0);
	seen_count = 0;
	assert_path(pair, EVENT_MISS, PATH(PAIR_MISSING, PAIR_WANTED));
	assert_int_equal(pair->references, 4);
	assert_ptr_equal(claims_next_wanted(&claims), pair);
	end_world();

	pair = new_world(PAIR_LOOKED_UP);
	assert_path(pair, EVENT_MISS, PATH(PAIR_MISSING, PAIR_WANTED));
	assert_int_equal(service.legacies, 1);
	end_world();

	/* a connection that broke is asked from the start */
	pair = new_world(PAIR_LOOKED_UP_LEGACY);
	assert_path(pair, EVENT_SENT_ANEW, PATH(PAIR_LOOKED_UP));
	end_world();
}

/* --- Redis is away --- */

static void
test_without_redis_the_model_is_asked(void **state)
{
	static const enum pair_state before[] = {PAIR_LOOKED_UP, PAIR_LOOKED_UP_LEGACY};
	static const enum pair_state claimed[] = {PAIR_LOOKED_UP_AGAIN, PAIR_CLAIMING, PAIR_UNCLAIMED, PAIR_HELD_LOOKED_UP};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct pair *pair = new_world(before[i]);

		service.legacy = true;
		assert_path(pair, EVENT_AWAY, PATH(PAIR_MISSING, PAIR_WANTED));
		assert_int_equal(service.legacies, 0);
		end_world();
	}
	for (size_t i = 0; i < 4; i++) {
		struct pair *pair = new_world(claimed[i]);

		claims.in_flight = 1;
		assert_path(pair, EVENT_AWAY, PATH(PAIR_CLAIMED, PAIR_QUEUED));
		assert_int_equal(service.queued, 1);
		assert_int_equal(claims.in_flight, 0);
		end_world();
	}
}

static void
test_what_cannot_be_saved_now_is_postponed(void **state)
{
	struct pair *pair = new_world(PAIR_IN_CALL);

	(void)state;
	service.save = false;
	assert_path(pair, EVENT_ANSWER, PATH(PAIR_KNOWN, PAIR_POSTPONED));
	assert_true(pair_is_settled(pair));
	assert_int_equal(memo_get(resolve.memo, pair->hash), 4);
	assert_int_equal(pair->references, 2);
	end_world();

	pair = new_world(PAIR_KNOWN);
	assert_path(pair, EVENT_SAVE_LATER, PATH(PAIR_POSTPONED));
	assert_int_equal(pair->references, 2);
	end_world();

	pair = new_world(PAIR_CLAIMING);
	assert_path(pair, EVENT_CLAIM_DROPPED, PATH(PAIR_UNCLAIMED));
	end_world();
}

/* --- claims --- */

static void
test_a_wanted_pair_is_claimed(void **state)
{
	struct pair *pair = new_world(PAIR_MISSING);

	(void)state;
	assert_path(pair, EVENT_ADMITTED, PATH(PAIR_WANTED));
	assert_true(resolve_step(&resolve));
	assert_int_equal(pair->state, PAIR_CLAIMING);
	assert_int_equal(claims.in_flight, 1);
	seen_count = 0;
	assert_path(pair, EVENT_MISS, PATH(PAIR_CLAIMED, PAIR_QUEUED));
	assert_int_equal(claims.in_flight, 0);
	end_world();

	/* without claims it may be asked for at once */
	pair = new_world(PAIR_MISSING);
	service.claim = false;
	assert_path(pair, EVENT_ADMITTED, PATH(PAIR_WANTED));
	seen_count = 0;
	assert_true(resolve_step(&resolve));
	assert_int_equal(pair->state, PAIR_QUEUED);
	assert_int_equal(service.queued, 1);
	end_world();

	/* if others work on the same data it is looked up first */
	pair = new_world(PAIR_WANTED);
	assert_path(pair, EVENT_LOOK_AGAIN, PATH(PAIR_LOOKED_UP_AGAIN));
	assert_int_equal(service.look_ups, 1);
	seen_count = 0;
	assert_path(pair, EVENT_MISS, PATH(PAIR_WANTED, PAIR_CLAIMING));
	end_world();

	pair = new_world(PAIR_WANTED);
	assert_path(pair, EVENT_CLAIM_SENT, PATH(PAIR_CLAIMING));
	end_world();
	pair = new_world(PAIR_WANTED);
	assert_path(pair, EVENT_CLAIM_FREE, PATH(PAIR_CLAIMED, PAIR_QUEUED));
	end_world();

	pair = new_world(PAIR_UNCLAIMED);
	claims.in_flight = 1;
	assert_path(pair, EVENT_MISS, PATH(PAIR_CLAIMED, PAIR_QUEUED));
	end_world();
}

static void
test_a_held_pair_waits_for_its_holder(void **state)
{
	struct pair *pair = new_world(PAIR_CLAIMING);

	(void)state;
	claims.in_flight = 1;
	assert_path(pair, EVENT_OTHERS, PATH(PAIR_HELD));
	assert_ptr_equal(claims_next_held(&claims), pair);
	seen_count = 0;
	assert_path(pair, EVENT_LOOK_AGAIN, PATH(PAIR_HELD_LOOKED_UP));
	seen_count = 0;
	assert_path(pair, EVENT_MISS, PATH(PAIR_HELD));
	assert_ptr_equal(claims_next_held(&claims), pair);
	/* its holder may be dead: it is claimed anew */
	seen_count = 0;
	assert_path(pair, EVENT_CLAIM_SENT, PATH(PAIR_CLAIMING));
	end_world();

	pair = new_world(PAIR_HELD);
	assert_path(pair, EVENT_CLAIM_FREE, PATH(PAIR_CLAIMED, PAIR_QUEUED));
	end_world();
}

/* --- the model --- */

static void
test_an_answer_is_kept_and_saved(void **state)
{
	struct pair *pair = new_world(PAIR_CLAIMED);

	(void)state;
	assert_path(pair, EVENT_QUEUE, PATH(PAIR_QUEUED));
	seen_count = 0;
	assert_path(pair, EVENT_CALL, PATH(PAIR_IN_CALL));
	seen_count = 0;
	assert_path(pair, EVENT_CALL, PATH(PAIR_IN_CALL)); /* a retry */
	seen_count = 0;
	assert_path(pair, EVENT_ANSWER, PATH(PAIR_KNOWN));
	assert_int_equal(memo_get(resolve.memo, pair->hash), 4);
	assert_int_equal(service.saves, 1);
	assert_int_equal(service.ended, 1);
	assert_int_equal(pair->references, 3); /* one is the write-back's now */
	seen_count = 0;
	assert_path(pair, EVENT_SAVE_DONE, PATH(PAIR_SAVED));
	assert_int_equal(pair->references, 2);
	end_world();
}

static void
test_a_refused_pair_stays_refused(void **state)
{
	static const enum pair_state before[] = {PAIR_MISSING, PAIR_IN_CALL, PAIR_PROBED};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct pair *pair = new_world(before[i]);
		bool is_new;

		assert_path(pair, EVENT_REFUSAL, PATH(PAIR_REFUSED));
		assert_true(pair_is_settled(pair));
		assert_int_equal(service.ended, before[i] == PAIR_IN_CALL);
		assert_ptr_equal(pairs_take(&pairs, pair->hash, &is_new), pair);
		end_world();
	}
}

static void
test_a_failed_pair_is_asked_for_anew(void **state)
{
	static const enum pair_state before[] = {PAIR_MISSING, PAIR_WANTED, PAIR_HELD,
	                                         PAIR_CLAIMED, PAIR_QUEUED, PAIR_IN_CALL};

	(void)state;
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		struct pair *pair = new_world(before[i]), *fresh;
		bool is_new;

		assert_path(pair, EVENT_GIVE_UP, PATH(PAIR_FAILED));
		assert_true(pair_is_settled(pair));
		assert_int_equal(pair->references, before[i] == PAIR_MISSING ? 3 : 2);
		assert_int_equal(service.ended, before[i] == PAIR_QUEUED || before[i] == PAIR_IN_CALL);
		fresh = pairs_take(&pairs, pair->hash, &is_new);
		assert_true(is_new);
		assert_ptr_not_equal(fresh, pair);
		while (pair->references > 1) /* out of the table: nobody else would free it */
			pairs_drop(&pairs, pair);
		pairs_drop(&pairs, pair);
		end_world();
	}
}

static void
test_a_model_given_up_fails_what_waits(void **state)
{
	struct pair *pair = new_world(PAIR_MISSING);

	(void)state;
	assert_path(pair, EVENT_ADMITTED, PATH(PAIR_WANTED));
	service.given_up = "the model is away";
	assert_true(resolve_step(&resolve));
	assert_int_equal(pair->state, PAIR_FAILED);
	assert_string_equal(pair->reason, "the model is away");
	assert_false(resolve_step(&resolve));
	end_world();

	pair = new_world(PAIR_CLAIMING);
	claims.in_flight = 1;
	service.given_up = "the model is away";
	assert_path(pair, EVENT_MISS, PATH(PAIR_CLAIMED, PAIR_FAILED));
	assert_string_equal(pair->reason, "the model is away");
	end_world();
}

static void
test_a_model_set_wrong_is_an_error(void **state)
{
	struct pair *pair = new_world(PAIR_LOOKED_UP);
	struct err err = ERR_INIT;

	(void)state;
	service.verdict = PAIR_EVENTS;
	assert_int_equal(resolve_event(&resolve, pair, EVENT_MISS, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	end_world();
}

/* The model was asked for a pair to see whether it is back; nobody waits for the answer. */
static void
test_a_probe(void **state)
{
	struct pair *pair = new_world(PAIR_NEW);

	(void)state;
	assert_path(pair, EVENT_CALL, PATH(PAIR_PROBED));
	seen_count = 0;
	assert_path(pair, EVENT_ANSWER, PATH(PAIR_KNOWN));
	assert_int_equal(service.ended, 0);
	assert_int_equal(service.saves, 1);
	end_world();

	pair = new_world(PAIR_PROBED);
	assert_path(pair, EVENT_GIVE_UP, PATH(PAIR_FAILED));
	assert_int_equal(pair->references, 3);
	end_world();
}

/* --- the table --- */

static void
test_every_transition_was_walked(void **state)
{
	int left = 0;

	(void)state;
	for (enum pair_state from = 0; from < PAIR_STATES; from++) {
		for (enum pair_event event = 0; event < PAIR_EVENTS; event++) {
			if (resolve_next_state(from, event) != PAIR_NEW && !walked[from][event]) {
				print_error("state %d, event %d\n", (int)from, (int)event);
				left++;
			}
		}
	}
	assert_int_equal(left, 0);
}

/* Whether the event ends the process, as a bug does. */
static bool
dies_of_event(enum pair_state from, enum pair_event event)
{
	struct pair *pair = new_world(from);
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct err err = ERR_INIT;

		close(STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		resolve_event(&resolve, pair, event, &err);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	end_world();
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void
test_what_the_table_does_not_have_is_a_bug(void **state)
{
	(void)state;
	for (enum pair_state from = 0; from < PAIR_STATES; from++)
		for (enum pair_event event = 0; event < PAIR_EVENTS; event++)
			if (resolve_next_state(from, event) == PAIR_NEW)
				assert_true(dies_of_event(from, event));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_hit_is_remembered),
		cmocka_unit_test(test_a_new_pair_is_looked_up_once),
		cmocka_unit_test(test_a_miss_goes_to_the_predecessor_then_to_the_model),
		cmocka_unit_test(test_without_redis_the_model_is_asked),
		cmocka_unit_test(test_what_cannot_be_saved_now_is_postponed),
		cmocka_unit_test(test_a_wanted_pair_is_claimed),
		cmocka_unit_test(test_a_held_pair_waits_for_its_holder),
		cmocka_unit_test(test_an_answer_is_kept_and_saved),
		cmocka_unit_test(test_a_refused_pair_stays_refused),
		cmocka_unit_test(test_a_failed_pair_is_asked_for_anew),
		cmocka_unit_test(test_a_model_given_up_fails_what_waits),
		cmocka_unit_test(test_a_model_set_wrong_is_an_error),
		cmocka_unit_test(test_a_probe),
		/* after all others */
		cmocka_unit_test(test_every_transition_was_walked),
		cmocka_unit_test(test_what_the_table_does_not_have_is_a_bug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

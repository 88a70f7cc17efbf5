/* Decodes with protobuf-c into an arena, finds a level for each title, and packs the reply. */
#include "senserve/dummy.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <xxhash.h>

#include "base/mem.h"
#include "infer_seniority.pb-c.h"
#include "senserve/arena.h"
#include "senserve/match.h"
#include "senserve/seen.h"

#define OUT_OF_RANGE 9

struct dummy {
	struct dummy_faults faults;
	struct match *match;
	struct seen seen;
	struct arena arena;
	ProtobufCAllocator allocator; /* of the arena */
	pthread_mutex_t lock;         /* of the counts */
	struct dummy_counts counts;
};

static const char *const status_names[] = {
	"OK",        "CANCELLED",       "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
	"NOT_FOUND", "ALREADY_EXISTS",  "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
	"ABORTED",   "OUT_OF_RANGE",    "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
	"DATA_LOSS", "UNAUTHENTICATED",
};

enum { STATUS_NAMES = sizeof status_names / sizeof *status_names };

static void *
allocate_in_arena(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

/* dummy_ask frees everything at once. */
static void
free_nothing(void *arena, void *pointer)
{
	(void)arena;
	(void)pointer;
}

static void __attribute__((format(printf, 3, 4)))
refuse_call(struct dummy_answer *answer, int status, const char *format, ...)
{
	va_list args;

	answer->status = status;
	va_start(args, format);
	vsnprintf(answer->text, sizeof answer->text, format, args);
	va_end(args);
}

/*
 * Refuses pairs that a server in another language would refuse too, and those that the options say.
 */
static void
check_pairs(const struct dummy *dummy, const SeniorityRequestBatch *request, struct dummy_answer *answer)
{
	for (size_t i = 0; i < request->n_batch; i++) {
		const SeniorityRequest *pair = request->batch[i];
		if (!slice_is_utf8(slice_of_str(pair->company)) || !slice_is_utf8(slice_of_str(pair->title)))
			refuse_call(answer, DUMMY_INVALID_ARGUMENT, "pair %zu, uuid %" PRId32 ": not valid UTF-8", i + 1,
			            pair->uuid);
		else if (dummy->faults.refuse && strstr(pair->title, dummy->faults.refuse))
			refuse_call(answer, DUMMY_INVALID_ARGUMENT, "pair %zu, uuid %" PRId32 ": a title that is refused", i + 1,
			            pair->uuid);
		else
			continue;
		return;
	}
}

static bool
is_every_nth(int64_t every, int64_t number)
{
	return every > 0 && number % every == 0;
}

static bool
asked_before(struct dummy *dummy, struct slice company, struct slice title)
{
	uint64_t seed = XXH3_64bits(company.ptr, company.len);

	return seen_add(&dummy->seen, XXH3_64bits_withSeed(title.ptr, title.len, seed));
}

/*
 * Answers every pair with a level. `first` is the number of pairs answered before this call.
 * Returns how many pairs had been asked before.
 */
static int64_t
answer_pairs(struct dummy *dummy, const SeniorityRequestBatch *request, int64_t first, struct buf *reply)
{
	SeniorityResponseBatch out = SENIORITY_RESPONSE_BATCH__INIT;
	SeniorityResponse *levels = arena_alloc(&dummy->arena, request->n_batch * sizeof *levels);
	int64_t repeated = 0;

	out.batch = arena_alloc(&dummy->arena, request->n_batch * sizeof *out.batch);
	for (size_t i = 0; i < request->n_batch; i++) {
		const SeniorityRequest *pair = request->batch[i];
		struct slice title = slice_of_str(pair->title);
		int64_t number = first + (int64_t)i + 1;

		repeated += asked_before(dummy, slice_of_str(pair->company), title);
		if (is_every_nth(dummy->faults.omit, number))
			continue;
		SeniorityResponse *level = &levels[out.n_batch];
		seniority_response__init(level);
		level->uuid = pair->uuid;
		level->seniority = is_every_nth(dummy->faults.out_of_range, number)
		                       ? OUT_OF_RANGE
		                       : (int)match_level(dummy->match, title, NULL);
		out.batch[out.n_batch++] = level;
	}
	size_t size = seniority_response_batch__get_packed_size(&out);
	buf_reserve(reply, size);
	if (size > 0)
		reply->len = seniority_response_batch__pack(&out, (uint8_t *)reply->data);
	return repeated;
}

static void
count_call(struct dummy *dummy, const struct dummy_answer *answer, int64_t repeated)
{
	pthread_mutex_lock(&dummy->lock);
	dummy->counts.calls++;
	if (answer->status != DUMMY_OK) {
		dummy->counts.failed++;
	} else {
		dummy->counts.pairs += answer->pairs;
		dummy->counts.repeated += repeated;
	}
	pthread_mutex_unlock(&dummy->lock);
}

int
dummy_status_code(const char *name)
{
	for (int i = 0; i < STATUS_NAMES; i++)
		if (strcmp(name, status_names[i]) == 0)
			return i;
	return -1;
}

const char *
dummy_status_name(int code)
{
	return code >= 0 && code < STATUS_NAMES ? status_names[code] : "?";
}

struct dummy *
dummy_new(const struct dummy_faults *faults)
{
	struct dummy *dummy = mem_zero(1, sizeof *dummy);

	dummy->faults = *faults;
	dummy->match = match_new();
	dummy->allocator = (ProtobufCAllocator){allocate_in_arena, free_nothing, &dummy->arena};
	pthread_mutex_init(&dummy->lock, NULL);
	return dummy;
}

void
dummy_free(struct dummy *dummy)
{
	if (!dummy)
		return;
	match_free(dummy->match);
	seen_release(&dummy->seen);
	arena_release(&dummy->arena);
	pthread_mutex_destroy(&dummy->lock);
	free(dummy);
}

void
dummy_ask(struct dummy *dummy, struct slice bytes, struct dummy_answer *answer)
{
	/* Only this thread changes the counts, so it may read them without the lock. */
	int64_t call = dummy->counts.calls + 1, repeated = 0;
	SeniorityRequestBatch *request = NULL;

	answer->status = DUMMY_OK;
	answer->text[0] = '\0';
	answer->pairs = 0;
	buf_reset(&answer->reply);
	if (is_every_nth(dummy->faults.fail_every, call)) {
		refuse_call(answer, dummy->faults.fail_status, "call %" PRId64 " fails, as requested", call);
	} else {
		request = seniority_request_batch__unpack(&dummy->allocator, bytes.len, (const uint8_t *)bytes.ptr);
		if (!request)
			refuse_call(answer, DUMMY_INVALID_ARGUMENT, "not a SeniorityRequestBatch");
		else
			check_pairs(dummy, request, answer);
	}
	if (request && answer->status == DUMMY_OK) {
		answer->pairs = (int64_t)request->n_batch;
		repeated = answer_pairs(dummy, request, dummy->counts.pairs, &answer->reply);
	}
	count_call(dummy, answer, repeated);
	arena_reset(&dummy->arena);
}

void
dummy_cancelled(struct dummy *dummy)
{
	pthread_mutex_lock(&dummy->lock);
	dummy->counts.cancelled++;
	pthread_mutex_unlock(&dummy->lock);
}

void
dummy_counts(struct dummy *dummy, struct dummy_counts *counts)
{
	pthread_mutex_lock(&dummy->lock);
	*counts = dummy->counts;
	pthread_mutex_unlock(&dummy->lock);
}

void
dummy_counts_write(struct dummy *dummy, struct buf *to)
{
	struct dummy_counts counts;

	dummy_counts(dummy, &counts);
	buf_printf(to,
	           "{\"program\":\"senserve\",\"calls\":%" PRId64 ",\"pairs\":%" PRId64 ",\"repeated\":%" PRId64
	           ",\"failed\":%" PRId64 ",\"cancelled\":%" PRId64 "}\n",
	           counts.calls, counts.pairs, counts.repeated, counts.failed, counts.cancelled);
}

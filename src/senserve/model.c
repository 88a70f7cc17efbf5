/* Decoding with protobuf-c into an arena, a level for each title, packing the reply. */
#include "senserve/model.h"

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

struct model {
	struct model_faults faults;
	struct match *match;
	struct seen seen;
	struct arena arena;
	ProtobufCAllocator allocator; /* of the arena */
	pthread_mutex_t lock;         /* of the counts */
	struct model_counts counts;
};

static const char *const status_names[] = {
	"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
	"PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
	"INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
};

enum { STATUS_NAMES = sizeof status_names / sizeof *status_names };

int
model_status_code(const char *name)
{
	for (int i = 0; i < STATUS_NAMES; i++)
		if (strcmp(name, status_names[i]) == 0)
			return i;
	return -1;
}

const char *
model_status_name(int code)
{
	return code >= 0 && code < STATUS_NAMES ? status_names[code] : "?";
}

static void *
allocate(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

/* Everything goes at once, in model_ask. */
static void
keep(void *arena, void *pointer)
{
	(void)arena;
	(void)pointer;
}

struct model *
model_new(const struct model_faults *faults)
{
	struct model *model = mem_zero(1, sizeof *model);

	model->faults = *faults;
	model->match = match_new();
	model->allocator = (ProtobufCAllocator){allocate, keep, &model->arena};
	pthread_mutex_init(&model->lock, NULL);
	return model;
}

void
model_free(struct model *model)
{
	if (!model)
		return;
	match_free(model->match);
	seen_release(&model->seen);
	arena_release(&model->arena);
	pthread_mutex_destroy(&model->lock);
	free(model);
}

static void __attribute__((format(printf, 3, 4)))
fail(struct model_answer *answer, int status, const char *format, ...)
{
	va_list args;

	answer->status = status;
	va_start(args, format);
	vsnprintf(answer->text, sizeof answer->text, format, args);
	va_end(args);
}

/* What a server in another language would refuse too, and what this one is told to. */
static void
check_pairs(const struct model *model, const SeniorityRequestBatch *request, struct model_answer *answer)
{
	for (size_t i = 0; i < request->n_batch; i++) {
		const SeniorityRequest *pair = request->batch[i];
		if (!slice_is_utf8(slice_of_str(pair->company)) || !slice_is_utf8(slice_of_str(pair->title)))
			fail(answer, MODEL_INVALID_ARGUMENT, "pair %zu, uuid %" PRId32 ": not valid UTF-8", i + 1, pair->uuid);
		else if (model->faults.refuse && strstr(pair->title, model->faults.refuse))
			fail(answer, MODEL_INVALID_ARGUMENT, "pair %zu, uuid %" PRId32 ": a title that is refused", i + 1,
			     pair->uuid);
		else
			continue;
		return;
	}
}

static bool
nth(int64_t every, int64_t number)
{
	return every > 0 && number % every == 0;
}

static bool
asked_before(struct model *model, struct slice company, struct slice title)
{
	uint64_t seed = XXH3_64bits(company.ptr, company.len);

	return seen_add(&model->seen, XXH3_64bits_withSeed(title.ptr, title.len, seed));
}

/* A level for every pair. `first` is the number of pairs answered before this call. Returns how many came again. */
static int64_t
infer(struct model *model, const SeniorityRequestBatch *request, int64_t first, struct buf *reply)
{
	SeniorityResponseBatch out = SENIORITY_RESPONSE_BATCH__INIT;
	SeniorityResponse *levels = arena_alloc(&model->arena, request->n_batch * sizeof *levels);
	int64_t repeated = 0;

	out.batch = arena_alloc(&model->arena, request->n_batch * sizeof *out.batch);
	for (size_t i = 0; i < request->n_batch; i++) {
		const SeniorityRequest *pair = request->batch[i];
		struct slice title = slice_of_str(pair->title);
		int64_t number = first + (int64_t)i + 1;

		repeated += asked_before(model, slice_of_str(pair->company), title);
		if (nth(model->faults.omit, number))
			continue;
		SeniorityResponse *level = &levels[out.n_batch];
		seniority_response__init(level);
		level->uuid = pair->uuid;
		level->seniority = nth(model->faults.out_of_range, number) ? OUT_OF_RANGE
		                                                           : (int)match_level(model->match, title, NULL);
		out.batch[out.n_batch++] = level;
	}
	size_t size = seniority_response_batch__get_packed_size(&out);
	buf_reserve(reply, size);
	if (size > 0)
		reply->len = seniority_response_batch__pack(&out, (uint8_t *)reply->data);
	return repeated;
}

static void
count(struct model *model, const struct model_answer *answer, int64_t repeated)
{
	pthread_mutex_lock(&model->lock);
	model->counts.calls++;
	if (answer->status != MODEL_OK) {
		model->counts.failed++;
	} else {
		model->counts.pairs += answer->pairs;
		model->counts.repeated += repeated;
	}
	pthread_mutex_unlock(&model->lock);
}

void
model_ask(struct model *model, struct slice bytes, struct model_answer *answer)
{
	/* Only this thread changes the counts, so it may read them without the lock. */
	int64_t call = model->counts.calls + 1, repeated = 0;
	SeniorityRequestBatch *request = NULL;

	answer->status = MODEL_OK;
	answer->text[0] = '\0';
	answer->pairs = 0;
	buf_reset(&answer->reply);
	if (nth(model->faults.fail_every, call)) {
		fail(answer, model->faults.fail_status, "call %" PRId64 " fails, as told", call);
	} else {
		request = seniority_request_batch__unpack(&model->allocator, bytes.len, (const uint8_t *)bytes.ptr);
		if (!request)
			fail(answer, MODEL_INVALID_ARGUMENT, "not a SeniorityRequestBatch");
		else
			check_pairs(model, request, answer);
	}
	if (answer->status == MODEL_OK) {
		answer->pairs = (int64_t)request->n_batch;
		repeated = infer(model, request, model->counts.pairs, &answer->reply);
	}
	count(model, answer, repeated);
	arena_reset(&model->arena);
}

void
model_cancelled(struct model *model)
{
	pthread_mutex_lock(&model->lock);
	model->counts.cancelled++;
	pthread_mutex_unlock(&model->lock);
}

void
model_counts(struct model *model, struct model_counts *counts)
{
	pthread_mutex_lock(&model->lock);
	*counts = model->counts;
	pthread_mutex_unlock(&model->lock);
}

void
model_counts_write(struct model *model, struct buf *to)
{
	struct model_counts counts;

	model_counts(model, &counts);
	buf_printf(to,
	           "{\"program\":\"senserve\",\"calls\":%" PRId64 ",\"pairs\":%" PRId64 ",\"repeated\":%" PRId64
	           ",\"failed\":%" PRId64 ",\"cancelled\":%" PRId64 "}\n",
	           counts.calls, counts.pairs, counts.repeated, counts.failed, counts.cancelled);
}

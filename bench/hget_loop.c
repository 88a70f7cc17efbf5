/*
 * hget_loop SOCKET < POSTINGS: looks up the pair of each posting in Redis with plain hiredis, 5,000
 * in a pipeline, and prints the pairs per second. The commands are prepared before the clock
 * starts.
 */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cache/cache.h"
#include "json/json.h"

#define PIPELINE 5000

struct question {
	char key[32], field[24];
	size_t key_len, field_len;
};

static void
fill_question(struct question *question, const struct cache *cache, struct pair_hash hash, struct buf *scratch)
{
	buf_reset(scratch);
	cache_key(cache, hash, scratch);
	question->key_len = scratch->len;
	memcpy(question->key, scratch->data, scratch->len);
	buf_reset(scratch);
	cache_field(hash, scratch);
	question->field_len = scratch->len;
	memcpy(question->field, scratch->data, scratch->len);
}

/* Reads the questions of all postings on stdin, which are as sengen makes them; *count of them. */
static struct question *
read_questions(size_t *count)
{
	struct settings *settings = settings_new();
	struct cache *cache = cache_new(settings);
	struct question *questions = NULL;
	struct json json = {0};
	struct buf company_text = BUF_INIT, title_text = BUF_INIT, scratch = BUF_INIT;
	struct slice company, title;
	char *line = NULL;
	const char *why;
	size_t capacity = 0, room = 0;
	ssize_t len;

	*count = 0;
	while ((len = getline(&line, &room, stdin)) > 0) {
		buf_reset(&company_text);
		buf_reset(&title_text);
		if (!json_parse(&json, slice_of(line, (size_t)len), &why) ||
		    !json_string(&json, json_member(&json, SLICE("company")), &company_text, &company, &why) ||
		    !json_string(&json, json_member(&json, SLICE("title")), &title_text, &title, &why))
			abort();
		if (*count == capacity) {
			capacity = capacity ? capacity * 2 : 65536;
			questions = realloc(questions, capacity * sizeof(*questions));
			if (questions == NULL)
				abort();
		}
		fill_question(&questions[(*count)++], cache, pair_hash(company, title, &scratch), &scratch);
	}
	free(line);
	json_release(&json);
	buf_release(&company_text);
	buf_release(&title_text);
	buf_release(&scratch);
	cache_free(cache);
	settings_free(settings);
	return questions;
}

/* Returns how many pairs were found, or -1. */
static long
ask_questions(redisContext *context, const struct question *questions, size_t count)
{
	long found = 0;

	for (size_t from = 0; from < count; from += PIPELINE) {
		size_t to = count - from < PIPELINE ? count : from + PIPELINE;
		void *reply;

		for (size_t i = from; i < to; i++) {
			const char *argv[] = {"HGET", questions[i].key, questions[i].field};
			size_t lens[] = {4, questions[i].key_len, questions[i].field_len};

			redisAppendCommandArgv(context, 3, argv, lens);
		}
		for (size_t i = from; i < to; i++) {
			if (redisGetReply(context, &reply) != REDIS_OK)
				return -1;
			found += ((redisReply *)reply)->type == REDIS_REPLY_STRING;
			freeReplyObject(reply);
		}
	}
	return found;
}

int
main(int argc, char **argv)
{
	redisContext *context = argc == 2 ? redisConnectUnix(argv[1]) : NULL;
	struct question *questions;
	struct timespec from, to;
	size_t count;
	long found;

	if (context == NULL || context->err) {
		fputs("hget_loop: cannot connect\n", stderr);
		return 1;
	}
	questions = read_questions(&count);
	clock_gettime(CLOCK_MONOTONIC, &from);
	found = ask_questions(context, questions, count);
	clock_gettime(CLOCK_MONOTONIC, &to);
	redisFree(context);
	free(questions);
	if (found < 0 || (size_t)found != count) {
		fprintf(stderr, "hget_loop: %ld of %zu pairs were there\n", found, count);
		return 1;
	}
	printf("%.0f\n", (double)count / ((double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9));
	return 0;
}

/* The lines of a history. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "senstat/report.h"

bool
history_add(struct history *history, const struct json *object)
{
	struct run run = {.id = NULL};
	struct history_run *to;

	if (!run_parse_history(&run, object))
		return false;
	history->runs = mem_grow(history->runs, history->count, &history->capacity, sizeof(*history->runs));
	to = &history->runs[history->count++];
	to->ended = run.values[ENDED];
	to->status = run.values[STATUS];
	to->microseconds = run.values[MICROSECONDS];
	memcpy(to->values, run.values, sizeof(to->values));
	return true;
}

int64_t
history_sum(const struct history *history, int number)
{
	int64_t sum = 0;

	for (size_t i = 0; i < history->count; i++)
		sum += history->runs[i].values[number];
	return sum;
}

void
history_release(struct history *history)
{
	free(history->runs);
	*history = (struct history){.count = 0};
}

/*
 * server: facts about a Redis server that matter before it is trusted with a cache and a cursor. By
 * INFO, which every user may run.
 */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "redis/redis.h"
#include "sencache/commands.h"

/* The lines "name:value\r\n" of INFO that are reported, in this order. */
static const struct row {
	const char *name;
	bool number;
} rows[] = {
	{"redis_version", false},    {"role", false},        {"used_memory", true}, {"maxmemory", true},
	{"maxmemory_policy", false}, {"evicted_keys", true}, {"loading", true},
};

/* The value of a line, or an empty slice. */
static struct slice
find_value(struct slice info, const char *name)
{
	size_t len = strlen(name);

	while (info.len > 0) {
		const char *end = memchr(info.ptr, '\n', info.len);
		size_t line = end ? (size_t)(end - info.ptr) : info.len;

		if (line > len && memcmp(info.ptr, name, len) == 0 && info.ptr[len] == ':') {
			struct slice value = slice_of(info.ptr + len + 1, line - len - 1);

			if (slice_ends_with(value, SLICE("\r")))
				value.len--;
			return value;
		}
		info.len -= end ? line + 1 : line;
		info.ptr += end ? line + 1 : line;
	}
	return slice_of("", 0);
}

static void
report_rows(struct report *report, struct slice info)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice value = find_value(info, rows[i].name);
		int64_t number;
		char *text;

		if (value.len == 0)
			continue; /* services hide what they do not want their users to see */
		if (!rows[i].number) {
			text = slice_dup(value);
			report_text(report, rows[i].name, text);
			free(text);
		} else if (units_parse_digits(value.ptr, value.len, &number)) {
			report_int(report, rows[i].name, number);
		}
	}
}

enum exit_status
run_server(void *context)
{
	struct call *call = context;
	struct slice argv[] = {SLICE("INFO")};
	struct err err = ERR_INIT;
	struct redis *redis = redis_open(call->cli->settings, &err);
	struct redis_reply *reply;
	enum exit_status status = STATUS_OK;

	if (redis == NULL)
		return cli_error(&err);
	report_text(&call->report, "redis", redis_name(redis));
	reply = redis_command(redis, &err, 1, argv);
	if (reply == NULL) {
		status = cli_error(&err);
	} else if (reply->type == REDIS_STRING) {
		report_rows(&call->report, reply->text);
	} else {
		redis_unexpected(redis, "INFO", &err);
		status = cli_error(&err);
	}
	redis_reply_free(reply);
	redis_free(redis);
	return status;
}

/* get, set and forget: one pair, by hand. */
#include "base/io.h"
#include "base/log.h"
#include "base/units.h"
#include "redis/redis.h"
#include "sencache/commands.h"

/*
 * Reads the pair from the first two operands. Returns STATUS_OK, or the status of a usage error,
 * which is printed.
 */
static enum exit_status
read_operands(const struct call *call, struct slice *company, struct slice *title, struct pair_hash *hash)
{
	struct buf scratch = BUF_INIT;

	*company = slice_of_str(call->cli->operands[0]);
	*title = slice_of_str(call->cli->operands[1]);
	if (title->len == 0)
		return cli_usage_error(call->cli, "an empty TITLE: no posting has one");
	if (!slice_is_utf8(*company) || !slice_is_utf8(*title))
		return cli_usage_error(call->cli, "COMPANY and TITLE must be valid UTF-8");
	*hash = pair_hash(*company, *title, &scratch);
	buf_release(&scratch);
	return STATUS_OK;
}

/* Takes the answer to the one look-up that is queued. */
static int
take_answer(struct cache *cache, int *seniority, struct err *err)
{
	return cache_flush(cache, err) < 0 ? -1 : cache_answer(cache, seniority, err);
}

/* Asks for the value of the predecessor's key, if it can be trusted; 0: there is none. */
static int
ask_legacy(const struct call *call, struct slice company, struct slice title, int *seniority, struct err *err)
{
	*seniority = 0;
	if (!settings_bool(call->cli->settings, "cache_legacy") || !legacy_is_plain(company, title))
		return 0;
	return cache_ask_legacy(call->cache, company, title, err) < 0 ? -1 : take_answer(call->cache, seniority, err);
}

/* *found: it was there. */
static int
delete_pair(const struct call *call, struct pair_hash hash, bool *found, struct err *err)
{
	struct redis *redis = redis_open(call->cli->settings, err);
	struct buf key = BUF_INIT, field = BUF_INIT;
	struct redis_reply *reply = NULL;

	if (redis) {
		cache_key(call->cache, hash, &key);
		cache_field(hash, &field);
		struct slice argv[] = {SLICE("HDEL"), slice_of_buf(&key), slice_of_buf(&field)};
		reply = redis_command(redis, err, 3, argv);
	}
	if (reply) {
		*found = reply->type == REDIS_INTEGER && reply->integer > 0;
		redis_reply_free(reply);
	}
	redis_free(redis);
	buf_release(&key);
	buf_release(&field);
	return reply ? 0 : -1;
}

enum exit_status
run_get(void *context)
{
	struct call *call = context;
	struct slice company, title;
	struct pair_hash hash = {0};
	struct err err = ERR_INIT;
	int seniority;
	enum exit_status status = read_operands(call, &company, &title, &hash);

	if (status != STATUS_OK)
		return status;
	if (cache_ask(call->cache, hash, &err) < 0 || take_answer(call->cache, &seniority, &err) < 0)
		return cli_error(&err);
	if (seniority == 0 && ask_legacy(call, company, title, &seniority, &err) < 0)
		return cli_error(&err);
	if (seniority == 0) {
		log_info("%s does not know this pair", cache_name(call->cache));
		return STATUS_FAILED;
	}
	buf_printf(&call->report.text, "%d\n", seniority);
	return STATUS_OK;
}

enum exit_status
run_set(void *context)
{
	struct call *call = context;
	struct slice company, title;
	struct pair_hash hash = {0};
	struct err err = ERR_INIT;
	int64_t seniority;
	enum exit_status status = read_operands(call, &company, &title, &hash);

	if (status != STATUS_OK)
		return status;
	if (!units_parse_int(call->cli->operands[2], 1, 7, &seniority))
		return cli_usage_error(call->cli, "'%s' is not a seniority: 1 to 7", call->cli->operands[2]);
	if (cache_tell(call->cache, hash, (int)seniority, &err) < 0 || call_settle_writes(call, 0, &err) < 0)
		return cli_error(&err);
	return STATUS_OK;
}

enum exit_status
run_forget(void *context)
{
	struct call *call = context;
	struct slice company, title;
	struct pair_hash hash = {0};
	struct err err = ERR_INIT;
	int legacy;
	bool found;
	enum exit_status status = read_operands(call, &company, &title, &hash);

	if (status != STATUS_OK)
		return status;
	if (delete_pair(call, hash, &found, &err) < 0 || ask_legacy(call, company, title, &legacy, &err) < 0)
		return cli_error(&err);
	if (legacy > 0)
		log_warning("the predecessor's key '%.*s:%.*s' still says %d, and cache_legacy is on: DEL it too",
		            SLICE_ARGS(company), SLICE_ARGS(title), legacy);
	if (found)
		return STATUS_OK;
	log_error("%s does not know this pair", cache_name(call->cache));
	return STATUS_FAILED;
}

/* What the commands share. */
#include "sencache/call.h"

#include "base/log.h"

int
call_failed(const struct err *err)
{
	log_error("%s", err->text);
	return err_status(err);
}

int
call_settle_writes(struct call *call, size_t keep, struct err *err)
{
	int ignored;

	if (cache_flush(call->cache, err) < 0)
		return -1;
	while (cache_in_flight(call->cache) > keep)
		if (cache_answer(call->cache, &ignored, err) < 0)
			return -1;
	return 0;
}

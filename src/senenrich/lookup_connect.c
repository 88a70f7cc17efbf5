/* Which Redis can serve a run, which may come to, and which never can. */
#include "senenrich/lookup_connect.h"

#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/signals.h"
#include "senenrich/lookup_outage.h"

enum {
	WAIT_MS = 250,
	SAME_WAIT_MS = 10000, /* a wait that begins this soon after another is part of it */
};

enum outlook {
	WITHOUT, /* it cannot be reached, or has no room: the run goes on without it */
	WAIT,    /* it may come to serve; what the model said meanwhile could not be kept */
	NEVER,   /* the settings are wrong */
};

/* By the first word of the reply. */
static const struct rule {
	const char *word;
	enum outlook outlook;
	const char *advice; /* NULL: the reason says it, or it mends itself */
} rules[] = {
	{"LOADING", WAIT, NULL},
	{"BUSY", WAIT, "a script is keeping it busy"},
	{"READONLY", WAIT, "it is a replica: set redis_host to its primary"},
	{"MASTERDOWN", WAIT, "it is a replica: set redis_host to its primary"},
	{"CLUSTERDOWN", WAIT, "it is a node of a Redis Cluster: take a Redis or a proxy that has all keys (redis_host)"},
	{"MOVED", NEVER, NULL},
	{"ASK", NEVER, NULL},
	{"NOAUTH", NEVER, NULL},
	{"NOPERM", NEVER,
     "redis_user needs +hget +hset +set +pexpire +del (with cache_ttl_days +expire, with cache_legacy +get) on "
     "~seniority:*"},
};

/* What is not in the table: a broken connection and a full Redis are temporary by their kind. */
static struct rule
rule_of(const struct err *err)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(err->code, rules[i].word) == 0)
			return rules[i];
	if (err->kind == ERR_TEMPORARY)
		return (struct rule){"", WITHOUT, NULL};
	if (err->kind == ERR_USAGE)
		return (struct rule){"", NEVER, err->advice};
	return (struct rule){"", NEVER, "is it a Sentinel, or another server? See redis_host and redis_port"};
}

int
lookup_judge(struct lookup *l, struct err *err)
{
	struct rule rule = rule_of(err);
	int64_t now = clock_mono_ms();
	int64_t left;

	if (rule.outlook == WITHOUT || l->finishing)
		return 1;
	err->advice = rule.advice;
	if (rule.outlook == NEVER)
		err->kind = ERR_USAGE;
	if (rule.outlook == NEVER || l->required)
		return -1;
	if (l->waited_at == 0 || now - l->waited_at > SAME_WAIT_MS) {
		log_with_fields(LOG_WARNING, ERR_FIELDS(err), "%s; waiting for it (rpc_patience)", ERR_TEXT(err));
		l->waiting_since = now;
	}
	left = l->waiting_since + l->patience_ms - now;
	if (left <= 0 || signals_stop())
		return -1;
	poll(NULL, 0, left < WAIT_MS ? (int)left : WAIT_MS);
	l->waited_at = clock_mono_ms();
	return 0;
}

int
lookup_connect(struct lookup *l, struct err *err)
{
	int away = 0;

	while (away == 0) {
		if (cache_connect(l->cache, err) == 0 && cache_check(l->cache, l->claims, err) == 0)
			return 0;
		away = lookup_judge(l, err);
	}
	/* It answers, but has no room: it can be read. */
	if (away > 0 && err->code[0] != '\0' && !l->required && cache_connect(l->cache, err) == 0)
		return 0;
	return away;
}

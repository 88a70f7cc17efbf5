/* Look-ups and write-backs, with Redis there or away. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "cache/legacy.h"
#include "senenrich/lookup.h"

enum {
	AWAY_FIRST_MS = 1000,
	AWAY_MAX_MS = 30000,
	NO_SAVING_MS = 10000,
	RECOVER_AGAIN_MS = 1000,   /* a connection that breaks sooner than this after the last break is no accident */
	UNSAVED_MAX = 1024 * 1024, /* 32 MiB of pairs to write back */
};

static bool
is_away(const struct lookup *l)
{
	return l->away_until != 0;
}

static bool
may_save(const struct lookup *l)
{
	return !is_away(l) && (l->no_saving_until == 0 || clock_mono_ms() >= l->no_saving_until);
}

int
lookup_init(struct lookup *l, const struct settings *settings, struct pairs *pairs, bool required, struct err *err)
{
	struct err why = ERR_INIT;

	*l = (struct lookup){.pairs = pairs, .required = required, .cache = cache_new(settings)};
	l->legacy = settings_bool(settings, "cache_legacy");
	l->claims = settings_bool(settings, "cache_claims");
	if (cache_connect(l->cache, &why) == 0)
		return 0;
	/* a wrong password is a mistake in the settings, not an outage */
	if (required || why.kind == ERR_USAGE) {
		*err = why;
		return -1;
	}
	log_warning("%s; going on without the cache", why.text);
	l->away_ms = AWAY_FIRST_MS;
	l->away_until = clock_mono_ms() + l->away_ms;
	return 0;
}

void
lookup_release(struct lookup *l)
{
	cache_free(l->cache);
	lookup_queue_release(&l->flying);
	lookup_queue_release(&l->unsaved);
}

/* Nobody waits any longer for this write-back; it is tried again later. */
static void
postpone(struct lookup *l, struct lookup_entry entry)
{
	if (entry.pair) {
		entry.pair->unsaved = false;
		pairs_drop(l->pairs, entry.pair);
		entry.pair = NULL;
	}
	if (l->unsaved.count >= UNSAVED_MAX)
		l->lost++;
	else
		lookup_queue_push(&l->unsaved, entry);
}

/* Puts an entry on the wire; a failure shows at the next answer. */
static int
send_entry(struct lookup *l, const struct lookup_entry *entry, struct err *err)
{
	switch ((enum lookup_kind)entry->kind) {
	case LOOK_UP:
	case LOOK_UP_LEGACY: /* anew: its texts were not kept */
		return cache_ask(l->cache, entry->hash, err);
	case LOOK_CLAIM:
		return cache_claim(l->cache, entry->hash, err);
	case WRITE_BACK:
		return cache_tell(l->cache, entry->hash, entry->seniority, err);
	case RENEW_CLAIM:
		return cache_renew_claim(l->cache, entry->hash, err);
	case END_CLAIM:
		return cache_end_claim(l->cache, entry->hash, err);
	}
	abort(); /* there is no other kind */
}

void
lookup_ask(struct lookup *l, struct pair *pair)
{
	struct lookup_entry entry = {.pair = pair, .hash = pair->hash};
	struct err ignored = ERR_INIT;

	lookup_queue_push(&l->flying, entry);
	if (!is_away(l))
		send_entry(l, &entry, &ignored);
}

bool
lookup_ask_legacy(struct lookup *l, struct pair *pair, struct slice company, struct slice title)
{
	struct err ignored = ERR_INIT;

	if (!l->missed || !legacy_is_plain(company, title))
		return false;
	lookup_queue_push(&l->flying, (struct lookup_entry){.pair = pair, .hash = pair->hash, .kind = LOOK_UP_LEGACY});
	cache_ask_legacy(l->cache, company, title, &ignored);
	return true;
}

/* For a command that is sent now or never: Redis takes writes. */
static void
send_now(struct lookup *l, struct lookup_entry entry)
{
	struct err ignored = ERR_INIT;

	lookup_queue_push(&l->flying, entry);
	send_entry(l, &entry, &ignored);
}

bool
lookup_claim(struct lookup *l, struct pair *pair)
{
	if (!l->claims || !may_save(l)) {
		pair->claim = CLAIM_OURS;
		return false;
	}
	pair->claim = CLAIM_WANTED;
	send_now(l, (struct lookup_entry){.pair = pair, .hash = pair->hash, .kind = LOOK_CLAIM});
	return true;
}

void
lookup_renew_claim(struct lookup *l, const struct pair *pair)
{
	if (l->claims && may_save(l) && pair->claim == CLAIM_OURS)
		send_now(l, (struct lookup_entry){.hash = pair->hash, .kind = RENEW_CLAIM});
}

void
lookup_end_claim(struct lookup *l, struct pair *pair)
{
	if (l->claims && may_save(l) && pair->claim == CLAIM_OURS)
		send_now(l, (struct lookup_entry){.hash = pair->hash, .kind = END_CLAIM});
	pair->claim = CLAIM_NONE;
}

/* What the predecessor knew is written into the cache, if that takes anything now: else it is found again where it was. */
static void
carry_over(struct lookup *l, const struct pair *pair)
{
	if (may_save(l))
		send_now(l, (struct lookup_entry){.hash = pair->hash, .kind = WRITE_BACK, .seniority = pair->seniority});
}

void
lookup_save(struct lookup *l, struct pair *pair)
{
	struct lookup_entry entry = {.pair = pair, .hash = pair->hash, .kind = WRITE_BACK, .seniority = pair->seniority};

	pair->references++;
	if (!may_save(l)) {
		postpone(l, entry);
		return;
	}
	pair->unsaved = true;
	send_now(l, entry);
}

/* Redis is away: what was asked of it is a miss, what it should have kept is kept here, and claims are ours. */
static int
go_without(struct lookup *l, lookup_answered *answered, void *context, struct err *err)
{
	while (l->flying.count > 0) {
		struct lookup_entry entry = lookup_queue_pop(&l->flying);

		if (entry.kind == WRITE_BACK)
			postpone(l, entry);
		if (entry.kind == LOOK_CLAIM)
			entry.pair->claim = CLAIM_OURS;
		if ((entry.kind == LOOK_CLAIM || lookup_entry_is_read(&entry)) && answered(context, entry.pair, err) < 0)
			return -1;
	}
	return 0;
}

static void
leave(struct lookup *l, const struct err *why)
{
	cache_disconnect(l->cache);
	if (l->away_ms == 0)
		log_warning("%s; going on without the cache", why->text);
	l->away_ms = l->away_ms ? l->away_ms * 2 : AWAY_FIRST_MS;
	if (l->away_ms > AWAY_MAX_MS)
		l->away_ms = AWAY_MAX_MS;
	l->away_until = clock_mono_ms() + l->away_ms;
}

/* All that is not answered goes out once more, over a new connection. Every command may be repeated without harm. */
static int
send_again(struct lookup *l, struct err *err)
{
	size_t n = l->flying.count;

	if (cache_connect(l->cache, err) < 0)
		return -1;
	while (n-- > 0) {
		struct lookup_entry entry = lookup_queue_pop(&l->flying);

		if (!lookup_entry_is_read(&entry) && !may_save(l)) {
			if (entry.kind == WRITE_BACK)
				postpone(l, entry);
			if (entry.kind != LOOK_CLAIM)
				continue;
			entry.pair->claim = CLAIM_OURS;
			entry.kind = LOOK_UP;
		}
		if (entry.kind == LOOK_UP_LEGACY)
			entry.kind = LOOK_UP;
		if (send_entry(l, &entry, err) < 0) {
			lookup_queue_push(&l->flying, entry);
			while (n-- > 0) /* keep their order */
				lookup_queue_push(&l->flying, lookup_queue_pop(&l->flying));
			return -1;
		}
		lookup_queue_push(&l->flying, entry);
	}
	return cache_flush(l->cache, err);
}

/*
 * The connection broke with `why`, or the server refused what stands at the head of the queue. One new
 * connection at once: a server that was restarted, or that ends idle connections, costs no call to the model.
 */
static int
recover(struct lookup *l, const struct err *why, lookup_answered *answered, void *context, struct err *err)
{
	int64_t now = clock_mono_ms();
	struct err again = *why;

	if (l->required) {
		*err = *why;
		return -1;
	}
	if (l->flying.count > 0 && !lookup_entry_is_read(&l->flying.entries[l->flying.head]) && why->kind != ERR_USAGE) {
		/* it may be the writing alone that fails: out of memory, a read-only replica */
		if (l->no_saving_until == 0)
			log_warning("%s; not writing to the cache for now", why->text);
		l->no_saving_until = now + NO_SAVING_MS;
	} else if (now - l->recovered_at < RECOVER_AGAIN_MS) {
		leave(l, why);
		return go_without(l, answered, context, err);
	}
	l->recovered_at = now;
	if (send_again(l, &again) == 0)
		return 0;
	leave(l, &again);
	return go_without(l, answered, context, err);
}

static void
save_postponed(struct lookup *l)
{
	struct err ignored = ERR_INIT;

	/* a thousand at a time: they ride with the look-ups */
	for (int i = 0; i < 1000 && l->unsaved.count > 0 && may_save(l); i++) {
		struct lookup_entry entry = lookup_queue_pop(&l->unsaved);

		lookup_queue_push(&l->flying, entry);
		send_entry(l, &entry, &ignored);
	}
}

/* Whether Redis is there, after a new try where one is due. */
static bool
come_back(struct lookup *l)
{
	struct err err = ERR_INIT;

	if (!is_away(l))
		return true;
	if (clock_mono_ms() < l->away_until)
		return false;
	if (cache_connect(l->cache, &err) < 0) {
		leave(l, &err);
		return false;
	}
	log_warning("%s answers again", cache_name(l->cache));
	l->away_until = l->away_ms = 0;
	return true;
}

/* What Redis says to the entry. */
static int
take_answer(struct lookup *l, const struct lookup_entry *entry, int seniority, lookup_answered *answered, void *context,
            struct err *err)
{
	int result;

	if (!lookup_entry_is_read(entry))
		l->no_saving_until = 0;
	if (entry->kind == WRITE_BACK && entry->pair) {
		entry->pair->unsaved = false;
		pairs_drop(l->pairs, entry->pair);
	}
	if (!lookup_entry_is_read(entry) && entry->kind != LOOK_CLAIM)
		return 0;
	if (entry->kind == LOOK_CLAIM)
		entry->pair->claim = seniority == CACHE_CLAIMED ? CLAIM_OTHERS : CLAIM_OURS;
	if (seniority > 0) {
		entry->pair->state = PAIR_KNOWN;
		entry->pair->seniority = (uint8_t)seniority;
		entry->pair->source = FROM_REDIS;
		if (entry->kind == LOOK_UP_LEGACY)
			carry_over(l, entry->pair);
	}
	l->missed = l->legacy && seniority == 0 && entry->kind == LOOK_UP;
	result = answered(context, entry->pair, err);
	l->missed = false;
	return result;
}

int
lookup_drain(struct lookup *l, size_t keep, lookup_answered *answered, void *context, struct err *err)
{
	struct err why = ERR_INIT;
	int seniority;

	if (l->flying.count == 0 && l->unsaved.count == 0)
		return 0;
	if (is_away(l)) {
		if (!come_back(l))
			return go_without(l, answered, context, err);
		if (send_again(l, &why) < 0) {
			leave(l, &why);
			return go_without(l, answered, context, err);
		}
	}
	save_postponed(l);
	if (l->flying.count > 0 && cache_flush(l->cache, &why) < 0 && recover(l, &why, answered, context, err) < 0)
		return -1;
	while (l->flying.count > keep) {
		struct lookup_entry entry;
		size_t left;

		if (cache_answer(l->cache, &seniority, &why) < 0) {
			if (recover(l, &why, answered, context, err) < 0)
				return -1;
			continue;
		}
		entry = lookup_queue_pop(&l->flying);
		left = l->flying.count;
		if (take_answer(l, &entry, seniority, answered, context, err) < 0)
			return -1;
		keep += l->flying.count - left;
	}
	if (l->flying.count > 0)
		cache_flush(l->cache, &why); /* a failure shows at the next answer */
	return 0;
}

static int
nobody_asked(void *context, struct pair *pair, struct err *err)
{
	(void)context;
	(void)pair;
	(void)err;
	return 0;
}

size_t
lookup_finish(struct lookup *l)
{
	struct err err = ERR_INIT;
	size_t left;

	l->no_saving_until = 0;
	if (is_away(l))
		l->away_until = 1; /* long ago: the next drain tries */
	do {
		left = l->unsaved.count;
		lookup_drain(l, 0, nobody_asked, NULL, &err);
	} while (l->unsaved.count < left && l->unsaved.count > 0);
	left = l->unsaved.count + (size_t)l->lost;
	if (left > 0)
		log_warning("%zu answers of the model could not be kept in Redis: they will be asked for again", left);
	return left;
}
